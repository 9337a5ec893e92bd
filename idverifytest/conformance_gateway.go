package idverifytest

import (
	"net/http"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// gatewayPage answers with a page of HTML and a Retry-After of seven seconds.
func gatewayPage(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		drainAll(r)
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><body>gateway</body></html>"))
	}
}

// ruleGatewayRefusals requires that a refusal by HTTP status is understood, from the
// vendor or from a gateway: a large photo, or too many calls, is not the vendor's fault.
func ruleGatewayRefusals(t *testing.T, b *bench) {
	b.warm(t)
	for status, want := range map[int]idverify.Code{
		http.StatusRequestEntityTooLarge: idverify.CodeTooLarge,
		http.StatusTooManyRequests:       idverify.CodeRateLimited,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			b.gate.reset()
			b.gate.set(gatewayPage(status))
			defer b.gate.set(nil)
			e := b.fails(t, t.Context(), b.match())
			if e.Code != want || e.HTTPStatus != status {
				t.Errorf("HTTP %d, got %v", status, e)
			}
			if e.Delivery != idverify.DeliveryRefused || e.Billed == idverify.BilledYes {
				t.Errorf("a gateway refused the request, but the error says: %v", e)
			}
			if e.RetryAfter != 7*time.Second {
				t.Errorf("the gateway asked to wait for 7 s, but the error says %v", e.RetryAfter)
			}
			if n := b.gate.arrived.Load(); n != 1 {
				t.Errorf("%d exchanges for one call", n)
			}
		})
	}
}
