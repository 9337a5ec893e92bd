package idverify_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// memoryResults is a result store. The client does not wait for Save, so tests that
// look into it run in a synctest bubble and wait.
type memoryResults struct {
	mu   sync.Mutex
	byID map[string]idverify.Stored
}

func (m *memoryResults) Load(_ context.Context, id string) (idverify.Stored, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stored, ok := m.byID[id]
	return stored, ok, nil
}

func (m *memoryResults) Save(_ context.Context, id string, stored idverify.Stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID == nil {
		m.byID = map[string]idverify.Stored{}
	}
	m.byID[id] = stored
	return nil
}

// slowResults is a store that is slow, or hangs.
type slowResults struct {
	memoryResults
	load, save time.Duration
}

func (s *slowResults) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	select {
	case <-time.After(s.load):
		return s.memoryResults.Load(ctx, id)
	case <-ctx.Done():
		return idverify.Stored{}, false, ctx.Err()
	}
}

func (s *slowResults) Save(ctx context.Context, id string, stored idverify.Stored) error {
	select {
	case <-time.After(s.save):
		return s.memoryResults.Save(ctx, id, stored)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deafResults ignores its context.
type deafResults struct{ release chan struct{} }

func (d deafResults) Load(context.Context, string) (idverify.Stored, bool, error) {
	<-d.release
	return idverify.Stored{}, false, nil
}

func (d deafResults) Save(context.Context, string, idverify.Stored) error {
	<-d.release
	return nil
}

// lastingResults keeps the contexts that it gets.
type lastingResults struct {
	memoryResults
	contexts []context.Context
}

func (l *lastingResults) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	l.contexts = append(l.contexts, ctx)
	return l.memoryResults.Load(ctx, id)
}

func (l *lastingResults) Save(ctx context.Context, id string, stored idverify.Stored) error {
	l.contexts = append(l.contexts, ctx)
	return l.memoryResults.Save(ctx, id, stored)
}

// countingResults counts calls of Save.
type countingResults struct {
	memoryResults
	saved int
}

func (c *countingResults) Save(ctx context.Context, id string, stored idverify.Stored) error {
	c.saved++
	return c.memoryResults.Save(ctx, id, stored)
}

type brokenResults struct{}

func (brokenResults) Load(context.Context, string) (idverify.Stored, bool, error) {
	return idverify.Stored{}, false, errors.New("down")
}
func (brokenResults) Save(context.Context, string, idverify.Stored) error { return errors.New("down") }

// doubtfulResults returns an error together with a result.
type doubtfulResults struct{ memoryResults }

func (d *doubtfulResults) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	stored, ok, _ := d.memoryResults.Load(ctx, id)
	return stored, ok, errors.New("of the day before yesterday")
}

// panickyResults panics where the test says so.
type panickyResults struct {
	memoryResults
	onLoad, onSave bool
}

func (p *panickyResults) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	if p.onLoad {
		panic("load")
	}
	return p.memoryResults.Load(ctx, id)
}

func (p *panickyResults) Save(ctx context.Context, id string, stored idverify.Stored) error {
	if p.onSave {
		panic("save")
	}
	return p.memoryResults.Save(ctx, id, stored)
}

// storeSecret is the secret of a result store.
var storeSecret = []byte("EXAMPLE secret of a result store")

// anotherQuestion are requests whose key already belongs to keyed(key).
func anotherQuestion(key string) map[string]*idverify.Request {
	ask := func(name, number string, evidence ...idverify.Evidence) *idverify.Request {
		return &idverify.Request{IdempotencyKey: key, Name: name, IDNumber: number, Evidence: evidence}
	}
	other := idverify.Photo(mediaOf("another face"))
	return map[string]*idverify.Request{
		"another name":          ask("测试乙", aNumber, photo()),
		"another number":        ask(aName, anotherNumber, photo()),
		"another face":          ask(aName, aNumber, other),
		"one more face":         ask(aName, aNumber, photo(), other),
		"another face in front": ask(aName, aNumber, other, photo()),
		"another kind":          ask(aName, aNumber, idverify.PhotoURL("https://media.example/x"), photo()),
		"no readable face":      ask(aName, aNumber, idverify.Photo(idverify.File("no such file")), photo()),
	}
}

func assertOtherQuestion(t *testing.T, err error, msg string) {
	t.Helper()
	var e *idverify.Error
	require.ErrorAs(t, err, &e, msg)
	assert.Equal(t, idverify.CodeInvalidRequest, e.Code, msg)
	assert.Equal(t, "IdempotencyKey", e.Field, msg)
	assert.Equal(t, idverify.BilledNo, e.Billed, msg)
	assert.Equal(t, idverify.OriginRefused, e.Origin, msg)
	assert.False(t, e.Sent(), msg)
}
