package sqlidverify

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// reserve gives a worker a block of at most n rows. It gives none if none is free at the
// moment; isOver says that there will be none any more. known are the rows that the worker
// already has: after a lost answer, its other rows are the block.
func (q *Queue) reserve(ctx context.Context, worker string, n int, known map[string]struct{}) (keys []string, isOver bool, err error) {
	again := false
	err = q.step(ctx, forBatches, "reserve", func(ctx context.Context) error {
		keys, isOver = nil, false
		if again {
			all, err := list(ctx, q.store, q.store.db, reservedRows, q.o.Name, worker)
			if err != nil {
				return err
			}
			keys = slices.DeleteFunc(all, func(key string) bool { _, is := known[key]; return is })
			if len(keys) > 0 {
				return nil
			}
		}
		again = true
		var err error
		if keys, err = q.block(ctx, worker, n); err != nil || len(keys) > 0 {
			return err
		}
		open, err := list(ctx, q.store, q.store.db, openRow, q.o.Name)
		isOver = err == nil && len(open) == 0
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return keys, isOver, nil
}

// block reserves rows in one transaction, read committed whatever the database's default
// is: first those whose reservation has run out, then those that wait.
func (q *Queue) block(ctx context.Context, worker string, n int) ([]string, error) {
	tx, err := q.store.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	keys, err := list(ctx, q.store, tx, lapsedRows, q.o.Name, micros(longestReservation(q.o.Reservation)), n)
	if err != nil {
		return nil, err
	}
	if len(keys) < n {
		more, err := list(ctx, q.store, tx, waitingRows, q.o.Name, n-len(keys))
		if err != nil {
			return nil, err
		}
		keys = append(keys, more...)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	text, args := withKeys(reserveRows, []any{worker, micros(q.o.Reservation), q.o.Name}, keys)
	if _, err := tx.ExecContext(ctx, q.store.d.say(text), args...); err != nil {
		return nil, err
	}
	return keys, tx.Commit()
}

// longestReservation is how far ahead a reservation can end, if other machines keep rows
// for up to ten times as long as this one.
func longestReservation(own time.Duration) time.Duration { return 10 * min(own, longest/10) }

// A block is some seconds of work: then a machine that dies delays few rows, and the
// database is not asked often.
const (
	firstBlock = 8
	blockTime  = 20 * time.Second
)

// nextBlock returns how many rows to reserve after a block of n rows that took so long.
// It at most doubles: the first rows of a run all begin at once and say little.
func nextBlock(n int, took time.Duration) int {
	next := 2 * n
	if took > 0 {
		next = min(next, int(min(float64(n)*float64(blockTime)/float64(took), 2*mostInBlock)))
	}
	return min(max(1, next), mostInBlock)
}
