package canary_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime/pprof"
	"runtime/trace"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Profiles of a process with calls in progress. A service that offers its profiles
// over HTTP shows them to anybody.
// Holds P-DATA-6.
func TestProfile_LeaksNothing(t *testing.T) {
	for _, a := range few {
		t.Run(a.vendor, func(t *testing.T) {
			e := newEcho(t, a)
			asked, answer := make(chan struct{}), make(chan struct{})
			e.answer = func(*echo, http.ResponseWriter, *http.Request) {
				close(asked)
				<-answer
			}
			provider := a.provider(t, reach{baseURL: e.server.URL})
			client, err := idverify.New([]idverify.Provider{provider}, e.options(a.vendor)...)
			require.NoError(t, err)
			req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: a.evidence(e.material)[:1], IdempotencyKey: "question-1"}
			var traced bytes.Buffer
			tracing := trace.Start(&traced) == nil // not if the whole test is traced
			done := make(chan struct{})
			go pprof.Do(t.Context(), pprof.Labels("request", fmt.Sprint(req), "client", fmt.Sprint(client)), func(ctx context.Context) {
				defer close(done)
				_, _ = client.Verify(ctx, req)
			})
			<-asked
			for _, profile := range pprof.Profiles() {
				texts := 1 // debug 0 is compressed, and 2 differs only for goroutines
				if profile.Name() == "goroutine" {
					texts = 2
				}
				for debug := 1; debug <= texts; debug++ {
					var out bytes.Buffer
					require.NoError(t, profile.WriteTo(&out, debug))
					e.heard(fmt.Sprintf("profile of %s, %d", profile.Name(), debug), out.String())
					if profile.Name() == "goroutine" {
						assert.Contains(t, out.String(), "idverify.(*Client).Verify", "no call was in progress")
					}
				}
			}
			close(answer)
			<-done
			if tracing {
				trace.Stop()
				assert.NotEmpty(t, traced.String())
				e.heard("the execution trace", traced.String())
			}
		})
	}
}
