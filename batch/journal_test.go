package batch_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// journal keeps entries in memory by the rows' own keys, and fails where the test
// says so.
type journal struct {
	mu                  sync.Mutex
	entries             map[string]batch.Entry
	given               []string // the keys passed to Load
	load, begin, finish error
}

// own returns a row's key without its binding.
func own(key string) string { return key[:strings.LastIndexByte(key, ':')] }

func newJournal() *journal { return &journal{entries: map[string]batch.Entry{}} }

func (j *journal) Load(_ context.Context, key string) (batch.Entry, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.given = append(j.given, key)
	entry, found := j.entries[own(key)]
	return entry, found, j.load
}

func (j *journal) Begin(ctx context.Context, key string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.begin == nil {
		j.entries[own(key)] = batch.Entry{InFlight: true}
	}
	return j.begin
}

func (j *journal) Finish(ctx context.Context, key string, answer batch.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if j.finish == nil {
		j.entries[own(key)] = answer
	}
	return j.finish
}

func (j *journal) count(which func(batch.Entry) bool) (n int) {
	for _, e := range j.entries {
		if which(e) {
			n++
		}
	}
	return n
}

func (j *journal) inFlight() (keys []string) {
	for _, key := range slices.Sorted(maps.Keys(j.entries)) {
		if j.entries[key].InFlight {
			keys = append(keys, key)
		}
	}
	return keys
}

// known is a journal with one row of every kind.
func known() *journal {
	j := newJournal()
	twoAttempts := fails(idverify.CodeNetwork, idverify.BilledNo)
	twoAttempts.Attempts = []idverify.Attempt{{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}, {Code: idverify.CodeNetwork, Billed: idverify.BilledNo}}
	sent := fails(idverify.CodeCanceled, idverify.BilledNo)
	sent.Delivery = idverify.DeliveryUnanswered
	limited := fails(idverify.CodeRateLimited, idverify.BilledUnknown)
	limited.Delivery = idverify.DeliveryRefused
	limited.Attempts = []idverify.Attempt{{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused}}
	j.entries = map[string]batch.Entry{
		"limited":      {Err: limited},
		"unfunded":     {Err: fails(idverify.CodeQuotaExceeded, idverify.BilledUnknown)},
		"decided":      {Result: &idverify.Result{Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes}},
		"in-flight":    {InFlight: true},
		"repeated":     {InFlight: true, Err: fails(idverify.CodeNetwork, idverify.BilledNo)},
		"free":         {Err: fails(idverify.CodeNetwork, idverify.BilledNo)},
		"paid":         {Err: fails(idverify.CodePoorPhoto, idverify.BilledYes)},
		"unsure":       {Err: fails(idverify.CodeVendorUnavailable, idverify.BilledUnknown)},
		"ambiguous":    {Err: sent},
		"unsure-first": {Err: twoAttempts},
		"turned-away-twice": {Err: afterAttempts(fails(idverify.CodeRateLimited, idverify.BilledUnknown),
			idverify.Attempt{Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryAnswered}, idverify.Attempt{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused})},
		"paid-first": {Err: afterAttempts(fails(idverify.CodeNetwork, idverify.BilledNo),
			idverify.Attempt{Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered}, idverify.Attempt{Code: idverify.CodeNetwork, Billed: idverify.BilledNo})},
		"said-free-and-lost": {Err: afterAttempts(fails(idverify.CodeNetwork, idverify.BilledNo),
			idverify.Attempt{Code: idverify.CodeTimeout, Billed: idverify.BilledNo, Delivery: idverify.DeliveryUnanswered})},
	}
	return j
}

// resume runs over the known rows and a new one; it returns the rows from the
// journal and the rows sent.
func resume(t *testing.T, j *journal, opts ...batch.Option) (resumed map[string]batch.Result, sent []string) {
	t.Helper()
	keys := append(slices.Sorted(maps.Keys(j.entries)), "new")
	var mu sync.Mutex
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, req.Reference)
		return mismatch()
	})
	resumed = map[string]batch.Result{}
	for r := range started(t, t.Context(), v, these(keys...), append(opts, batch.WithJournal(j, secret))...) {
		assert.Equal(t, keys[r.Index], r.Key)
		if r.Resumed {
			resumed[r.Key] = r
		}
	}
	slices.Sort(sent)
	assert.Len(t, keys, len(resumed)+len(sent))
	return resumed, sent
}

// leaving is a journal whose caller leaves while a row is begun.
type leaving struct {
	*journal
	cancel func()
}

func (l *leaving) Begin(ctx context.Context, _ string) error {
	l.cancel()
	return ctx.Err()
}
