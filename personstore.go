package idverify

import (
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

const (
	// maxPersons limits the memory store to about 300 MB with a few tries each.
	maxPersons = 1_000_000
	// forgottenAtOnce limits how much one caller cleans up for the others.
	forgottenAtOnce = 64
)

// NewMemoryPersonStore makes a [PersonStore] in this process's memory, with a
// sliding window. It is safe for concurrent use and several Clients may share it.
// It forgets a person when the window has passed since the last counted try, or
// earlier if 1,000,000 other persons have been tried since. It fails only when the
// context has ended.
func NewMemoryPersonStore() PersonStore { return newMemoryPersonStore(maxPersons) }

func newMemoryPersonStore(size int) *memoryPersonStore {
	return &memoryPersonStore{personTable: &personTable{size: size, persons: map[string]*list.Element{}}}
}

// memoryPersonStore keeps its table behind a pointer: fmt prints unexported fields
// without calling Format, but does not follow a second pointer.
type memoryPersonStore struct {
	*personTable
	_ struct{} // keeps the struct larger than a pointer, as in redact.Secret
}

// Format implements [fmt.Formatter]: it prints no person.
func (m memoryPersonStore) Format(s fmt.State, verb rune) {
	redact.Format(s, verb, "idverify.PersonStore(memory)")
}

// LogValue implements [slog.LogValuer].
func (m memoryPersonStore) LogValue() slog.Value {
	return slog.StringValue("idverify.PersonStore(memory)")
}

// String is for dumpers that follow pointers and then call String.
func (*personTable) String() string { return "idverify.PersonStore(memory)" }

type personTable struct {
	size int

	mu      sync.Mutex
	persons map[string]*list.Element // elements of order
	order   list.List                // of *triedPerson, by their last try
}

type triedPerson struct {
	person string
	tries  []countedTry  // oldest first
	window time.Duration // the longest window asked for
}

type countedTry struct {
	id string
	at time.Time
}

// Take implements [PersonStore].
func (t *personTable) Take(ctx context.Context, try Try) (Taken, error) {
	if err := ctx.Err(); err != nil {
		return Taken{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.forget(now)
	if try.Limit < 1 {
		return Taken{RetryAfter: try.Window}, nil
	}
	at, known := t.persons[try.Person]
	if !known {
		at = t.add(try.Person)
	}
	p := at.Value.(*triedPerson)
	recent := p.recent(now, try.Window)
	if slices.ContainsFunc(recent, func(c countedTry) bool { return c.id == try.ID }) {
		return Taken{OK: true}, nil
	}
	if len(recent) >= try.Limit {
		return Taken{RetryAfter: recent[len(recent)-try.Limit].at.Add(try.Window).Sub(now)}, nil
	}
	p.tries = append(p.tries, countedTry{try.ID, now})
	t.order.MoveToBack(at)
	return Taken{OK: true}, nil
}

// Return implements [PersonStore].
func (t *personTable) Return(ctx context.Context, try Try) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at, known := t.persons[try.Person]
	if !known {
		return nil
	}
	p := at.Value.(*triedPerson)
	p.tries = slices.DeleteFunc(p.tries, func(c countedTry) bool { return c.id == try.ID })
	if len(p.tries) == 0 {
		t.drop(at)
	}
	return nil
}

// recent drops the tries that are outside every window, and returns those inside
// the given one.
func (p *triedPerson) recent(now time.Time, window time.Duration) []countedTry {
	p.window = max(p.window, window)
	p.tries = slices.DeleteFunc(p.tries, func(c countedTry) bool { return now.Sub(c.at) >= p.window })
	for i, c := range p.tries {
		if now.Sub(c.at) < window {
			return p.tries[i:]
		}
	}
	return nil
}

// add makes room for a person by dropping the one whose last try is oldest.
func (t *personTable) add(person string) *list.Element {
	if t.order.Len() >= t.size {
		t.drop(t.order.Front())
	}
	at := t.order.PushBack(&triedPerson{person: person})
	t.persons[person] = at
	return at
}

// forget drops some of the persons whose window has passed.
func (t *personTable) forget(now time.Time) {
	for range forgottenAtOnce {
		at := t.order.Front()
		if at == nil {
			return
		}
		p := at.Value.(*triedPerson)
		if len(p.tries) > 0 && now.Sub(p.tries[len(p.tries)-1].at) < p.window {
			return
		}
		t.drop(at)
	}
}

func (t *personTable) drop(at *list.Element) {
	delete(t.persons, t.order.Remove(at).(*triedPerson).person)
}
