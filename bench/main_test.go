package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/work"
)

// TestMain lets this test program be the processes that a run starts.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestRun_EndToEnd(t *testing.T) {
	folder := t.TempDir()
	var progress bytes.Buffer
	require.NoError(t, run([]string{"-quick", "-out", folder, "-cases", `^(json|multipart)/http1-tls/30KB$|^signed/aliyun/`}, &progress))
	table, err := os.ReadFile(filepath.Join(folder, "table.md"))
	require.NoError(t, err)
	for _, want := range []string{"JSON/base64 over HTTP/1.1 with TLS", "multipart over HTTP/1.1 with TLS", "idverify-http2", "baidu-sdk", "tencent-sdk", "resty", "idverify", "aliyun over HTTP/1.1 with TLS", "700 KB", "alibaba-sdk"} {
		assert.Contains(t, string(table), want)
	}
	for _, name := range []string{"table.json", "plot-light.svg", "plot-dark.svg"} {
		assert.FileExists(t, filepath.Join(folder, name))
	}
	assert.Contains(t, progress.String(), "json/http1-tls/30KB")
}

func TestRun_LeavesNothingBehind(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	require.NoError(t, run([]string{"-quick", "-out", t.TempDir(), "-cases", "^overhead$"}, new(bytes.Buffer)))
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestFlags(t *testing.T) {
	o, err := parse(nil)
	require.NoError(t, err)
	assert.Equal(t, 16, o.rounds)
	assert.True(t, o.cases.MatchString("json/http1-tls/5MB"))
	for _, wrong := range [][]string{{"-rounds", "0"}, {"-cases", "("}, {"-nothing"}, {"word"}} {
		_, err := parse(wrong)
		assert.Error(t, err, wrong)
		assert.NotErrorIs(t, err, flag.ErrHelp)
	}
}

func TestRun_QuickHasEveryKindOfCall(t *testing.T) {
	kinds, quick := map[work.Body]bool{}, map[work.Body]bool{}
	for _, c := range cases(false) {
		kinds[c.Body] = true
	}
	for _, c := range cases(true) {
		quick[c.Body] = true
		assert.Contains(t, cases(false), c)
	}
	assert.Equal(t, kinds, quick)
	assert.Len(t, kinds, 7)
}

func TestProcesses_UseNoProxy(t *testing.T) {
	theirs := childEnvironment([]string{"PATH=/bin", "HTTPS_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1", "NO_PROXY=*"})
	assert.Contains(t, theirs, "PATH=/bin")
	for _, setting := range theirs {
		assert.NotContains(t, setting, "http://127.0.0.1:1")
	}
}

func TestRole_UnknownIsAnError(t *testing.T) {
	assert.Error(t, play("audience"))
}
