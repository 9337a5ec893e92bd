package canary_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// silentProvider breaks its contract: it returns the values that the test gives it.
type silentProvider struct {
	idverify.Provider
	res *idverify.Result
	err error
}

func (p silentProvider) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return p.res, p.err
}

type failingPersons struct{}

func (failingPersons) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	return idverify.Taken{OK: false}, errors.New("the store is away")
}

func (failingPersons) Return(context.Context, idverify.Try) error { return nil }

// Requests that a Client refuses itself, without a vendor.
func TestClient_RefusalsLeakNothing(t *testing.T) {
	for _, a := range few {
		t.Run(a.vendor, func(t *testing.T) {
			w := newWorld(t)
			provider := a.provider(t, w.at(a.vendor))
			req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
			ask := func(want idverify.Code, ctx context.Context, p idverify.Provider, calls int, opts ...idverify.Option) {
				t.Helper()
				client, err := idverify.New([]idverify.Provider{p}, append(opts, idverify.WithLogger(w.logger("a logger")), idverify.WithHooks(w.outlets.hooks()))...)
				require.NoError(t, err)
				for range calls {
					_, err = w.verify(string(want), ctx, client, req)
				}
				require.Equal(t, want, idverify.CodeOf(err))
			}
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			late, cancel := context.WithTimeout(t.Context(), -time.Second)
			defer cancel()
			soon, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			slow, err := idverify.NewLimiter(idverify.Rate{PerSecond: 0.001})
			require.NoError(t, err)
			limited := idverify.WithVendor(a.vendor, idverify.VendorPolicy{Limiter: slow})
			breaker := idverify.WithVendor(a.vendor, idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}})

			ask(idverify.CodeTooManyAttempts, t.Context(), provider, 2, idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 1, Window: time.Hour}))
			ask(idverify.CodeStoreUnavailable, t.Context(), provider, 1, idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 1, Window: time.Hour, Store: failingPersons{}}))
			ask(idverify.CodeCanceled, ended, provider, 1)
			ask(idverify.CodeTimeout, late, provider, 1)
			ask(idverify.CodeRateLimited, soon, provider, 2, limited)
			ask(idverify.CodeUnknown, t.Context(), silentProvider{provider, nil, errors.New("no code")}, 1)
			ask(idverify.CodeBadResponse, t.Context(), silentProvider{provider, nil, nil}, 1)
			ask(idverify.CodeBadResponse, t.Context(), silentProvider{provider, &idverify.Result{Code: idverify.CodeMatch}, nil}, 1)
			w.standIn.Inject(a.vendor, idverifytest.HTML502())
			ask(idverify.CodeCircuitOpen, t.Context(), provider, 2, breaker)
			w.verify("ended, provider", ended, provider, req)
			req.Evidence = []idverify.Evidence{otherEvidence{}}
			ask(idverify.CodeUnsupportedEvidence, t.Context(), provider, 1)
			w.verify("unsupported, provider", t.Context(), provider, req)
			req.Evidence = []idverify.Evidence{nil}
			ask(idverify.CodeInvalidRequest, t.Context(), provider, 1)
		})
	}
}

type otherEvidence struct{}

func (otherEvidence) EvidenceKind() string { return "other" }

// One key for two people: the second caller learns that, and nothing else.
func TestClient_KeyOfAnotherPersonLeaksNothing(t *testing.T) {
	w := newWorld(t)
	a := signed()
	asked, answer := make(chan struct{}), make(chan struct{})
	client, err := idverify.New([]idverify.Provider{a.provider(t, w.at(a.vendor))},
		idverify.WithRouter(func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
			close(asked)
			<-answer
			return all
		}))
	require.NoError(t, err)
	first, second := w.request(idverifytest.Match(), a.evidence(w.material)[0]), w.request(idverifytest.FaceMismatch(), a.evidence(w.material)[0])
	first.IdempotencyKey, second.IdempotencyKey = "question-1", "question-1"
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.verify("first", t.Context(), client, first)
	}()
	<-asked
	_, err = w.verify("second", t.Context(), client, second)
	require.ErrorIs(t, err, idverify.ErrInvalidRequest)
	leaving, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.verify("leaving", leaving, client, first)
	require.ErrorIs(t, err, idverify.ErrCanceled)
	close(answer)
	<-done
}
