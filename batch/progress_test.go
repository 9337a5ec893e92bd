package batch_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

func TestProgress_CountsRowsCallsAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		j.entries["known"] = batch.Entry{Result: &idverify.Result{Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes}}
		v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
			time.Sleep(2 * time.Second)
			switch req.Reference {
			case "free":
				return nil, fails(idverify.CodeNoFace, idverify.BilledNo)
			case "unsure":
				return nil, fails(idverify.CodeTimeout, idverify.BilledUnknown)
			case "two-attempts":
				return &idverify.Result{Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes, Attempts: []idverify.Attempt{
					{Code: idverify.CodeTimeout}, {Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes}}}, nil
			}
			return mismatch()
		})
		var seen []batch.Progress
		handed := 0
		for range started(t, t.Context(), v, these("known", "free", "unsure", "two-attempts", "paid"), batch.WithConcurrency(1),
			batch.WithTotal(6), batch.WithJournal(j, secret), batch.WithProgress(func(p batch.Progress) {
				assert.Len(t, seen, handed, "reported before the loop, in its goroutine")
				seen = append(seen, p)
			})) {
			handed++
		}
		assert.Equal(t, []batch.Progress{
			{Total: 6, Done: 1, Resumed: 1},
			{Total: 6, Done: 2, Resumed: 1, Failed: 1, Elapsed: 2 * time.Second, Rate: 0.5, Remaining: 8 * time.Second},
			{Total: 6, Done: 3, Resumed: 1, Failed: 2, BilledUnknown: 1, Elapsed: 4 * time.Second, Rate: 0.5, Remaining: 6 * time.Second},
			{Total: 6, Done: 4, Resumed: 1, Failed: 2, BilledUnknown: 2, Billed: 1, Elapsed: 6 * time.Second, Rate: 0.5, Remaining: 4 * time.Second},
			{Total: 6, Done: 5, Resumed: 1, Failed: 2, BilledUnknown: 2, Billed: 2, Elapsed: 8 * time.Second, Rate: 0.5, Remaining: 2 * time.Second},
		}, seen)
		assert.Equal(t, "5 of 6 done (1 from the journal), 2 failed, 2 billed, 2 perhaps, 0.5/s, 2s left", seen[4].String())
		assert.Equal(t, "0 done, 0 failed, 0 billed", batch.Progress{}.String())
		assert.Equal(t, "1 of 1 done (1 from the journal), 1 failed, 1 billed, 1 perhaps",
			batch.Progress{Done: 1, Total: 1, Resumed: 1, Failed: 1, Billed: 1, BilledUnknown: 1}.String())

		var last batch.Progress
		for range started(t, t.Context(), verify(slow), rows(3), batch.WithConcurrency(1), batch.WithTotal(3),
			batch.WithProgress(func(p batch.Progress) { last = p })) {
		}
		assert.Equal(t, batch.Progress{Total: 3, Done: 3, Billed: 3, Elapsed: 3 * time.Second, Rate: 1}, last, "nothing remains")
	})
}

func TestProgress_RateAdaptsToSlowerVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := time.Millisecond
		v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) {
			time.Sleep(took)
			return mismatch()
		})
		var last batch.Progress
		n := 0
		for range started(t, t.Context(), v, rows(1100), batch.WithConcurrency(1), batch.WithProgress(func(p batch.Progress) { last = p })) {
			if n++; n == 500 {
				assert.InDelta(t, 1000, last.Rate, 1)
				synctest.Wait()
				took = time.Second
			}
			if n == 550 { // one more was under way with the 500th
				assert.InDelta(t, 100/(49*time.Second+51*time.Millisecond).Seconds(), last.Rate, 1e-6)
			}
		}
		assert.InDelta(t, 1, last.Rate, 0.001)
		assert.Zero(t, last.Remaining, "the total is not known")
	})
}

// ---- with a journal

// An answer from a store or from another caller's call was paid for there.
func TestProgress_CountsEachChargeOnce(t *testing.T) {
	var last batch.Progress
	for origin, billed := range map[idverify.Origin]int{"": 1, idverify.OriginVendor: 1, idverify.OriginShared: 0, idverify.OriginStore: 0, idverify.OriginRefused: 0} {
		attempts := []idverify.Attempt{{Vendor: "v", Code: idverify.CodeFaceMismatch, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes}}
		answers := []verify{
			func(context.Context, *idverify.Request) (*idverify.Result, error) {
				return &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v", Billed: idverify.BilledYes, Attempts: attempts, Origin: origin}, nil
			},
			func(context.Context, *idverify.Request) (*idverify.Result, error) {
				return nil, &idverify.Error{Code: idverify.CodePoorPhoto, Vendor: "v", Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered, Attempts: attempts, Origin: origin}
			},
		}
		for _, v := range answers {
			for range started(t, t.Context(), v, rows(1), batch.WithProgress(func(p batch.Progress) { last = p })) {
			}
			assert.Equal(t, billed, last.Billed, origin)
			assert.Zero(t, last.BilledUnknown, origin)
		}
	}
}
