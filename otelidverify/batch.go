package otelidverify

import (
	"context"
	"errors"
	"iter"

	"go.opentelemetry.io/otel/attribute"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// The outcomes of a row.
const (
	rowDecided   outcome = "decided"
	rowFailed    outcome = "failed"    // no decision, and certainly no unknown bill
	rowAmbiguous outcome = "ambiguous" // perhaps billed, and somebody has to look
	rowResumed   outcome = "resumed"   // the journal had the answer
	rowTaken     outcome = "taken"     // another run works on the row, and counts it
)

var outcomes = []outcome{rowDecided, rowFailed, rowAmbiguous, rowResumed, rowTaken}

type outcome string

func (o outcome) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{outcomeKey.String(string(o))}
}

// Batch counts the rows of a [batch.Run] as the loop gets them, and counts the run
// as active while the loop runs:
//
//	for r := range otelidverify.Batch(opts, results) { … }
//
// A row that an earlier run left in flight counts as ambiguous in every run that
// reports it; other rows that come from the journal count as resumed. A row left to
// another run counts as taken.
func Batch(opts Options, results iter.Seq[batch.Result]) iter.Seq[batch.Result] {
	m := opts.meter()
	rows := m.counter("idverify.batch.rows", "{row}", "Rows of batches that are finished.")
	runs := m.upDown("idverify.batch.runs", "{run}", "Batches under way.")
	made := new(labels[outcome])
	return func(yield func(batch.Result) bool) {
		ctx := context.Background()
		for _, o := range outcomes {
			rows.Add(ctx, 0, made.of(o).add...) // so that the first row shows as an increase
		}
		runs.Add(ctx, 1)
		defer runs.Add(ctx, -1)
		for r := range results {
			rows.Add(ctx, 1, made.of(outcomeOf(r)).add...)
			if !yield(r) {
				return
			}
		}
	}
}

func outcomeOf(r batch.Result) outcome {
	switch {
	case r.Taken:
		return rowTaken
	case r.Resumed && idverify.CodeOf(r.Err) == idverify.CodeInterrupted:
		return rowAmbiguous
	case r.Resumed:
		return rowResumed
	case r.Err == nil && r.Result != nil:
		return rowDecided
	case errors.Is(r.Err, idverify.ErrAmbiguous):
		return rowAmbiguous
	}
	return rowFailed
}
