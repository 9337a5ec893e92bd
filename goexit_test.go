package idverify_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// quitting is a provider that ends its goroutine, as a test's fake does that
// calls require.
type quitting struct{}

func (quitting) Name() string                   { return "quitting" }
func (quitting) Accepts(idverify.Evidence) bool { return true }
func (quitting) Verify(context.Context, *idverify.Request) (*idverify.Result, error) {
	runtime.Goexit()
	return nil, nil
}

// A call with a key is made in a goroutine of the Client's. Whoever waits for it
// must be told when it ends, however it does, and the key must be free again.
func TestGoexitOfAProviderEndsACallWithAKey(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{quitting{}})
	require.NoError(t, err)
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := c.Verify(ctx, &idverify.Request{
			Name: "测试甲", IDNumber: "11010519000101001X", Key: "k",
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes([]byte("EXAMPLE")))},
		})
		done <- err
	}()
	select {
	case err := <-done:
		assert.Error(t, err)
	case <-time.After(5 * time.Second):
		assert.Fail(t, "nobody tells who waits that the call has ended")
	}
}
