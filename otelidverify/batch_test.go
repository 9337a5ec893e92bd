package otelidverify_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/otelidverify"
)

func TestBatch_Outcomes(t *testing.T) {
	match := &idverify.Result{Code: idverify.CodeMatch}
	lost := &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}
	interrupted := &idverify.Error{Code: idverify.CodeInterrupted, Delivery: idverify.DeliveryUnanswered}
	rows := []batch.Result{
		{Result: match}, {Result: match}, {Err: lost},
		{Err: &idverify.Error{Code: idverify.CodeNoFace, Delivery: idverify.DeliveryAnswered}}, {Err: errors.New("a verifier of somebody's own")}, {},
		{Result: match, Resumed: true}, {Err: lost, Resumed: true}, {Err: interrupted, Resumed: true},
		{Err: &idverify.Error{Code: idverify.CodeCanceled, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}, Taken: true},
	}
	tel := newTelemetry(t)
	var got []batch.Result
	for r := range otelidverify.Batch(tel.options, slices.Values(rows)) {
		if got = append(got, r); len(got) == 1 {
			assert.Equal(t, []string{
				"batch.rows{outcome=ambiguous} 0", "batch.rows{outcome=decided} 1", "batch.rows{outcome=failed} 0", "batch.rows{outcome=resumed} 0", "batch.rows{outcome=taken} 0",
				"batch.runs{} 1",
			}, tel.metrics())
		}
	}
	assert.Equal(t, rows, got)
	assert.Equal(t, []string{
		"batch.rows{outcome=ambiguous} 2", "batch.rows{outcome=decided} 2", "batch.rows{outcome=failed} 3", "batch.rows{outcome=resumed} 2", "batch.rows{outcome=taken} 1",
		"batch.runs{} 0",
	}, tel.metrics())
}

func TestBatch_LoopEndsEarly(t *testing.T) {
	tel := newTelemetry(t)
	assert.Panics(t, func() {
		for range otelidverify.Batch(tel.options, slices.Values(make([]batch.Result, 3))) {
			panic("the loop's own")
		}
	})
	for range otelidverify.Batch(tel.options, slices.Values(make([]batch.Result, 3))) {
		break
	}
	assert.Contains(t, tel.metrics(), "batch.rows{outcome=failed} 2")
	assert.Contains(t, tel.metrics(), "batch.runs{} 0")
}
