package main

import (
	"context"
	"iter"
	"os"
	"path/filepath"

	"github.com/idverify/idverify"
)

// row is one row of a batch with what the ledger knows it by. A journal makes
// its calls in both runs one question.
type row struct {
	question *question
	tag      tag
	call     *call // in the run that is on
}

// rows runs a batch. With a journal, the caller leaves the first run somewhere
// and a second one, with the journal read from its file, does the rest.
func (c *caller) rows(p policy) {
	rows := make([]row, 4+c.random.IntN(9))
	for i := range rows {
		rows[i] = row{question: c.ledger.ask(p.name+", batch", p.terms, c.person()), tag: c.ledger.newTag()}
		defer c.desk.asked(rows[i].question)
	}
	if c.random.IntN(2) == 0 {
		ctx, leave := c.patience()
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
	journal, err := idverify.OpenFileJournal(file)
	if err != nil {
		c.ledger.broken(ruleLost, "the journal could not be opened: %s", idverify.CodeOf(err))
		return
	}
	c.batch(ctx, p, rows, idverify.WithJournal(journal))
	if err := journal.Close(); err != nil {
		c.ledger.broken(ruleLost, "the journal could not be closed")
	}
}

func (c *caller) batch(ctx context.Context, p policy, rows []row, opts ...idverify.BatchOption) {
	results, err := idverify.Batch(ctx, p.client, c.items(rows), append(opts, idverify.WithConcurrency(4), idverify.WithTotal(len(rows)))...)
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
func (c *caller) items(rows []row) iter.Seq[idverify.BatchItem] {
	return func(yield func(idverify.BatchItem) bool) {
		for i := range rows {
			r := &rows[i]
			r.call = c.ledger.begin(r.question, r.tag)
			item := idverify.BatchItem{Key: "row-" + r.tag.digits(), Request: requestFor(r.question.person, r.tag, "")}
			if !yield(item) {
				return
			}
		}
	}
}
