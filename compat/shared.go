package compat

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// Claims is a ledger of one's own.
type Claims struct {
	mu   sync.Mutex
	rows map[string]claim
}

type claim struct {
	print, holder string
	until         time.Time
	outcome       idverify.ClaimOutcome // empty while it is in flight
	answer        []byte
}

var _ idverify.Ledger = (*Claims)(nil)

// Claim implements idverify.Ledger.
func (l *Claims) Claim(_ context.Context, c idverify.ClaimRequest) (idverify.Claim, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, known := l.rows[c.ID]
	left := time.Until(row.until)
	switch {
	case known && row.print != c.Print:
		return idverify.Claim{State: idverify.ClaimConflict}, nil
	case known && row.outcome == "" && row.holder == c.Holder:
		return idverify.Claim{State: idverify.ClaimMine}, nil
	case known && row.outcome == "" && left > 0:
		return idverify.Claim{State: idverify.ClaimHeld, Left: left}, nil
	case !known, c.Repeat && row.outcome != idverify.OutcomeDecided:
		if l.rows == nil {
			l.rows = map[string]claim{}
		}
		l.rows[c.ID] = claim{print: c.Print, holder: c.Holder, until: time.Now().Add(c.Hold)}
		return idverify.Claim{State: idverify.ClaimMine}, nil
	case row.outcome == "":
		return idverify.Claim{State: idverify.ClaimAmbiguous}, nil
	}
	return idverify.Claim{State: idverify.ClaimKept, Answer: bytes.Clone(row.answer)}, nil
}

// Settle implements idverify.Ledger.
func (l *Claims) Settle(_ context.Context, s idverify.Settlement) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	row, known := l.rows[s.ID]
	switch {
	case !known && s.Outcome == idverify.OutcomeFree:
		return nil
	case !known || row.holder != s.Holder:
		return idverify.ErrClaimLost
	case row.outcome != "":
		return nil
	case s.Outcome == idverify.OutcomeFree:
		delete(l.rows, s.ID)
		return nil
	}
	row.outcome, row.answer = s.Outcome, bytes.Clone(s.Answer)
	l.rows[s.ID] = row
	return nil
}

// Starts is a source of starts of one's own: one every Interval.
type Starts struct {
	Interval time.Duration

	mu   sync.Mutex
	next time.Time
}

var _ idverify.StartSource = (*Starts)(nil)

// Reserve implements idverify.StartSource.
func (s *Starts) Reserve(_ context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.next.Before(now) {
		s.next = now
	}
	wait = s.next.Sub(now)
	if wait > patience {
		return 0, wait, nil
	}
	n = min(want, 1+int((patience-wait)/s.Interval))
	s.next = s.next.Add(time.Duration(n) * s.Interval)
	return n, wait, nil
}

// SharedRows is a journal of one's own for several machines: a row that is not
// finished a minute after it was begun is one of a machine that is gone.
type SharedRows struct {
	mu   sync.Mutex
	rows map[string]sharedRow
	next int
}

type sharedRow struct {
	entry batch.Entry
	until time.Time
}

var _ batch.SharedJournal = (*SharedRows)(nil)

// Load implements batch.Journal.
func (j *SharedRows) Load(_ context.Context, key string) (batch.Entry, bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	row, found := j.rows[key]
	if row.entry.InFlight && time.Now().Before(row.until) {
		row.entry.InFlight, row.entry.Taken = false, true
	}
	return row.entry, found, nil
}

// Begin implements batch.Journal, for rows that nobody has begun.
func (j *SharedRows) Begin(ctx context.Context, key string) error {
	taken, err := j.BeginIf(ctx, key, batch.Entry{})
	if err == nil && taken {
		err = context.Canceled
	}
	return err
}

// BeginIf implements batch.SharedJournal.
func (j *SharedRows) BeginIf(_ context.Context, key string, loaded batch.Entry) (taken bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.rows[key].entry.Version != loaded.Version {
		return true, nil
	}
	j.put(key, batch.Entry{InFlight: true})
	return false, nil
}

// Finish implements batch.Journal.
func (j *SharedRows) Finish(_ context.Context, key string, answer batch.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.put(key, answer)
	return nil
}

func (j *SharedRows) put(key string, entry batch.Entry) {
	if j.rows == nil {
		j.rows = map[string]sharedRow{}
	}
	j.next++
	entry.Version = strconv.Itoa(j.next)
	j.rows[key] = sharedRow{entry, time.Now().Add(time.Minute)}
}
