package canary_test

import (
	"context"
	"log"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

// panicking are the hooks whose panic reaches the caller.
var panicking = []string{"limiter", "release", "router", "persons", "results", "transport", "randomness", "rows", "progress", "repeat", "journal"}

func panicOf(hook string) string { return "EXAMPLE panic in " + hook }

func restoreLog() { log.SetOutput(os.Stderr) }

// panicIn verifies with one hook that panics.
func (w *world) panicIn(t *testing.T, hook string) {
	a := signed()
	reach := w.at(a.vendor)
	if hook == "transport" {
		reach.client = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { panic(panicOf(hook)) })}
	}
	req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
	client, err := idverify.New([]idverify.Provider{a.provider(t, reach)}, w.panickingOption(hook, a.vendor)...)
	if err != nil {
		t.Error(err)
		return
	}
	switch hook {
	case "rows", "progress", "repeat", "journal":
		w.panicInBatch(t, hook, client, req)
	case "results":
		req.IdempotencyKey = "question-1"
	}
	_, _ = client.Verify(t.Context(), req)
}

func (w *world) panickingOption(hook, vendor string) []idverify.Option {
	boom := func() { panic(panicOf(hook)) }
	switch hook {
	case "limiter":
		return []idverify.Option{idverify.WithVendor(vendor, idverify.VendorPolicy{Limiter: panickingLimiter{acquire: boom}})}
	case "release":
		return []idverify.Option{idverify.WithVendor(vendor, idverify.VendorPolicy{Limiter: panickingLimiter{release: boom}})}
	case "router":
		return []idverify.Option{idverify.WithRouter(func(context.Context, *idverify.Request, []idverify.Provider) []idverify.Provider {
			boom()
			return nil
		})}
	case "persons":
		return []idverify.Option{idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 9, Window: time.Hour, Store: panickingPersons{boom}})}
	case "results":
		return []idverify.Option{idverify.WithResultStore(panickingLoad{boom}, []byte(storeSecret))}
	case "randomness":
		// Retry uses its source of randomness only after an error that is safe to
		// repeat.
		w.standIn.Inject(vendor, idverifytest.RateLimited())
		return []idverify.Option{idverify.WithRetry(idverify.Retry{Random: func() float64 { boom(); return 0 }})}
	}
	return nil
}

func (w *world) panicInBatch(t *testing.T, hook string, client *idverify.Client, req *idverify.Request) {
	boom := func() { panic(panicOf(hook)) }
	journal, err := batch.OpenFileJournal(t.TempDir() + "/journal")
	if err != nil {
		t.Error(err)
		return
	}
	defer journal.Close()
	on := func(name string, do func()) func() {
		if name == hook {
			return do
		}
		return func() {}
	}
	rows := func(yield func(*idverify.Request) bool) {
		on("rows", boom)()
		row := *req
		row.IdempotencyKey = "row-1"
		yield(&row)
	}
	results, err := batch.Run(t.Context(), client, rows,
		batch.WithJournal(panickingJournal{journal, on("journal", boom)}, []byte(bindingSecret)),
		batch.WithProgress(func(batch.Progress) { on("progress", boom)() }),
		batch.WithRepeat(func(string, *idverify.Error) bool { on("repeat", boom)(); return true }))
	if err != nil {
		t.Error(err)
		return
	}
	for range results {
	}
}

type panickingLimiter struct{ acquire, release func() }

func (p panickingLimiter) Acquire(context.Context) (func(), error) {
	if p.acquire != nil {
		p.acquire()
	}
	return p.release, nil
}

type panickingPersons struct{ take func() }

func (p panickingPersons) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	p.take()
	return idverify.Taken{}, nil
}

func (panickingPersons) Return(context.Context, idverify.Try) error { return nil }

type panickingLoad struct{ load func() }

func (p panickingLoad) Load(context.Context, string) (idverify.Stored, bool, error) {
	p.load()
	return idverify.Stored{}, false, nil
}

func (panickingLoad) Save(context.Context, string, idverify.Stored) error { return nil }

type panickingJournal struct {
	*batch.FileJournal
	load func()
}

func (p panickingJournal) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	p.load()
	_, _, err := p.FileJournal.Load(ctx, key)
	return batch.Entry{InFlight: true}, true, err
}
