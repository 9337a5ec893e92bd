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
		{"volcengine: match", "tencentfaceid bad_response (perhaps billed) → volcengine match"},
		{"volcengine: match", "tencentfaceid quota_exceeded → volcengine match"},
		{"volcengine: match", "tencentfaceid rate_limited → tencentfaceid rate_limited → tencentfaceid rate_limited → volcengine match"},
		{"tencentfaceid: match", "tencentfaceid rate_limited → tencentfaceid match"},
		{"volcengine: match", "tencentfaceid network (perhaps billed) → volcengine match", "tencentfaceid, volcengine"},
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
