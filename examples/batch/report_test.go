package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// The closing lines say for each row whether another run makes sense.
func TestTheClosingLinesSayWhatAnotherRunWouldDo(t *testing.T) {
	failed := func(code idverify.Code, delivery idverify.Delivery, billed idverify.Billed) error {
		return &idverify.Error{Code: code, Delivery: delivery, Billed: billed}
	}
	for says, test := range map[string]struct {
		err  error
		lost error
	}{
		"1 rows failed free of charge, for a cause that passes: start again": {
			err: failed(idverify.CodeNetwork, idverify.DeliveryNotSent, idverify.BilledNo)},
		"1 rows failed free of charge, for a cause that passes": {
			err: failed(idverify.CodeInvalidConfig, idverify.DeliveryNotSent, idverify.BilledNo), lost: errors.New("disk full")},
		"1 rows were refused free of charge for what they say or show": {
			err: failed(idverify.CodeInvalidName, idverify.DeliveryNotSent, idverify.BilledNo)},
		"and will be again": {
			err: failed(idverify.CodeNoFace, idverify.DeliveryAnswered, idverify.BilledNo)},
		"1 rows were refused free of charge for your account": {
			err: failed(idverify.CodeQuotaExceeded, idverify.DeliveryRefused, idverify.BilledUnknown)},
		"1 rows ended free of charge without a decision, and somebody should look": {
			err: failed(idverify.CodeTooManyAttempts, idverify.DeliveryNotSent, idverify.BilledNo)},
		"not worth another run as they are: correct them, and give them new keys: k": {
			err: failed(idverify.CodePoorPhoto, idverify.DeliveryAnswered, idverify.BilledYes)},
		"not asked about again unless you say -repeat with their keys: k": {
			err: failed(idverify.CodeVendorUnavailable, idverify.DeliveryAnswered, idverify.BilledUnknown)},
		"In flight and not answered, perhaps billed: k": {
			err: failed(idverify.CodeInterrupted, idverify.DeliveryUnanswered, idverify.BilledUnknown)},
	} {
		var sum summary
		sum.add(batch.Result{Key: "k", Err: test.err, JournalErr: test.lost})
		var out bytes.Buffer
		sum.print(&out, settings{out: "answers.csv"}, batch.Progress{})
		assert.Contains(t, out.String(), says)
		assert.Equal(t, 3, bytes.Count(out.Bytes(), []byte("\n"))-bytes.Count(out.Bytes(), []byte("They are not")), "one of the lines")
		assert.Equal(t, sum.again > 0, bytes.Contains(out.Bytes(), []byte("start again to ask")))
	}
	var sum summary
	sum.add(batch.Result{Result: &idverify.Result{Code: idverify.CodeFaceMismatch}})
	var out bytes.Buffer
	sum.print(&out, settings{}, batch.Progress{})
	assert.Equal(t, 2, bytes.Count(out.Bytes(), []byte("\n")), "there is nothing to say of another run")
}
