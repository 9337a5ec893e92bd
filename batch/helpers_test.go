package batch_test

import (
	"context"
	"iter"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// secret binds the rows of the tests' journals.
var secret = []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")

const (
	aName         = "测试甲"
	aNumber       = "11010519000101001X"
	anotherNumber = "110105190001010036"
)

func photo() idverify.Evidence { return idverify.Photo(idverify.Bytes([]byte("photo"))) }

func askFor(ev ...idverify.Evidence) *idverify.Request {
	return &idverify.Request{Name: aName, IDNumber: aNumber, Evidence: ev}
}

// similarity is a check of the value against a threshold of 80 (must be above) on a
// scale up to 100.
func similarity(t *testing.T, value float64) idverify.Check {
	t.Helper()
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 100}, Pass: idverify.Above, Threshold: 80}
	c, err := rule.Check(value)
	require.NoError(t, err)
	return c
}

// standIns returns clients of the stand-in; in production they have accounts at the
// vendors.
func standIns() (providers []idverify.Provider, done func()) {
	server := httptest.NewServer(idverifytest.New())
	for _, v := range vendors.All() {
		p, _, err := v.Make(vendors.Account{HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, v.Name)}})
		if err != nil {
			panic(err)
		}
		providers = append(providers, p)
	}
	return providers, server.Close
}

// verify is a Verifier for tests.
type verify func(ctx context.Context, req *idverify.Request) (*idverify.Result, error)

func (v verify) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return v(ctx, req)
}

// row returns a valid row named "row-i".
func row(i int) *idverify.Request { return keyed("row-"+strconv.Itoa(i), photo()) }

// keyed returns a valid row with a key.
func keyed(key string, ev ...idverify.Evidence) *idverify.Request {
	req := askFor(ev...)
	req.IdempotencyKey = key
	return req
}

func rows(n int) iter.Seq[*idverify.Request] {
	return func(yield func(*idverify.Request) bool) {
		for i := range n {
			if !yield(row(i)) {
				return
			}
		}
	}
}

// these are rows that a verifier can distinguish by Reference.
func these(keys ...string) iter.Seq[*idverify.Request] {
	return func(yield func(*idverify.Request) bool) {
		for _, key := range keys {
			req := keyed(key, photo())
			req.Reference = key
			if !yield(req) {
				return
			}
		}
	}
}

func mismatch() (*idverify.Result, error) {
	return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes}, nil
}

// fails makes an error as a provider does.
func fails(code idverify.Code, billed idverify.Billed) *idverify.Error {
	delivery := idverify.DeliveryAnswered
	if billed == idverify.BilledNo {
		delivery = idverify.DeliveryNotSent
	}
	return &idverify.Error{Code: code, Vendor: "v", Billed: billed, Delivery: delivery}
}

// slow takes a second of the bubble's time, or until the caller leaves.
func slow(ctx context.Context, _ *idverify.Request) (*idverify.Result, error) {
	select {
	case <-time.After(time.Second):
		return mismatch()
	case <-ctx.Done():
		return nil, &idverify.Error{Code: idverify.CodeCanceled, Delivery: idverify.DeliveryUnanswered, Err: ctx.Err()}
	}
}

func started(t *testing.T, ctx context.Context, v idverify.Verifier, items iter.Seq[*idverify.Request], opts ...batch.Option) iter.Seq[batch.Result] {
	t.Helper()
	results, err := batch.Run(ctx, v, items, opts...)
	require.NoError(t, err)
	return results
}

func afterAttempts(e *idverify.Error, attempts ...idverify.Attempt) *idverify.Error {
	e.Attempts = attempts
	return e
}
