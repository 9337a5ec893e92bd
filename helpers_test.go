package idverify_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

func mismatch() (*idverify.Result, error) {
	return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes}, nil
}

// byScript is a provider that answers by a script and repeats the last step.
type byScript struct {
	name  string
	steps []step
	asked int
	reads string // a kind of evidence, "photo" if empty
}

// step is one answer, given after a while.
type step struct {
	res   *idverify.Result
	err   error
	after time.Duration
}

func (s *byScript) Name() string { return s.name }
func (s *byScript) Accepts(ev idverify.Evidence) bool {
	return ev.EvidenceKind() == cmp.Or(s.reads, "photo")
}

func (s *byScript) Ask(ctx context.Context, _ *idverify.Question) (*idverify.Result, error) {
	now := s.steps[min(s.asked, len(s.steps)-1)]
	s.asked++
	if now.after > 0 {
		select {
		case <-time.After(now.after):
		case <-ctx.Done():
			e := &idverify.Error{Code: idverify.CodeTimeout, Vendor: s.name, Delivery: idverify.DeliveryUnanswered, Err: ctx.Err()}
			if errors.Is(ctx.Err(), context.Canceled) {
				e.Code = idverify.CodeCanceled
			}
			return nil, e
		}
	}
	if e, ok := now.err.(*idverify.Error); ok {
		own := *e
		own.Vendor = s.name
		return nil, &own
	}
	return now.res, now.err
}

func vendorNamed(name string, steps ...step) *byScript { return &byScript{name: name, steps: steps} }

func pass(t *testing.T) step {
	res := passing(t)
	res.Billed = idverify.BilledYes
	return step{res: res}
}

func decide(code idverify.Code) step {
	return step{res: &idverify.Result{Code: code, Billed: idverify.BilledYes}}
}

func fail(code idverify.Code, facts ...func(*idverify.Error)) step {
	e := &idverify.Error{Code: code, Delivery: idverify.DeliveryAnswered}
	for _, f := range facts {
		f(e)
	}
	return step{err: e}
}

func status(code int) func(*idverify.Error) {
	return func(e *idverify.Error) { e.HTTPStatus = code }
}

func safe(e *idverify.Error)          { e.Delivery, e.Billed = idverify.DeliveryRefused, idverify.BilledNo }
func unsent(e *idverify.Error)        { e.Delivery, e.Billed = idverify.DeliveryNotSent, idverify.BilledNo }
func ambiguous(e *idverify.Error)     { e.Delivery = idverify.DeliveryUnanswered }
func contradictory(e *idverify.Error) { e.Contradiction = true }
func notAgain(e *idverify.Error)      { e.NoRepeat = true }
func free(e *idverify.Error)          { e.Billed = idverify.BilledNo }
func retryAfter(d time.Duration) func(*idverify.Error) {
	return func(e *idverify.Error) { e.RetryAfter = d }
}

// half makes backoff predictable: half of every ceiling.
func half(r idverify.Retry) idverify.Option {
	r.Random = func() float64 { return 0.5 }
	return idverify.WithRetry(r)
}

// told renders the attempts: vendor, code, wait before it, and what came next.
func told(attempts []idverify.Attempt) []string {
	var texts []string
	for _, a := range attempts {
		text := a.Vendor + " " + string(a.Code)
		if a.Wait > 0 {
			text += " after " + a.Wait.String()
		}
		if a.PassedOver {
			text += " passed over"
		}
		if a.Next != "" {
			text += " → " + string(a.Next)
		}
		texts = append(texts, text)
	}
	return texts
}

func attemptsOf(res *idverify.Result, err error) []idverify.Attempt {
	var e *idverify.Error
	if errors.As(err, &e) {
		return e.Attempts
	}
	return res.Attempts
}

func ptr[T any](value T) *T { return &value }
