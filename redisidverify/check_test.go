package redisidverify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/redisidverify"
)

type informer func(ctx context.Context) (string, error)

func (i informer) Info(ctx context.Context, _ ...string) *redis.StringCmd {
	text, err := i(ctx)
	cmd := redis.NewStringCmd(ctx)
	cmd.SetVal(text)
	cmd.SetErr(err)
	return cmd
}

func TestCheck_Findings(t *testing.T) {
	const good = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\nrole:master\r\n"
	for info, want := range map[string][]redisidverify.FindingKind{
		good: nil,
		"redis_version:6.2.0\nmaxmemory_policy:noeviction\naof_enabled:1\nrole:master": nil,
		"redis_version:6.0.16\nmaxmemory_policy:volatile-lru\naof_enabled:0\nrole:slave": {
			redisidverify.FoundOldVersion, redisidverify.FoundEviction, redisidverify.FoundNoAppendOnlyFile, redisidverify.FoundReplica},
		"redis_version:new\nmaxmemory_policy:noeviction\naof_enabled:1\nrole:master":  {redisidverify.FoundOldVersion},
		"redis_version:10.0\nmaxmemory_policy:noeviction\naof_enabled:1\nrole:master": nil,
		"": {redisidverify.FoundUnknown, redisidverify.FoundUnknown, redisidverify.FoundUnknown, redisidverify.FoundUnknown},
	} {
		found, err := redisidverify.Check(t.Context(), informer(func(context.Context) (string, error) { return info, nil }))
		require.NoError(t, err)
		var kinds []redisidverify.FindingKind
		for _, f := range found {
			kinds = append(kinds, f.Kind)
			assert.NotEmpty(t, f.Detail)
		}
		assert.Equal(t, want, kinds, info)
	}
}

func TestCheck_ErrorsShowOnlyTheirKind(t *testing.T) {
	for _, cause := range []error{errors.New("dial tcp 10.0.0.1:6379: EXAMPLE"), replied("NOPERM EXAMPLE 10.0.0.1")} {
		found, err := redisidverify.Check(t.Context(), informer(func(context.Context) (string, error) { return "", cause }))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "EXAMPLE")
		assert.NotContains(t, err.Error(), "10.0.0.1")
		assert.Empty(t, found)
	}
	_, err := redisidverify.Check(t.Context(), informer(func(context.Context) (string, error) { panic("EXAMPLE") }))
	assert.EqualError(t, err, "redisidverify: the connection to Redis failed")
}

func TestCheck_TakesTwoSecondsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		began := time.Now()
		_, err := redisidverify.Check(t.Context(), informer(func(context.Context) (string, error) { <-hang; return "", nil }))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2*time.Second, time.Since(began))
		close(hang)
	})
	// A client that obeys its context, or whose caller has left, says the same, and
	// mentions no limit of another call.
	for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
		_, err := redisidverify.Check(t.Context(), informer(func(context.Context) (string, error) { return "", fmt.Errorf("EXAMPLE: %w", end) }))
		assert.Equal(t, end, err)
	}
}

// Reads the answer of a real server. Its settings are not asserted.
func TestCheck_OfAServer(t *testing.T) {
	found, err := redisidverify.Check(t.Context(), connect(t, realRedis(t)))
	require.NoError(t, err)
	for _, f := range found {
		assert.NotEqual(t, redisidverify.FoundUnknown, f.Kind, f.Detail)
	}
}
