package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheTableShowsWhoAnsweredAndWhoBilled(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	rows := strings.Split(strings.TrimSpace(out.String()), "\n")[3:]
	require.Len(t, rows, len(scenarios))
	for i, want := range [][]string{
		{"baiduv4: match", "linkface bad_response (perhaps billed) → baiduv4 match"},
		{"baiduv4: match", "linkface quota_exceeded → baiduv4 match"},
		{"baiduv4: match", "linkface rate_limited → linkface rate_limited → linkface rate_limited → baiduv4 match"},
		{"linkface: match", "linkface rate_limited → linkface match"},
		{"baiduv4: match", "linkface network (perhaps billed) → baiduv4 match", "linkface, baiduv4"},
	} {
		for _, part := range want {
			assert.Contains(t, rows[i], part)
		}
	}
}

func TestInterruptStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, run(ctx, &bytes.Buffer{}), context.Canceled)
}
