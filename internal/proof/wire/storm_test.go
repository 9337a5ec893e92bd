package wire_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// numberOf is a well-formed number for each n, so that the bill can tell calls
// apart.
func numberOf(n int) string {
	digits := fmt.Sprintf("110105190001%02d%03d", 1+n/1000%31, n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

func faults() []idverifytest.Fault {
	return []idverifytest.Fault{
		idverifytest.ResetBeforeBody(), idverifytest.ResetAfterBody(), idverifytest.Truncated(), idverifytest.MalformedJSON(),
		idverifytest.EmptyBody(), idverifytest.WrongContentType(), idverifytest.HTML502(), idverifytest.HTMLStatus(413),
		idverifytest.Redirect307("http://127.0.0.1:1/"), idverifytest.RateLimited(), idverifytest.QuotaExceeded(), idverifytest.Unavailable(),
		idverifytest.ExpiredToken(), idverifytest.RevokedToken(), idverifytest.Delay(2 * time.Millisecond), idverifytest.SlowDrip(10 * time.Microsecond),
	}
}

// Calls with faults of all kinds mixed in: each ends in a decision or a typed
// error, no vendor bills one twice, and nothing is left behind. More of them:
// go test -run CallsThroughFaults ./internal/proof/wire -storm 10000
func TestCallsThroughFaults(t *testing.T) {
	for name, forbidden := range map[string]bool{"another vendor after an ambiguous leg": false, "no other vendor after an ambiguous leg": true} {
		t.Run(name, func(t *testing.T) { storm(t, *stormCalls/2, forbidden) })
	}
}

var stormCalls = flag.Int("storm", 2000, "calls of TestCallsThroughFaults")

func storm(t *testing.T, calls int, notAfterAmbiguous bool) {
	before := runtime.NumGoroutine()
	standIn := idverifytest.Start(t)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	// The storm lasts about a second; a circuit must have time to close again in it.
	rest := idverify.VendorPolicy{Breaker: idverify.Breaker{OpenFor: 5 * time.Millisecond}}
	opts := []idverify.Option{
		idverify.WithWeights(vendors.Evenly()),
		idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: notAfterAmbiguous}),
		idverify.WithRetry(idverify.Retry{Random: func() float64 { return 0 }}),
	}
	for _, v := range vendors.All() {
		opts = append(opts, idverify.WithVendor(v.Name, rest))
		if v.Tokens != nil {
			standIn.Inject(v.Tokens.Endpoint, idverifytest.HTML502(), idverifytest.ResetAfterBody(), idverifytest.Truncated())
		}
	}
	providers, err := vendors.Providers(standIn.BaseURL, idverify.HTTP{Client: &http.Client{Transport: transport}})
	require.NoError(t, err)
	client, err := idverify.New(providers, opts...)
	require.NoError(t, err)
	evidence := vendors.ForAll(idverify.Bytes(idverifytest.Photo()), idverify.Bytes(idverifytest.Capture()))
	kinds := faults()

	var decided, failed, moved atomic.Int64
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for n := int(next.Add(1)); n <= calls; n = int(next.Add(1)) {
				if rand.IntN(3) == 0 { // about a third of the exchanges meet a fault
					standIn.Inject(providers[rand.IntN(len(providers))].Name(), kinds[rand.IntN(len(kinds))])
				}
				res, err := client.Verify(context.Background(), &idverify.Request{Name: "测试", IDNumber: numberOf(n), Evidence: evidence})
				idverifytest.CheckOutcome(t, res, err)
				var e *idverify.Error
				switch {
				case errors.As(err, &e):
					failed.Add(1)
					assert.NotEmpty(t, e.Attempts)
				case len(res.Attempts) > 1:
					moved.Add(1)
					fallthrough
				default:
					decided.Add(1)
				}
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, calls, decided.Load()+failed.Load(), "no call is lost")
	assert.Positive(t, moved.Load())
	if !notAfterAmbiguous {
		assert.Greater(t, decided.Load(), int64(calls*9/10), "outages are not felt")
	}

	type paid struct{ vendor, subject string }
	bill := map[paid]int{}
	for _, b := range standIn.Bill().Calls {
		bill[paid{b.Vendor, b.Subject}]++
	}
	for b, times := range bill {
		assert.Equal(t, 1, times, "%v is billed twice by one vendor", b)
	}
	if notAfterAmbiguous {
		assert.Empty(t, standIn.Bill().Twice(), "nor by two")
	}
	t.Logf("%d calls: %d decided (%d after more than one leg), %d errors, %d billed", calls, decided.Load(), moved.Load(), failed.Load(), standIn.Bill().Total())

	standIn.Close()
	transport.CloseIdleConnections()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 5*time.Second, 10*time.Millisecond, "goroutines are left")
}
