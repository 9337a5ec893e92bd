package worker

import (
	"context"
	"errors"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/otelidverify"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/sqlidverify"
)

// rows is one machine of a batch.
func (p *process) rows(id int, r Rows) error {
	db, err := service.OpenPostgres(r.Postgres)
	if err != nil {
		return err
	}
	defer db.Close()
	queue, err := sqlidverify.NewQueue(db, sqlidverify.PostgreSQL, sqlidverify.QueueOptions{
		Name: r.Batch, Hold: r.Hold, Reservation: r.Reservation,
		OnStore: func(e idverify.StoreEvent) {
			if e.Reason != "" {
				p.tell(Event{Store: e.Store + " " + string(e.Reason)})
			}
		},
	})
	if err != nil {
		return err
	}
	work, err := queue.Run(p.stopping, &rowVerifier{p, p.services[0].Client}, sqlidverify.RunOptions{
		Secret: service.Secret(), Load: load,
		Batch: []batch.Option{batch.WithConcurrency(r.Workers)},
	})
	if err != nil {
		return err
	}
	for res := range otelidverify.Batch(p.otel.options, work.Results()) {
		t := ToldOf(res.Result, res.Err)
		t.Kind, t.N, _ = questions.Of(res.Key)
		t.Resumed, t.Taken = res.Resumed, res.Taken
		p.tell(Event{ID: id, Told: &t})
	}
	return work.Err()
}

// load is the table of the persons, who stand in no other.
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

// rowVerifier names the calls. The journal keeps the answers, so the client is given no
// key.
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
