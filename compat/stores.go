package compat

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

// table is what a database would be.
type table[V any] struct {
	mu   sync.Mutex
	rows map[string]V
}

func (t *table[V]) get(key string) (V, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := t.rows[key]
	return v, ok
}

func (t *table[V]) put(key string, v V) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = map[string]V{}
	}
	t.rows[key] = v
}

// Results is a result store of one's own.
type Results struct {
	kept  table[idverify.Stored]
	saved chan string // told each id, because nobody waits for Save
}

var _ idverify.ResultStore = (*Results)(nil)

// Load implements idverify.ResultStore.
func (r *Results) Load(_ context.Context, id string) (idverify.Stored, bool, error) {
	stored, ok := r.kept.get(id)
	return stored, ok, nil
}

// Save implements idverify.ResultStore.
func (r *Results) Save(ctx context.Context, id string, stored idverify.Stored) error {
	r.kept.put(id, stored)
	select {
	case r.saved <- id:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Journal is a journal of one's own.
type Journal struct {
	rows    table[batch.Entry]
	binding string // of the runs
}

var (
	_ batch.Journal          = (*Journal)(nil)
	_ batch.RunJournal       = (*Journal)(nil)
	_ batch.UniqueKeyJournal = (*Journal)(nil)
)

// BeginRun implements batch.RunJournal.
func (j *Journal) BeginRun(_ context.Context, binding string) (end func(), err error) {
	if j.binding != "" && j.binding != binding {
		return nil, errors.New("another secret: no row of before would be found")
	}
	j.binding = binding
	return func() {}, nil
}

// UniqueKeys implements batch.UniqueKeyJournal: the keys are those of a table.
func (*Journal) UniqueKeys() bool { return true }

// Load implements batch.Journal.
func (j *Journal) Load(_ context.Context, key string) (batch.Entry, bool, error) {
	row, found := j.rows.get(key)
	return row, found, nil
}

// Begin implements batch.Journal.
func (j *Journal) Begin(_ context.Context, key string) error {
	j.rows.put(key, batch.Entry{InFlight: true})
	return nil
}

// Finish implements batch.Journal.
func (j *Journal) Finish(_ context.Context, key string, answer batch.Entry) error {
	j.rows.put(key, answer)
	return nil
}

// Tokens is a token store of one's own, which several processes could share: it
// keeps what can be written down.
type Tokens struct {
	mu   sync.Mutex
	rows map[string]struct {
		value   string
		expires time.Time
	}
}

var (
	_ baiduv4.TokenStore                     = (*Tokens)(nil)
	_ idverifytest.TokenStore[baiduv4.Token] = (*Tokens)(nil)
)

// Load implements baiduv4.TokenStore.
func (t *Tokens) Load(_ context.Context, key string) (baiduv4.Token, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row, ok := t.rows[key]
	return baiduv4.NewToken(row.value, row.expires), ok, nil
}

// Save implements baiduv4.TokenStore.
func (t *Tokens) Save(_ context.Context, key string, token baiduv4.Token) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = map[string]struct {
			value   string
			expires time.Time
		}{}
	}
	row := t.rows[key]
	row.value, row.expires = token.Reveal(), token.ExpiresAt()
	t.rows[key] = row
	return nil
}

// Drop implements baiduv4.TokenStore.
func (t *Tokens) Drop(_ context.Context, key string, token baiduv4.Token) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows[key].value == token.Reveal() {
		delete(t.rows, key)
	}
	return nil
}

// Tries is a person store of one's own, for one window.
type Tries struct {
	mu    sync.Mutex
	tries map[string]map[string]bool // ids by person
}

var _ idverify.PersonStore = (*Tries)(nil)

// Take implements idverify.PersonStore.
func (t *Tries) Take(_ context.Context, try idverify.Try) (idverify.Taken, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := t.tries[try.Person]
	if !ids[try.ID] && len(ids) >= try.Limit {
		return idverify.Taken{RetryAfter: try.Window}, nil
	}
	if ids == nil {
		if t.tries == nil {
			t.tries = map[string]map[string]bool{}
		}
		ids = map[string]bool{}
		t.tries[try.Person] = ids
	}
	ids[try.ID] = true
	return idverify.Taken{OK: true}, nil
}

// Return implements idverify.PersonStore.
func (t *Tries) Return(_ context.Context, try idverify.Try) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.tries[try.Person], try.ID)
	return nil
}
