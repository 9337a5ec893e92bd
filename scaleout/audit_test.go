package scaleout_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/book"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
	"github.com/idverify/idverify/sqlidverify"
)

// audit asks every question again at the end, with a client whose calls reach no
// vendor, and checks the whole run.
func (w *world) audit(t *testing.T, c *crew, kind string) book.Summary {
	t.Helper()
	w.settled(t)
	rows := w.rows(t)
	c.mu.Lock()
	b := &book.Book{Told: c.told, Rows: map[string]book.Row{}, Audit: map[string]worker.Told{}, Key: questions.Key, Want: questions.Want, Kind: kind}
	c.mu.Unlock()
	b.Exchanges = c.desk.Exchanges()
	recorded, charged := c.desk.Bills()
	require.Equal(t, charged, recorded, "the desk's record is complete")

	asked := map[int]bool{}
	for _, told := range b.Told {
		if told.Kind == kind {
			asked[told.N] = true
		}
	}
	for _, e := range b.Exchanges { // including those whose callers were killed
		if k, n, ok := questions.Of(e.Call); ok && k == kind {
			asked[n] = true
		}
	}
	a := w.auditor(t, c)
	for whole := false; !whole; { // an answer may land meanwhile
		clear(b.Rows)
		a.ask(kind, asked, func(key, id string, told worker.Told) {
			b.Audit[key] = told
			if row := rows[id]; row != book.NoRow {
				b.Rows[key] = row
			}
		})
		before := rows
		rows = w.rows(t)
		whole = maps.Equal(before, rows)
	}
	after := c.desk.Exchanges()
	require.Len(t, after, len(b.Exchanges), "the audit sends nothing")
	s, problems := b.Judge()
	report(t, "%s: %+v", kind, s)
	fail(t, problems)
	return s
}

// fail prints the first broken promises.
func fail(t *testing.T, problems []string) {
	t.Helper()
	for i, problem := range problems {
		if i == 20 {
			t.Errorf("and %d more", len(problems)-i)
			return
		}
		t.Error(problem)
	}
}

// settled waits until every claim has expired.
func (w *world) settled(t *testing.T) {
	t.Helper()
	var alive int
	var err error
	defer func() {
		if t.Failed() {
			t.Logf("%d claims alive, %v", alive, err)
		}
	}()
	within(t, 30*time.Second, func() bool {
		err = w.db.QueryRowContext(t.Context(), `select count(*) from idverify_claim where scope = 'ledger' and state = 1 and until > `+w.now()).Scan(&alive)
		return err == nil && alive == 0
	}, "claims are alive still")
}

// now is the database's clock, read as the claims read it.
func (w *world) now() string {
	if w.dialect == sqlidverify.MySQL {
		return "utc_timestamp(6)"
	}
	return "clock_timestamp()"
}

// rows are the rows of the claims table, by their ids.
func (w *world) rows(t *testing.T) map[string]book.Row {
	t.Helper()
	found, err := w.db.QueryContext(t.Context(), `select id, state from idverify_claim where scope = 'ledger'`)
	require.NoError(t, err)
	defer found.Close()
	names := map[int]book.Row{1: book.Open, 2: book.Decided, 3: book.Failed, 4: book.Ambiguous}
	rows := map[string]book.Row{}
	for found.Next() {
		var id string
		var state int
		require.NoError(t, found.Scan(&id, &state))
		require.Contains(t, names, state)
		rows[id] = names[state]
	}
	require.NoError(t, found.Err())
	return rows
}

// auditor is a client that reads the ledger, but whose own requests are never sent.
type auditor struct {
	client *idverify.Client
	ids    sync.Map // by key
}

type auditKey struct{}

func (w *world) auditor(t *testing.T, c *crew) *auditor {
	t.Helper()
	a := &auditor{}
	config := c.config
	config.Redis, config.Database, config.Tries = w.redis.Addr(), w.sql.At(w.sql.Addr()), 0
	config.RateName, config.Rate = "audit", 100_000
	s, err := service.Open(config, service.Watch{
		Wrap:   func(http.RoundTripper) http.RoundTripper { return nowhere{} },
		Ledger: func(l idverify.Ledger) idverify.Ledger { return &noting{l, a} },
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	a.client = s.Client
	return a
}

// nowhere is a transport that sends nothing.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the audit sends nothing")
}

// noting is a ledger that records which id a question has.
type noting struct {
	idverify.Ledger
	auditor *auditor
}

func (n *noting) Claim(ctx context.Context, r idverify.ClaimRequest) (idverify.Claim, error) {
	if key, ok := ctx.Value(auditKey{}).(string); ok {
		n.auditor.ids.Store(key, r.ID)
	}
	return n.Ledger.Claim(ctx, r)
}

// ask asks the questions, several at a time.
func (a *auditor) ask(kind string, asked map[int]bool, each func(key, id string, told worker.Told)) {
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, 16)
	for n := range asked {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			key := questions.Key(kind, n)
			told := a.askOnce(key, kind, n)
			id, _ := a.ids.Load(key)
			name, _ := id.(string)
			mu.Lock()
			defer mu.Unlock()
			each(key, name, told)
		})
	}
	all.Wait()
}

// askOnce asks one question, and asks again if the database was too slow.
func (a *auditor) askOnce(key, kind string, n int) (told worker.Told) {
	for range 5 {
		ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), auditKey{}, key), 10*time.Second)
		told = worker.ToldOf(a.client.Verify(ctx, questions.Request(kind, n)))
		cancel()
		if told.Code != idverify.CodeStoreUnavailable {
			break
		}
	}
	told.Kind, told.N = kind, n
	return told
}
