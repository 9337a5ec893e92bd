package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// The closing lines say for each row whether another run makes sense.
func TestReport_SaysWhetherToRunAgain(t *testing.T) {
	failed := func(code idverify.Code, delivery idverify.Delivery, billed idverify.Billed) error {
		return &idverify.Error{Code: code, Delivery: delivery, Billed: billed}
	}
	for says, test := range map[string]struct {
		err  error
		lost error
	}{
		"1 row without a decision for a cause that passes, free of charge.\n  Another run asks about them again": {
			err: failed(idverify.CodeNetwork, idverify.DeliveryNotSent, idverify.BilledNo)},
		"1 row without a decision for a cause that passes, free of charge.": {
			err: failed(idverify.CodeInvalidConfig, idverify.DeliveryNotSent, idverify.BilledNo), lost: errors.New("disk full")},
		"1 row without a decision because of data or photo, free of charge.": {
			err: failed(idverify.CodeInvalidName, idverify.DeliveryNotSent, idverify.BilledNo)},
		"Another run is not worth it before they are corrected": {
			err: failed(idverify.CodeNoFace, idverify.DeliveryAnswered, idverify.BilledNo)},
		"1 row without a decision because of your account": {
			err: failed(idverify.CodeQuotaExceeded, idverify.DeliveryRefused, idverify.BilledUnknown)},
		"1 row without a decision for another cause, free of charge.\n  Another run is not worth it before somebody has looked": {
			err: failed(idverify.CodeTooManyAttempts, idverify.DeliveryNotSent, idverify.BilledNo)},
		"data or photo, perhaps billed.\n  Another run does not ask about them. Correct them, and give them new keys.": {
			err: failed(idverify.CodePoorPhoto, idverify.DeliveryAnswered, idverify.BilledYes)},
		"answered and perhaps billed.\n  Another run asks about them, and may pay twice, only if you say -repeat with their keys.": {
			err: failed(idverify.CodeVendorUnavailable, idverify.DeliveryAnswered, idverify.BilledUnknown)},
		"in flight and not answered, perhaps billed.": {
			err: failed(idverify.CodeInterrupted, idverify.DeliveryUnanswered, idverify.BilledUnknown)},
	} {
		var sum summary
		sum.add(batch.Result{Key: "k", Err: test.err, JournalErr: test.lost})
		var out bytes.Buffer
		sum.print(&out, settings{out: "answers.csv"}, batch.Progress{})
		assert.Contains(t, out.String(), says)
		assert.Equal(t, 5, bytes.Count(out.Bytes(), []byte("\n")), "one of the kinds")
		assert.Contains(t, out.String(), "  Keys: k. All of them: the rows with "+string(nextOf(batch.Result{Err: test.err, JournalErr: test.lost})))
	}
	var sum summary
	sum.add(batch.Result{Result: &idverify.Result{Code: idverify.CodeFaceMismatch}})
	var out bytes.Buffer
	sum.print(&out, settings{}, batch.Progress{})
	assert.Equal(t, 2, bytes.Count(out.Bytes(), []byte("\n")), "no advice about another run")
}

// The closing lines show a few keys, however many rows there are.
func TestSummary_ShowsAFewKeys(t *testing.T) {
	var sum summary
	for i := range 56 {
		sum.add(batch.Result{Key: fmt.Sprintf("row-%02d", 55-i), Err: &idverify.Error{Code: idverify.CodeNoFace, Delivery: idverify.DeliveryAnswered}})
	}
	sum.add(batch.Result{Err: &idverify.Error{Code: idverify.CodeInvalidName, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}})
	var out bytes.Buffer
	sum.print(&out, settings{}, batch.Progress{})
	assert.Contains(t, out.String(), "\n56 rows without a decision")
	assert.Contains(t, out.String(), "  Keys: row-00, row-01, row-02, row-03, row-04 … All of them: the rows with needs_new_key in column next_run")
	assert.Equal(t, 1, strings.Count(out.String(), "Keys:"), "a row refused for what it says has none")
}
