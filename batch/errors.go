package batch

import (
	"context"
	"errors"

	"github.com/idverify/idverify"
)

// misconfigured makes an error about an option, a parameter or the journal. cause
// is nil where nothing failed.
func misconfigured(field, detail string, cause error) *idverify.Error {
	return unsent(idverify.CodeInvalidConfig, field, detail, cause)
}

// refused makes an error about a row.
func refused(field, detail string) *idverify.Error {
	return unsent(idverify.CodeInvalidRequest, field, detail, nil)
}

// unsent makes an error found before anything was sent.
func unsent(code idverify.Code, field, detail string, cause error) *idverify.Error {
	return &idverify.Error{Code: code, Field: field, Detail: detail, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: cause}
}

// interrupted makes the error of a row that an earlier run left in flight. The key
// was checked and may be printed.
func interrupted(key string) *idverify.Error {
	return &idverify.Error{Code: idverify.CodeInterrupted, Delivery: idverify.DeliveryUnanswered,
		Detail: "row " + key + " was in flight when an earlier run ended and may have been billed; use WithRepeat to send it again"}
}

// elsewhere makes the error of a row that another run is asking about.
func elsewhere(key string) *idverify.Error {
	return unsent(idverify.CodeCanceled, "", "row "+key+" is being asked about by another run, so it was not sent", nil)
}

// notSent makes the error of a row that was pulled while the run was stopping. ctx
// is the caller's.
func notSent(ctx context.Context) *idverify.Error {
	switch {
	case ctx.Err() == nil:
		return unsent(idverify.CodeCanceled, "", "the run was stopped before the row was sent", nil)
	case errors.Is(ctx.Err(), context.Canceled):
		return unsent(idverify.CodeCanceled, "", "the caller's context was cancelled before the row was sent", ctx.Err())
	}
	return unsent(idverify.CodeTimeout, "", "the caller's deadline passed before the row was sent", ctx.Err())
}

// unjournaled makes the error of a row that was not sent because the journal
// failed. Only text of this package's own journal is printed.
func unjournaled(cause error) *idverify.Error {
	detail := "the journal failed, and nothing is sent without it"
	var own *journalError
	if errors.As(cause, &own) {
		detail += ": " + own.text
	}
	return misconfigured("Journal", detail, cause)
}

// journalError is a failure of a [FileJournal]. Its text is safe to print.
type journalError struct {
	text  string
	cause error // nil, or one whose text has no path
}

func (e *journalError) Error() string { return e.text }
func (e *journalError) Unwrap() error { return e.cause }
