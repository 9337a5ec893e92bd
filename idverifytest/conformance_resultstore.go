package idverifytest

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// ResultStoreHarness tells [TestResultStore] how to make the store under test.
type ResultStoreHarness struct {
	StoreSetting
	// New makes a store as one process would. It may be called again, for another
	// process with the same backend.
	New func(tb testing.TB) idverify.ResultStore
}

// TestResultStore is the conformance suite for every [idverify.ResultStore].
func TestResultStore(t *testing.T, h ResultStoreHarness) {
	t.Helper()
	if h.New == nil {
		t.Fatal("idverifytest: the harness needs New")
	}
	h.run(t, h.rules())
}

func (h ResultStoreHarness) rules() []storeRule {
	return append([]storeRule{
		{"returns nothing that was not saved", h.ruleAbsent},
		{"returns the whole decision", h.ruleRoundTrip},
		{"keeps the last value saved", h.ruleLastSave},
		{"returns when the context has ended", h.ruleEnded},
		{"serves concurrent callers", h.ruleConcurrent},
		{"returns what another process saved meanwhile", h.ruleMeanwhile},
		{"compares ids to the last digit", h.ruleWhole},
		{"keeps one of two decisions saved at the same moment", h.ruleTorn},
	}, h.outage(func(tb testing.TB) (map[string]func(context.Context) error, []string) {
		s, id, kept := h.New(tb), digits(64), decision(idverify.CodeFaceMismatch)
		return map[string]func(context.Context) error{
			"Load": func(ctx context.Context) error { _, _, err := s.Load(ctx, id); return err },
			"Save": func(ctx context.Context) error { return s.Save(ctx, id, kept) },
		}, []string{id, kept.Print}
	})...)
}

// decision returns a decision with everything that a store must keep.
func decision(code idverify.Code) idverify.Stored {
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80}
	value := 81.234567890123
	if code != idverify.CodeMatch {
		value = 12.5
	}
	check, _ := rule.Check(value)
	at := time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	return idverify.Stored{
		Result: idverify.Result{
			Code: code, Vendor: "mine", RequestID: "request-1", VendorCode: "-5803", VendorReason: "表格中的说明 \"1\"",
			HTTPStatus: 200, Billed: idverify.BilledYes, Checks: []idverify.Check{check}, Warnings: []idverify.Warning{idverify.WarnClockSkew},
			Attempts: []idverify.Attempt{{
				Vendor: "other", Code: idverify.CodeRateLimited, At: at, Wait: time.Second, Queued: 20 * time.Millisecond, Duration: 300 * time.Millisecond,
				Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused, Next: idverify.NextAnotherVendor,
			}},
			At: at, Origin: idverify.OriginVendor,
		},
		Print: digits(64), Settings: "liveness=normal",
	}
}

func (h ResultStoreHarness) save(tb testing.TB, s idverify.ResultStore, id string, kept idverify.Stored) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := s.Save(ctx, id, kept); err != nil {
		tb.Fatalf("Save: %T", err)
	}
}

// has requires that Load returns want, or nothing for nil.
func (h ResultStoreHarness) has(tb testing.TB, s idverify.ResultStore, id string, want *idverify.Stored) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	got, ok, err := s.Load(ctx, id)
	if err != nil {
		tb.Fatalf("Load: %T", err)
	}
	if ok != (want != nil) {
		tb.Fatalf("Load said %v, want %v", ok, want != nil)
	}
	if want == nil {
		return
	}
	is, _ := json.Marshal(got)
	wants, _ := json.Marshal(*want)
	if !bytes.Equal(is, wants) {
		tb.Errorf("the loaded value differs from the saved one:\n%s\n%s", is, wants)
	}
}

func (h ResultStoreHarness) ruleAbsent(tb testing.TB) {
	s := h.New(tb)
	h.has(tb, s, digits(64), nil)
	h.save(tb, s, digits(64), decision(idverify.CodeMatch))
	h.has(tb, s, digits(64), nil)
}

func (h ResultStoreHarness) ruleRoundTrip(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	for _, code := range []idverify.Code{idverify.CodeMatch, idverify.CodeFaceMismatch} {
		id, kept := digits(64), decision(code)
		h.save(tb, first, id, kept)
		h.has(tb, first, id, &kept)
		h.has(tb, second, id, &kept)
	}
	plain := idverify.Stored{Result: idverify.Result{Code: idverify.CodeIdentityMismatch, Vendor: "mine"}, Print: digits(64)}
	id := digits(64)
	h.save(tb, first, id, plain)
	h.has(tb, second, id, &plain)
}

func (h ResultStoreHarness) ruleLastSave(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	id, now := digits(64), decision(idverify.CodeFaceMismatch)
	h.save(tb, first, id, decision(idverify.CodeMatch))
	h.save(tb, second, id, now)
	h.has(tb, first, id, &now)
}

func (h ResultStoreHarness) ruleEnded(tb testing.TB) {
	s := h.New(tb)
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	began := time.Now()
	_, _, _ = s.Load(ctx, digits(64))
	_ = s.Save(ctx, digits(64), decision(idverify.CodeMatch))
	if took := time.Since(began); took > time.Second {
		tb.Errorf("Load and Save took %s after their context had ended", took)
	}
}

func (h ResultStoreHarness) ruleConcurrent(tb testing.TB) {
	stores := []idverify.ResultStore{h.New(tb), h.New(tb)}
	ids := []string{digits(64), digits(64)}
	kept := []idverify.Stored{decision(idverify.CodeMatch), decision(idverify.CodeFaceMismatch)}
	crowd(16, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		if err := stores[i%2].Save(ctx, ids[i/2%2], kept[i/2%2]); err != nil {
			tb.Errorf("Save: %T", err)
		}
		if _, ok, err := stores[i%2].Load(ctx, ids[i/2%2]); err != nil || !ok {
			tb.Errorf("Load gave nothing (%T)", err)
		}
	})
	for _, s := range stores {
		h.has(tb, s, ids[0], &kept[0])
		h.has(tb, s, ids[1], &kept[1])
	}
}

// ruleMeanwhile looks before another process saves, and after it.
func (h ResultStoreHarness) ruleMeanwhile(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	id := digits(64)
	h.has(tb, second, id, nil)
	for _, code := range []idverify.Code{idverify.CodeMatch, idverify.CodeFaceMismatch} {
		kept := decision(code)
		h.save(tb, first, id, kept)
		h.has(tb, second, id, &kept)
	}
}

func (h ResultStoreHarness) ruleWhole(tb testing.TB) {
	s, id := h.New(tb), digits(64)
	kept := decision(idverify.CodeMatch)
	h.save(tb, s, id, kept)
	for _, near := range []string{otherFirst(id), otherLast(id)} {
		h.has(tb, s, near, nil)
		other := decision(idverify.CodeFaceMismatch)
		h.save(tb, s, near, other)
		h.has(tb, s, near, &other)
	}
	h.has(tb, s, id, &kept)
}

// ruleTorn saves two decisions under one id: no mixture of both may come back.
func (h ResultStoreHarness) ruleTorn(tb testing.TB) {
	stores := []idverify.ResultStore{h.New(tb), h.New(tb)}
	for range 5 {
		id := digits(64)
		kept := []idverify.Stored{decision(idverify.CodeMatch), decision(idverify.CodeFaceMismatch)}
		crowd(8, func(i int) { h.save(tb, stores[i%2], id, kept[i/2%2]) })
		ctx, cancel := within(tb)
		got, ok, err := stores[0].Load(ctx, id)
		cancel()
		if err != nil || !ok {
			tb.Fatalf("Load gave nothing (%T)", err)
		}
		if got.Result.Code == kept[1].Result.Code {
			kept[0] = kept[1]
		}
		is, _ := json.Marshal(got)
		wants, _ := json.Marshal(kept[0])
		if !bytes.Equal(is, wants) {
			tb.Error("two decisions that were saved at the same moment came back as a mixture")
		}
	}
}
