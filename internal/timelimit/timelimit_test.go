package timelimit_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/timelimit"
)

func TestEnded_NamesTheOwner(t *testing.T) {
	const policy, caller, left = "VendorPolicy.Timeout passed", "the caller's deadline passed", "the caller's context was cancelled"
	for name, test := range map[string]struct {
		caller, policy time.Duration // 0 for none
		leaves         bool
		want           string
	}{
		"policy":                {0, time.Second, false, policy},
		"policy before caller":  {time.Minute, time.Second, false, policy},
		"caller":                {time.Second, 0, false, caller},
		"caller before policy":  {time.Second, time.Minute, false, caller},
		"caller leaves":         {0, time.Minute, true, left},
		"caller leaves in time": {time.Minute, time.Minute, true, left},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				if test.caller > 0 {
					// A cause set by the caller does not make the deadline ours.
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeoutCause(ctx, test.caller, errors.New("the caller's"))
					defer cancel()
				}
				inner := ctx
				if test.policy > 0 {
					var cancel context.CancelFunc
					inner, cancel = context.WithTimeoutCause(ctx, test.policy, timelimit.ErrPolicy)
					defer cancel()
				}
				assert.False(t, timelimit.IsCallers(inner), "it has not ended")
				if test.leaves {
					leave()
				}
				<-inner.Done()
				assert.Equal(t, test.want, timelimit.Ended(inner))
				assert.Equal(t, test.want != policy, timelimit.IsCallers(inner))
			})
		})
	}
}
