package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify/idverifytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs the simulator on a free port and gives its first line.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), w) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-ended)
		_ = w.Close() // ends the reader below
	})
	line, err := bufio.NewReader(r).ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return line
}

func TestJSON_IsOneLineAndCorrect(t *testing.T) {
	var about description
	require.NoError(t, json.Unmarshal([]byte(start(t, "-json")), &about))
	assert.Len(t, about.Vendors, len(idverifytest.Vendors()))
	for _, vendor := range idverifytest.Vendors() {
		assert.Equal(t, idverifytest.Credentials(vendor), about.Vendors[vendor].Credentials)
		assert.Equal(t, idverifytest.SampleEvidence(vendor), about.Vendors[vendor].Evidence)
	}
	assert.Len(t, about.Persons, len(idverifytest.Persons()))

	lf := about.Vendors[idverifytest.Linkface]
	form := "api_id=" + lf.Credentials["api_id"] + "&api_secret=" + lf.Credentials["api_secret"] +
		"&name=" + about.Persons[0].Name + "&id_number=" + about.Persons[0].IDNumber + "&liveness_data_url=" + about.Evidence["media_url"]
	resp, err := http.Post(lf.BaseURL+"/identity/liveness_idnumber_verification", "application/x-www-form-urlencoded", strings.NewReader(form))
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	assert.Contains(t, string(body), "verify_score")
}

func TestText_NamesVendorsCredentialsAndPeople(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, describe("http://127.0.0.1:8089").print(&out))
	for _, want := range []string{"http://127.0.0.1:8089/linkface", "http://127.0.0.1:8089/baiduv4", "http://127.0.0.1:8089/tencent",
		idverifytest.LinkfaceAPISecret, idverifytest.BaiduSecretKey, idverifytest.TencentSecretKey, idverifytest.Match().IDNumber} {
		assert.Contains(t, out.String(), want)
	}
	assert.Contains(t, start(t), "Stand-in vendors")
}

func TestText_ListsDifferencesAndEvidence(t *testing.T) {
	about := describe("http://127.0.0.1:8089")
	var out bytes.Buffer
	require.NoError(t, about.print(&out))
	assert.Contains(t, out.String(), "  multiple_faces (linkface: match, tencent: no_face")
	for _, p := range idverifytest.Persons() {
		_, row, found := strings.Cut(out.String(), "  "+p.IDNumber+"  ")
		require.True(t, found, p.About)
		said, _, found := strings.Cut(row, "  ")
		require.True(t, found, p.About)
		code, others, differs := strings.Cut(said, " (")
		assert.Equal(t, string(p.Code), code)
		told := 0
		for _, vendor := range idverifytest.Vendors() {
			if at := p.CodeAt(vendor); at != p.Code {
				told++
				assert.Regexp(t, "(^|, )"+vendor+": "+string(at)+"(, |[)]$)", others)
			}
		}
		assert.Equal(t, told > 0, differs, said)
		assert.Equal(t, told, strings.Count(others, ": "), said)
	}
	said := []map[string]string{about.Evidence}
	for _, v := range about.Vendors {
		said = append(said, v.Credentials, v.Evidence)
	}
	for _, values := range said {
		for name, value := range values {
			assert.Regexp(t, "(?m)^  "+name+" +"+regexp.QuoteMeta(value)+"$", out.String())
		}
	}
}

func TestAddress_CanBeCalled(t *testing.T) {
	for _, want := range []struct {
		ip  net.IP
		out string
	}{
		{net.IPv4zero, "127.0.0.1:8089"},
		{net.IPv6unspecified, "127.0.0.1:8089"},
		{nil, "127.0.0.1:8089"},
		{net.IPv4(192, 0, 2, 1), "192.0.2.1:8089"},
		{net.IPv6loopback, "[::1]:8089"},
	} {
		assert.Equal(t, want.out, reachable(&net.TCPAddr{IP: want.ip, Port: 8089}), want.ip.String())
	}
	var about description
	require.NoError(t, json.Unmarshal([]byte(start(t, "-json", "-addr", ":0")), &about))
	base := about.Vendors[idverifytest.Linkface].BaseURL
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/linkface$`, base)
	resp, err := http.Get(base)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusNotFound, resp.StatusCode)
}

func TestArguments_StrayOnesAreRefused(t *testing.T) {
	assert.ErrorContains(t, run(t.Context(), []string{"-json", "8089"}, io.Discard), "1 arguments")
	assert.NoError(t, run(t.Context(), []string{"-h"}, io.Discard))
}

func TestAddress_InUseIsAnError(t *testing.T) {
	assert.Error(t, run(t.Context(), []string{"-addr", "256.0.0.1:1"}, io.Discard))
}
