package idverify

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/redact"
)

// Stored is what a [ResultStore] keeps for one question. In JSON its fields are
// "result", "print" and "settings".
type Stored struct {
	// Result is the decision, without VendorMessage, Reply and the causes of its
	// Attempts, which may contain personal data.
	Result Result `json:"result"`
	// Print identifies the person and all evidence of the question: an HMAC, 64
	// hexadecimal digits. It shows whether a key is used for another question.
	Print string `json:"print"`
	// Settings are the provider's settings that the decision depended on besides
	// its rules, as its method DecidesBy returns them. Empty without such a method.
	Settings string `json:"settings,omitempty"`
}

// Format implements [fmt.Formatter]: it prints the decision.
func (s Stored) Format(f fmt.State, verb rune) { s.Result.Format(f, verb) }

// LogValue implements [slog.LogValuer].
func (s Stored) LogValue() slog.Value { return s.Result.LogValue() }

// ResultStore keeps decisions by the key of their question, so that the same
// question is not paid for twice. Methods are called concurrently. If a method does
// not return in time, the call goes on without it. While 64 method calls have not
// returned, the store is not used. An error never makes a call fail; it is reported
// to [Hooks].Store.
type ResultStore interface {
	// Load returns what is kept under id, and false when there is nothing. It has
	// 200 ms, or a tenth of the time that the call has left if that is less; see
	// [WithResultStoreTimeout].
	Load(ctx context.Context, id string) (Stored, bool, error)
	// Save keeps a decision under id and replaces an earlier one. It has two
	// seconds, and the call does not wait for it. A panic in it is dropped, like an
	// error.
	Save(ctx context.Context, id string, s Stored) error
}

const (
	resultLoadTimeout = 200 * time.Millisecond
	resultSaveTimeout = 2 * time.Second
	// shareOfPatience is the share of a call's remaining time that a store may
	// take.
	shareOfPatience = 10
)

// answers connects a Client to its result store.
type answers struct {
	store  ResultStore
	secret redact.Secret
	desk   aside.Desk
}

// load returns the store's decision for a question, nil when it has none that can
// be used. It fails when the key was used for another question.
func (c *Client) load(ctx context.Context, q keyed) (*Result, error) {
	limit := c.resultLoad
	if limit == 0 {
		limit = resultLoadTimeout
	}
	if until, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(until)/shareOfPatience)
	}
	type found struct {
		stored Stored
		ok     bool
	}
	began := time.Now()
	kept, err := aside.Ask(ctx, &c.answers.desk, limit, func(ctx context.Context) (f found, err error) {
		f.stored, f.ok, err = c.answers.store.Load(ctx, q.id)
		return f, err
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, beforehand(left(ctx, "", " while the store of results was asked"))
	case err != nil:
		c.storeEvent(StoreEvent{Store: "result", Operation: "load", Duration: time.Since(began), Reason: reasonOf(err)})
		return nil, nil
	case !kept.ok || kept.stored.Print == "":
		return nil, nil
	case kept.stored.Print != q.print:
		return nil, beforehand(otherQuestion())
	}
	return c.today(&kept.stored), nil
}

// save keeps a decision. Nobody waits for it, so its panic is recovered here.
func (c *Client) save(ctx context.Context, q keyed, res *Result) {
	began := time.Now()
	defer func() {
		if recover() != nil {
			c.storeEvent(StoreEvent{Store: "result", Operation: "save", Duration: time.Since(began), Reason: StoreFailed})
		}
	}()
	stored := Stored{Result: *res.bare(), Print: q.print}
	if v := c.vendorOf(res); v != nil {
		stored.Settings = v.settings()
	}
	_, err := aside.Ask(ctx, &c.answers.desk, resultSaveTimeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.answers.store.Save(ctx, q.id, stored)
	})
	if err != nil {
		c.storeEvent(StoreEvent{Store: "result", Operation: "save", Duration: time.Since(began), Reason: reasonOf(err)})
	}
}

// bare returns a copy without anything that may contain personal data.
func (r *Result) bare() *Result {
	own := *r
	own.VendorMessage, own.Reply = Sensitive{}, nil
	bare := own.clone()
	for i := range bare.Attempts {
		bare.Attempts[i].Err = nil
	}
	return bare
}
