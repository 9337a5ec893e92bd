package otelidverify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/otelidverify"
)

// needsPrometheus returns the path of a Prometheus program. IDVERIFY_TEST_PROMETHEUS
// is its folder.
func needsPrometheus(t *testing.T, program string) string {
	t.Helper()
	folder := os.Getenv("IDVERIFY_TEST_PROMETHEUS")
	if folder == "" {
		t.Skip("IDVERIFY_TEST_PROMETHEUS is not set")
	}
	path, err := exec.LookPath(filepath.Join(folder, program))
	require.NoError(t, err)
	return path
}

func TestPrometheus_AcceptsExportedMetrics(t *testing.T) {
	promtool := needsPrometheus(t, "promtool")
	d := newDemo(t)
	d.goWrong(t)
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(d.registry, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	lint := exec.Command(promtool, "check", "metrics")
	lint.Stdin = answer.Body
	said, err := lint.CombinedOutput()
	require.NoError(t, err, string(said))
	assert.Empty(t, string(said))
}

// Every expression of the dashboard and the alerts returns a series when everything
// goes wrong.
func TestPrometheus_EveryExpressionReturnsASeries(t *testing.T) {
	program := needsPrometheus(t, "prometheus")
	wrong, still := newDemo(t), newDemo(t)
	next, stop := iter.Pull(otelidverify.Batch(still.options, slices.Values(make([]batch.Result, 2))))
	defer stop()
	next()
	var targets []string
	for _, d := range []*demo{wrong, still} {
		server := httptest.NewServer(promhttp.HandlerFor(d.registry, promhttp.HandlerOpts{}))
		defer server.Close()
		targets = append(targets, strings.TrimPrefix(server.URL, "http://"))
	}
	p := startPrometheus(t, program, targets)
	ask := expressions(t)
	asked := len(ask)
	for _, rule := range p.rules(t) {
		ask = append(ask, rule)
	}
	require.Greater(t, len(ask), asked, "there are no alerts")
	var silent []string
	within(time.Minute, func() bool {
		wrong.goWrong(t)
		silent = slices.DeleteFunc(slices.Clone(ask), func(expr string) bool { return p.series(t, expr) > 0 })
		return len(silent) == 0
	})
	assert.Empty(t, silent)
	assert.Zero(t, p.series(t, "idverify_that_is_not_there"))
}

// server is a Prometheus for one test.
type server struct {
	root   string
	client http.Client
}

func startPrometheus(t *testing.T, program string, targets []string) *server {
	t.Helper()
	rules, err := filepath.Abs("dashboards/alerts.yml")
	require.NoError(t, err)
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	list, err := json.Marshal(targets)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil,
		"global: {scrape_interval: 250ms, scrape_timeout: 250ms}\nrule_files: [%q]\nscrape_configs: [{job_name: demo, static_configs: [{targets: %s}]}]\n", rules, list), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())

	var said bytes.Buffer
	run := exec.Command(program, "--config.file="+config, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+address)
	run.Stdout, run.Stderr = &said, &said
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	p := &server{root: "http://" + address, client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	require.True(t, within(time.Minute, func() bool {
		resp, err := p.client.Get(p.root + "/-/ready")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}), "Prometheus does not start")
	return p
}

// within asks another process repeatedly until it says yes, and reports whether it
// did.
func within(limit time.Duration, yes func() bool) bool {
	late, again := time.After(limit), time.NewTicker(300*time.Millisecond)
	defer again.Stop()
	for !yes() {
		select {
		case <-late:
			return false
		case <-again.C:
		}
	}
	return true
}

// get decodes the data of an answer.
func (p *server) get(t *testing.T, path string, data any) {
	t.Helper()
	resp, err := p.client.Get(p.root + path)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", path, text)
	require.NoError(t, json.Unmarshal(text, &struct{ Data any }{data}))
}

// rules are the expressions of the alerts, by name.
func (p *server) rules(t *testing.T) map[string]string {
	t.Helper()
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Query string }
		}
	}
	p.get(t, "/api/v1/rules", &data)
	rules := map[string]string{}
	for _, group := range data.Groups {
		for _, rule := range group.Rules {
			rules[rule.Name] = rule.Query
		}
	}
	return rules
}

// series is how many series an expression returns now.
func (p *server) series(t *testing.T, expr string) int {
	t.Helper()
	var data struct{ Result []json.RawMessage }
	p.get(t, "/api/v1/query?query="+url.QueryEscape(expr), &data)
	return len(data.Result)
}
