package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/terminal"
	"github.com/idverify/idverify/idverifytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nothing(string) string { return "" }

func environment(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// wide is the screen of a file.
func wide(out *bytes.Buffer) terminal.Screen {
	return terminal.Screen{Writer: out, Width: terminal.FullWidth, IsFile: true}
}

func TestRun_StandInWithoutCredentials(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-verbose"}, nothing, wide(&out)))
	text := out.String()
	assert.Contains(t, text, "No credentials in the environment")
	for _, vendor := range idverifytest.Vendors() {
		_, rest, found := strings.Cut(text, "\n"+vendor+"\n")
		require.True(t, found, vendor)
		block, _, _ := strings.Cut(rest, "\n\n")
		for _, p := range idverifytest.Persons() {
			row := rowOf(block, labels[p.About][terminal.English])
			assert.Contains(t, row, string(p.CodeAt(vendor)), "%s: %s", vendor, p.About)
			assert.Equal(t, p.CodeAt(vendor) == idverify.CodeMatch, strings.Contains(row, "  yes  "), row)
		}
	}
	assert.NotContains(t, text, idverifytest.Match().IDNumber)
}

func rowOf(block, about string) string {
	for line := range strings.Lines(block) {
		if strings.HasPrefix(strings.TrimSpace(line), about) {
			// "billed yes" further right is not the verdict.
			return line[:min(len(line), 70)]
		}
	}
	return ""
}

func TestRun_RealVendorsNeedAPerson(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), nil, environment("LINKFACE_API_ID", "EXAMPLE", "LINKFACE_API_SECRET", "EXAMPLE"), wide(&out))
	assert.ErrorContains(t, err, "-name")
}

func TestRun_IncompleteCredentials(t *testing.T) {
	for _, key := range []string{"LINKFACE_API_ID", "BAIDU_SECRET_KEY", "TENCENT_APP_ID"} {
		err := run(t.Context(), nil, environment(key, "1250000000"), wide(&bytes.Buffer{}))
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, key)
	}
}

func TestRun_VerifiesGivenPerson(t *testing.T) {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()
	photo := filepath.Join(t.TempDir(), "face.jpg")
	require.NoError(t, os.WriteFile(photo, idverifytest.Photo(), 0o600))
	var out bytes.Buffer
	person := idverifytest.FaceMismatch()
	err := run(t.Context(), []string{"-name", person.Name, "-id", person.IDNumber, "-photo", photo}, environment(
		"BAIDU_API_KEY", idverifytest.BaiduAPIKey, "BAIDU_SECRET_KEY", idverifytest.BaiduSecretKey,
		"BAIDU_BASE_URL", idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4)), wide(&out))
	require.NoError(t, err)
	assert.Regexp(t, `you asked +no match`, out.String())
	assert.NotContains(t, out.String(), "attempt 1", "an example would be paid for")
}

// One question that was sent is enough: its reply is an answer.
func TestRun_NothingSentIsAnError(t *testing.T) {
	server := httptest.NewServer(idverifytest.New())
	defer server.Close()
	baidu := environment(
		"BAIDU_API_KEY", idverifytest.BaiduAPIKey, "BAIDU_SECRET_KEY", idverifytest.BaiduSecretKey,
		"BAIDU_BASE_URL", idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4))
	person := idverifytest.IdentityMismatch()
	missing := filepath.Join(t.TempDir(), "missing.jpg")
	var out bytes.Buffer
	err := run(t.Context(), []string{"-name", person.Name, "-id", person.IDNumber, "-photo", missing}, baidu, wide(&out))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.ErrorContains(t, err, "nothing could be sent")
	assert.Regexp(t, `you asked +– `, out.String(), "the table is still printed")
	assert.NotContains(t, err.Error(), person.Name)

	photo := filepath.Join(t.TempDir(), "face.jpg")
	require.NoError(t, os.WriteFile(photo, idverifytest.Photo(), 0o600))
	person = idverifytest.PersonFor(idverify.CodeNoFace)
	assert.NoError(t, run(t.Context(), []string{"-name", person.Name, "-id", person.IDNumber, "-photo", photo}, baidu, wide(&out)))
}

func TestRun_HelpAndStrayArguments(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-h"}, nothing, wide(&out)))
	assert.Contains(t, out.String(), "-photo")
	assert.Contains(t, out.String(), "LINKFACE_API_SECRET")
	assert.NotContains(t, out.String(), "No credentials")
	out.Reset()
	err := run(t.Context(), []string{"-photo", "face.jpg", "张三"}, nothing, wide(&out))
	assert.ErrorContains(t, err, "1 arguments")
	assert.NotContains(t, err.Error(), "张三")
	assert.Empty(t, out.String())
}

func TestInterrupt_StopsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, nil, nothing, wide(&bytes.Buffer{})), context.Canceled)
}

func TestRun_EndsWithCommandsInItsLanguage(t *testing.T) {
	for flag, want := range map[string]string{"en": "", "zh": " -lang zh"} {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"-lang", flag}, nothing, wide(&out)))
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		assert.Equal(t, []string{"  go run ./examples/quickstart -verbose" + want, "  go run ./examples/failover" + want,
			"  go run ./examples/simulator -addr 127.0.0.1:8089"}, lines[len(lines)-3:])
	}
}

func TestTables_FitATerminalOf80Columns(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"-verbose", "-lang", lang}, nothing, terminal.Screen{Writer: &out, Width: 80}))
		_, tables, found := strings.Cut(out.String(), "\nlinkface\n")
		require.True(t, found)
		for line := range strings.Lines(tables[:strings.Index(tables, "{")]) {
			assert.LessOrEqual(t, terminal.Columns(strings.TrimSuffix(line, "\n")), 80, line)
		}
	}
}
