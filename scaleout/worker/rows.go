package worker

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/otelidverify"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/sqlidverify"
)

// rows works on a batch as one machine.
func (p *process) rows(id int, r Rows) error {
	db, err := r.Database.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	results, err := p.work(db, r)
	if err != nil {
		return err
	}
	for res := range otelidverify.Batch(p.otel.options, results.all) {
		t := ToldOf(res.Result, res.Err)
		t.Kind, t.N, _ = questions.Of(res.Key)
		t.Resumed, t.Taken = res.Resumed, res.Taken
		p.tell(Event{ID: id, Told: &t})
	}
	return results.err()
}

// results are the results of a batch, and how it ended.
type results struct {
	all iter.Seq[batch.Result]
	err func() error
}

func (p *process) work(db *sql.DB, r Rows) (results, error) {
	tell := func(e idverify.StoreEvent) {
		if e.Reason != "" {
			p.tell(Event{Store: e.Store + " " + string(e.Reason)})
		}
	}
	v := &rowVerifier{p, p.services[0].Client}
	if r.Kind != "" {
		journal, err := sqlidverify.NewJournal(db, r.Database.Dialect, sqlidverify.JournalOptions{Name: r.Batch, Hold: r.Hold, OnStore: tell})
		if err != nil {
			return results{}, err
		}
		all, err := batch.Run(p.stopping, v, r.requests, batch.WithJournal(journal, service.Secret()), batch.WithConcurrency(r.Workers))
		return results{all, func() error { return nil }}, err
	}
	queue, err := sqlidverify.NewQueue(db, r.Database.Dialect, sqlidverify.QueueOptions{
		Name: r.Batch, Hold: r.Hold, Reservation: r.Reservation, OnStore: tell,
	})
	if err != nil {
		return results{}, err
	}
	work, err := queue.Run(p.stopping, v, sqlidverify.RunOptions{
		Secret: service.Secret(), Load: load, Batch: []batch.Option{batch.WithConcurrency(r.Workers)},
	})
	if err != nil {
		return results{}, err
	}
	return results{work.Results(), work.Err}, nil
}

// requests are rows without a queue.
func (r Rows) requests(yield func(*idverify.Request) bool) {
	for n := 1; n <= r.Upto && yield(questions.Request(r.Kind, n)); n++ {
	}
}

// load finds the persons, who are in no table.
func load(_ context.Context, keys []string) ([]*idverify.Request, error) {
	requests := make([]*idverify.Request, 0, len(keys))
	for _, key := range keys {
		kind, n, ok := questions.Of(key)
		if !ok {
			return nil, errors.New("worker: a row that nobody added")
		}
		requests = append(requests, questions.Request(kind, n))
	}
	return requests, nil
}

// rowVerifier names the calls. The journal keeps the answers, so the client gets no
// idempotency key.
type rowVerifier struct {
	process *process
	client  *idverify.Client
}

func (v *rowVerifier) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	kind, n, _ := questions.Of(req.IdempotencyKey)
	own := *req
	own.IdempotencyKey = ""
	ctx, _ = v.process.newCall(ctx, kind, n)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return v.client.Verify(ctx, &own)
}
