package compat

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

var secret = []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE")

func ask(number string, ev ...idverify.Evidence) *idverify.Request {
	return &idverify.Request{Name: "测试甲", IDNumber: number, Evidence: ev}
}

const number = "11010519000101001X"

func TestOwnProvider(t *testing.T) {
	gate := NewGate(map[Badge]float64{"gate-1": 0.8, "gate-2": 0.2})
	for badge, want := range map[Badge]idverify.Code{"gate-1": idverify.CodeMatch, "gate-2": idverify.CodeFaceMismatch} {
		client, err := idverify.New([]idverify.Provider{gate})
		noError(t, err)
		res, err := client.Verify(t.Context(), ask(number, badge))
		noError(t, err)
		equal(t, res.Code, want)
		equal(t, res.Passed(), want == idverify.CodeMatch)
	}

	strict, err := idverify.New([]idverify.Provider{gate}, idverify.WithMaxFAR(1e-5))
	noError(t, err)
	res, err := strict.Verify(t.Context(), ask(number, Badge("gate-1")))
	noError(t, err)
	equal(t, res.Code, idverify.CodeFaceMismatch)
	_, err = strict.Verify(t.Context(), ask(number, Badge("gate-3")))
	equal(t, idverify.CodeOf(err).Advice(), idverify.AdviceRetakePhoto)
}

func TestOwnResultStore(t *testing.T) {
	vendors := idverifytest.Start(t)
	store := &Results{saved: make(chan string, 1)}
	service := newService(t, vendors, idverify.WithResultStore(store, secret))

	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), "account-1"), "opened")
	<-store.saved
	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), "account-1"), "opened")
	equal(t, vendors.Bill().Total(), 1)
}

func TestOwnPersonStore(t *testing.T) {
	gate := NewGate(map[Badge]float64{"gate-1": 0.2})
	client, err := idverify.New([]idverify.Provider{gate}, idverify.WithPersonLimit(idverify.PersonLimit{Secret: secret, Tries: 2, Window: time.Hour, Store: new(Tries)}))
	noError(t, err)
	var codes []idverify.Code
	for range 3 {
		_, err := client.Verify(t.Context(), ask(number, Badge("gate-1")))
		codes = append(codes, idverify.CodeOf(err))
	}
	equal(t, slices.Equal(codes, []idverify.Code{"", "", idverify.CodeTooManyAttempts}), true)
}

func TestOwnTokenStore(t *testing.T) {
	vendors := idverifytest.Start(t)
	store := new(Tokens)
	for range 2 { // as two processes would
		client, err := baiduv4.New(baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
			HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(idverifytest.BaiduV4)}, Tokens: store})
		noError(t, err)
		person := idverifytest.Match()
		res, err := client.Verify(t.Context(), &idverify.Request{Name: person.Name, IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}})
		noError(t, err)
		_, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
		equal(t, ok, true)
	}
	equal(t, vendors.TokenFetches(), 1)
}

func TestOwnJournal(t *testing.T) {
	gate := NewGate(map[Badge]float64{"gate-1": 0.8})
	rows := map[string]*idverify.Request{"row-1": ask(number, Badge("gate-1")), "row-2": ask(number, Badge("gate-1"))}
	items := func(yield func(*idverify.Request) bool) {
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			row := *rows[key]
			row.IdempotencyKey = key
			if !yield(&row) {
				return
			}
		}
	}
	journal := new(Journal)
	for _, resumed := range []int{0, 2} {
		var last batch.Progress
		results, err := batch.Run(t.Context(), gate, items, batch.WithJournal(journal, []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")), batch.WithConcurrency(1),
			batch.WithTotal(len(rows)), batch.WithProgress(func(p batch.Progress) { last = p }))
		noError(t, err)
		for r := range results {
			noError(t, r.Err)
			noError(t, r.JournalErr)
			equal(t, r.Result.Passed(), true)
		}
		equal(t, last.Done, 2)
		equal(t, last.Resumed, resumed)
	}
}

func TestOwnHooksRouterAndLimiter(t *testing.T) {
	vendors := idverifytest.Start(t)
	vendors.Inject(idverifytest.BaiduV4, idverifytest.Unavailable().Always())
	attempts, seats := new(Attempts), make(Seats, 1)
	service := newService(t, vendors,
		idverify.WithHooks(attempts.Hooks()), idverify.WithRouter(LastFirst), idverify.WithRetry(idverify.Retry{Attempts: 1}),
		idverify.WithVendor(idverifytest.BaiduV4, idverify.VendorPolicy{Limiter: seats}))

	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), ""), "opened")
	equal(t, len(seats), 0)
	equal(t, len(attempts.begun), 2)
	equal(t, attempts.ended[0].Vendor, idverifytest.BaiduV4)
	equal(t, attempts.ended[0].Code, idverify.CodeVendorUnavailable)
	equal(t, attempts.ended[1].Code, idverify.CodeMatch)
}
