package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Result is what came of one row. It prints without its request.
type Result struct {
	// Index counts the rows as they came in, from 0.
	Index int
	// Key is the request's, as it was given: your own name for the row, the
	// same in every run and different for every row. It is empty when it was
	// refused by [idverify.Request.CheckKey], because it is printed and kept.
	Key string
	// Result and Err are what the verifier returned: one of the two, and Err is
	// an [*idverify.Error].
	Result *idverify.Result
	Err    error
	// Resumed says that the journal knew the row: nothing was sent. Reply, Err
	// and VendorMessage of the original Result or Error are not kept.
	Resumed bool
	// Taken says that another run is asking about the row at this moment, by a
	// [SharedJournal]. Nothing was sent, and Err says so; ask again later.
	Taken bool
	// JournalErr is the journal's failure, after which no further row is sent.
	// If the row could not be begun, Err says that it was not sent; if its
	// answer could not be written down, Result and Err hold the answer, and the
	// next run will take the row for one that was interrupted.
	JournalErr error
}

// row is a request on its way.
type row struct {
	index   int
	key     string
	request *idverify.Request // the run's own copy, nil when none was given
	refusal error
}

// row copies what the caller gave, and finds what cannot be sent, or could not
// be kept by the journal.
func (r *run) row(index int, given *idverify.Request) row {
	out := row{index: index}
	if given != nil {
		own := *given
		own.Evidence = slices.Clone(given.Evidence)
		out.key, out.request = own.IdempotencyKey, &own
	}
	if err := out.request.CheckKey(); err != nil {
		out.key, out.refusal = "", err
		return out
	}
	if r.journal == nil {
		return out // the verifier says what it refuses
	}
	out.refusal = r.refuse(out.request)
	return out
}

// refuse finds a row that the journal could not keep.
func (r *run) refuse(req *idverify.Request) error {
	if err := req.Validate(); err != nil {
		return err
	}
	if req.IdempotencyKey == "" {
		return refused(keyField, "a row without a key cannot be found again in the journal")
	}
	if r.seen == nil {
		return nil
	}
	id := idOf([]byte(req.IdempotencyKey))
	if _, twice := r.seen[id]; twice {
		return refused(keyField, "two rows have this key")
	}
	r.seen[id] = struct{}{}
	return nil
}

const keyField = "IdempotencyKey"

// verify takes a row from the question to the answer.
func (r *run) verify(row row) Result {
	out := Result{Index: row.index, Key: row.key}
	switch {
	case row.refusal != nil:
		out.Err = row.refusal
	case r.pulling.Err() != nil:
		out.Err = notSent(r.ctx)
	case r.refusal != nil:
		r.fail(&out, r.refusal)
	case r.journal == nil:
		out.take(r.ask(row.request))
	default:
		r.askOnce(&out, row.request)
	}
	return out
}

// ask calls the verifier. The answer has a Result or an Err.
func (r *run) ask(req *idverify.Request) Entry {
	if r.dropKeys && req != nil {
		own := *req
		own.IdempotencyKey = ""
		req = &own
	}
	return held(r.verifier.Verify(r.calls, req))
}

// held is what a verifier said, or a journal kept, if it keeps to the contract.
func held(res *idverify.Result, err error) (entry Entry) {
	entry.Result, err = idverify.HoldToContract("", res, err)
	_ = errors.As(err, &entry.Err)
	return entry
}

// take sets Result or Err.
func (out *Result) take(entry Entry) {
	out.Result, out.Err = entry.Result, entry.failure()
}

// askOnce asks only if the journal knows of no call that may have been paid for.
func (r *run) askOnce(out *Result, req *idverify.Request) {
	key, err := r.binding.of(r.calls, req)
	if err != nil {
		out.Err = err
		return
	}
	known, found, err := r.journal.Load(r.calls, key)
	if err != nil {
		r.fail(out, err)
		return
	}
	loaded := known
	switch {
	case !found:
		loaded = Entry{}
	case known.Taken:
		out.takenBy(req.IdempotencyKey)
		return
	case !r.mayAsk(req, &known):
		out.take(known)
		out.Resumed = true
		return
	}
	if r.pulling.Err() != nil {
		out.Err = notSent(r.ctx)
		return
	}
	taken, err := r.begin(key, loaded)
	switch {
	case err != nil:
		r.fail(out, err)
		return
	case taken:
		out.takenBy(req.IdempotencyKey)
		return
	}
	answer := r.ask(req)
	out.take(answer)
	// What was paid for is written down even though the caller has left.
	if err := r.journal.Finish(context.WithoutCancel(r.calls), key, answer); err != nil {
		out.JournalErr = err
		r.stop()
	}
}

// begin notes in the journal that the row is about to be sent, unless another run has
// taken it since it was loaded.
func (r *run) begin(key string, loaded Entry) (taken bool, err error) {
	if shared, ok := r.journal.(SharedJournal); ok {
		return shared.BeginIf(r.calls, key, loaded)
	}
	return false, r.journal.Begin(r.calls, key)
}

// takenBy ends a row that another run has.
func (out *Result) takenBy(key string) { out.Taken, out.Err = true, elsewhere(key) }

// mayAsk reports whether a row that the journal knows may be sent again, and
// gives a row in flight its error. What [WithRepeat] sends again is repeated by a
// ledger too.
func (r *run) mayAsk(req *idverify.Request, known *Entry) bool {
	key := req.IdempotencyKey
	switch {
	case known.InFlight:
		*known = Entry{Err: interrupted(key)}
	case known.Result != nil || known.Err != nil:
		*known = held(known.Result, known.failure())
	}
	switch {
	case known.Result != nil:
		return false
	case known.Err == nil || !known.Err.MayHaveCost():
		return true
	}
	if r.repeat == nil || !r.repeat(key, known.Err) {
		return false
	}
	req.Repeat = true
	return true
}

// fail ends a row that must not be sent because that could not be written down,
// and the run with it.
func (r *run) fail(out *Result, err error) {
	if r.calls.Err() != nil { // the journal gave up because the caller did
		out.Err = notSent(r.ctx)
		return
	}
	r.stop()
	out.Err, out.JournalErr = unjournaled(err), err
}

// failure is Err as far as it may be printed.
func (r Result) failure() *idverify.Error {
	var e *idverify.Error
	if errors.As(r.Err, &e) && e != nil {
		return e
	}
	return &idverify.Error{Code: idverify.CodeOf(r.Err)}
}

// String is one line: the row, and how it ended.
func (r Result) String() string {
	text := "row " + strconv.Itoa(r.Index)
	if r.Key != "" {
		text += " (" + redact.Word(r.Key) + ")"
	}
	if r.Resumed {
		text += ", from the journal"
	}
	if r.Taken {
		text += ", taken by another run"
	}
	switch {
	case r.Result != nil:
		text += ": " + r.Result.String()
	case r.Err != nil:
		text += ": " + r.failure().Error()
	}
	if r.JournalErr != nil {
		text += "; the journal failed"
	}
	return text
}

// Format implements [fmt.Formatter]: every verb prints String.
func (r Result) Format(s fmt.State, verb rune) { redact.Format(s, verb, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Result) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("row", r.Index), slog.String("key", redact.Word(r.Key)), slog.Bool("resumed", r.Resumed), slog.Bool("taken", r.Taken)}
	switch {
	case r.Result != nil:
		attrs = append(attrs, slog.Any("result", r.Result))
	case r.Err != nil:
		attrs = append(attrs, slog.Any("error", r.failure()))
	}
	return slog.GroupValue(append(attrs, slog.Bool("journal_failed", r.JournalErr != nil))...)
}
