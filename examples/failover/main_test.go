package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify/examples/internal/terminal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// blocks are the scenarios in the output, after the introduction.
func blocks(t *testing.T, args ...string) []string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out))
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, terminal.Columns(strings.TrimSuffix(line, "\n")), 80, line)
	}
	all := strings.Split(strings.TrimSpace(out.String()), "\n\n")[1:]
	require.Len(t, all, len(scenarios))
	return all
}

func TestTable_ShowsWhoAnsweredAndBilled(t *testing.T) {
	all := blocks(t)
	for i, want := range [][]string{
		{"volcengine: match", "tencentfaceid bad_response (perhaps billed) → volcengine match"},
		{"volcengine: match", "tencentfaceid quota_exceeded → volcengine match"},
		{"volcengine: match", "tencentfaceid rate_limited ×3 → volcengine match"},
		{"tencentfaceid: match", "tencentfaceid rate_limited → tencentfaceid match"},
		{"volcengine: match", "tencentfaceid network (perhaps billed) → volcengine match", "tencentfaceid, volcengine"},
	} {
		assert.True(t, strings.HasPrefix(all[i], scenarios[i].about[terminal.English]))
		for _, part := range want {
			assert.Contains(t, all[i], part)
		}
	}
}

func TestRun_InChinese(t *testing.T) {
	for i, block := range blocks(t, "-lang", "zh") {
		assert.True(t, strings.HasPrefix(block, scenarios[i].about[terminal.Chinese]))
		assert.NotRegexp(t, `attempts|billed`, block)
		lines := strings.Split(block, "\n")
		require.Len(t, lines, 4)
		for _, line := range lines[1:] { // the values stand under each other
			value := strings.Fields(line)[1]
			assert.Equal(t, 12, terminal.Columns(line[:strings.Index(line, " "+value)+1]), line)
		}
	}
}

func TestRun_Flags(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-h"}, &out))
	assert.Contains(t, out.String(), "-lang")
	assert.Contains(t, out.String(), "environment")
	assert.NotContains(t, out.String(), "match")
	out.Reset()
	assert.ErrorContains(t, run(t.Context(), []string{"-lang", "fr"}, &out), "-lang")
	err := run(t.Context(), []string{"张三"}, &out)
	assert.ErrorContains(t, err, "1 arguments")
	assert.NotContains(t, err.Error(), "张三")
	assert.Empty(t, out.String())
}

func TestInterrupt_StopsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, nil, &bytes.Buffer{}), context.Canceled)
}
