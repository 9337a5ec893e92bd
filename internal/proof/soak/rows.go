package main

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// row is one row of a batch, with its question in the ledger. With a journal, the
// calls of both runs are one question.
type row struct {
	question *question
	tag      tag
	call     *call // in the current run
}

var journalSecret = []byte("EXAMPLE-JOURNAL-SECRET-EXAMPLE-!")

// rows runs a batch. With a journal, the caller stops the first run somewhere, and a
// second run with the reopened journal does the rest.
func (c *caller) rows(p policy) {
	rows := make([]row, 4+c.random.IntN(9))
	for i := range rows {
		rows[i] = row{question: c.ledger.ask(p.name+", batch", p.terms, c.person()), tag: c.ledger.newTag()}
		defer c.desk.asked(rows[i].question)
	}
	if c.random.IntN(2) == 0 {
		ctx, leave := c.patience(false)
		defer leave()
		c.batch(ctx, p, rows)
		return
	}
	file := filepath.Join(c.dir, "journal-"+rows[0].tag.digits())
	defer os.Remove(file)
	first, leave := context.WithTimeout(context.Background(), c.moment())
	defer leave()
	c.journaled(first, p, rows, file)
	c.journaled(context.Background(), p, rows, file)
}

func (c *caller) journaled(ctx context.Context, p policy, rows []row, file string) {
	journal, err := batch.OpenFileJournal(file)
	if err != nil {
		c.ledger.broken(ruleLost, "the journal could not be opened: %s", idverify.CodeOf(err))
		return
	}
	c.batch(ctx, p, rows, batch.WithJournal(journal, journalSecret))
	if err := journal.Close(); err != nil {
		c.ledger.broken(ruleLost, "the journal could not be closed")
	}
}

func (c *caller) batch(ctx context.Context, p policy, rows []row, opts ...batch.Option) {
	grace := time.Duration(c.random.IntN(3)) * 20 * time.Millisecond
	opts = append(opts, batch.WithConcurrency(4), batch.WithTotal(len(rows)), batch.WithGrace(grace))
	results, err := batch.Run(ctx, p.client, c.items(rows), opts...)
	if err != nil {
		c.ledger.broken(ruleLost, "a batch did not begin: %s", idverify.CodeOf(err))
		return
	}
	for r := range results {
		a := answerOf(r.Result, r.Err)
		a.resumed = r.Resumed
		c.ledger.ended(rows[r.Index].call, a)
		c.listen(rows[r.Index].tag, r.Result, r.Err)
		if r.JournalErr != nil {
			c.ledger.broken(ruleLost, "the journal failed")
		}
	}
}

// items begins a call for each row that is pulled.
func (c *caller) items(rows []row) iter.Seq[*idverify.Request] {
	return func(yield func(*idverify.Request) bool) {
		for i := range rows {
			r := &rows[i]
			r.call = c.ledger.begin(r.question, r.tag)
			if !yield(requestFor(r.question.person, r.tag, "row-"+r.tag.digits())) {
				return
			}
		}
	}
}
