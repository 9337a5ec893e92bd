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

// Result is the outcome of one row. It prints without its request.
type Result struct {
	// Index is the position of the row in the input, from 0.
	Index int
	// Key is the request's IdempotencyKey as given: your own name for the row, the
	// same in every run and different for every row. It is empty when
	// [idverify.Request.CheckKey] refused it, because a key is printed and kept.
	Key string
	// Result and Err are what the verifier returned: exactly one is set, and Err is
	// an [*idverify.Error].
	Result *idverify.Result
	Err    error
	// Resumed says that the answer comes from the journal and nothing was sent.
	// Reply, Err and VendorMessage of the original Result or Error are not kept.
	Resumed bool
	// Taken says that another run is asking about the row at the moment, according
	// to a [SharedJournal]. Nothing was sent, and Err says so; ask again later.
	Taken bool
	// JournalErr is the journal's failure, after which no further row is sent. If
	// the row could not be begun, Err says that it was not sent; if its answer
	// could not be recorded, Result and Err hold the answer, and the next run will
	// report the row as interrupted.
	JournalErr error
}

// row is a request in progress.
type row struct {
	index   int
	key     string
	request *idverify.Request // the run's own copy, nil when none was given
	refusal error
}

// row copies what the caller passed, and refuses what cannot be sent, or could not
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
		return out // the verifier refuses it itself
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
		return refused(keyField, "with a journal every row needs an IdempotencyKey")
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

// verify processes a row from the question to the answer.
func (r *run) verify(row row) Result {
	out := Result{Index: row.index, Key: row.key}
	switch {
	case row.refusal != nil:
		out.Err = row.refusal
	case r.isStopping():
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

// ask calls the verifier. The outcome has a Result or an Err.
func (r *run) ask(req *idverify.Request) Entry {
	if r.dropKeys && req != nil {
		own := *req
		own.IdempotencyKey = ""
		req = &own
	}
	return held(r.verifier.Verify(r.calls, req))
}

// held returns what a verifier or a journal returned, after checking it against the
// contract.
func held(res *idverify.Result, err error) (entry Entry) {
	entry.Result, err = idverify.HoldToContract("", res, err)
	_ = errors.As(err, &entry.Err)
	return entry
}

// take sets Result or Err.
func (out *Result) take(entry Entry) {
	out.Result, out.Err = entry.Result, entry.failure()
}

// askOnce asks the verifier unless the journal knows of a call that may have been
// paid for.
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
	if r.isStopping() {
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
	// The answer was paid for, so it is recorded even though the caller has left.
	if err := r.journal.Finish(context.WithoutCancel(r.calls), key, answer); err != nil {
		out.JournalErr = err
		r.stop()
	}
}

// begin records that the row is about to be sent, unless another run has taken it
// since it was loaded.
func (r *run) begin(key string, loaded Entry) (taken bool, err error) {
	if shared, ok := r.journal.(SharedJournal); ok {
		return shared.BeginIf(r.calls, key, loaded)
	}
	return false, r.journal.Begin(r.calls, key)
}

// takenBy ends a row that another run has.
func (out *Result) takenBy(key string) { out.Taken, out.Err = true, elsewhere(key) }

// mayAsk reports whether a row that the journal knows may be sent again, and sets
// the error of a row in flight. What [WithRepeat] sends again is also repeated at a
// ledger.
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

// fail ends a row that must not be sent because the journal could not record it,
// and ends the run.
func (r *run) fail(out *Result, err error) {
	if r.calls.Err() != nil { // the journal failed because the caller's context ended
		out.Err = notSent(r.ctx)
		return
	}
	r.stop()
	out.Err, out.JournalErr = unjournaled(err), err
}

// failure returns Err in the form that may be printed.
func (r Result) failure() *idverify.Error {
	var e *idverify.Error
	if errors.As(r.Err, &e) && e != nil {
		return e
	}
	return &idverify.Error{Code: idverify.CodeOf(r.Err)}
}

// String returns one line: the row, and how it ended.
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
