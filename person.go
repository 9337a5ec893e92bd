package idverify

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/idverify/idverify/internal/redact"
)

// PersonStore counts tries per person. It is an interface, so that many
// machines can share one count; [NewMemoryPersonStore] counts in this process.
type PersonStore interface {
	// Take counts one try of person, unless limit tries of the last window are
	// counted already. Then ok is false, nothing is counted, and retryAfter is
	// how long until a try is free again. Looking and counting are one step:
	// of any number of calls at the same moment no more than limit are ok.
	//
	// limit is 1 or more and window above 0. person is 64 hexadecimal digits
	// that only the holder of the key given to [WithPersonLimit] can make of an
	// ID number. It is a pseudonym still: personal data, to be kept no longer
	// than window. An error's text is not printed.
	Take(ctx context.Context, person string, limit int, window time.Duration) (ok bool, retryAfter time.Duration, err error)
}

const (
	minPersonKey   = 32
	maxPersonTries = 1000
)

// WithPersonLimit lets each person be tried at most limit times in any window,
// whatever the name, the evidence and the vendor: a vendor locks an identity
// that is tried too often, and an attacker tries many faces on one number. A
// try above the limit is refused before anything is sent, with
// CodeTooManyAttempts and the wait in Error.RetryAfter, and is not counted. The
// default is no limit.
//
// The store is asked for the lower-case hexadecimal HMAC-SHA-256, under key, of
// the ID number in the form that is sent; with [Request.SkipIDNumberCheck] in
// plain capital letters and digits. key is a secret of at least 32 random
// bytes, the same wherever the store is shared, and is copied. A plain hash
// would not do: ID numbers can be enumerated. limit is from 1 to 1,000. A nil
// store is [NewMemoryPersonStore]. New fails when one of them is out of range.
//
// A store that fails lets nobody pass: the call fails with
// CodeStoreUnavailable, which wraps the store's error.
func WithPersonLimit(key []byte, limit int, window time.Duration, store PersonStore) Option {
	secret := redact.NewSecret(string(key))
	return func(s *settings) error {
		switch {
		case len(secret.Reveal()) < minPersonKey:
			return misconfigured("WithPersonLimit.key", fmt.Sprintf("a key has at least %d bytes", minPersonKey))
		case strings.Trim(secret.Reveal(), "\x00") == "":
			return misconfigured("WithPersonLimit.key", "the key is all zeros")
		case limit < 1 || limit > maxPersonTries:
			return misconfigured("WithPersonLimit.limit", fmt.Sprintf("a person has 1 to %d tries", maxPersonTries))
		case window <= 0:
			return misconfigured("WithPersonLimit.window", "a window is longer than nothing")
		}
		s.person = &personLimit{key: secret, limit: limit, window: window, store: store}
		if store == nil {
			s.person.store = NewMemoryPersonStore()
		}
		return nil
	}
}

// personLimit is what WithPersonLimit set; nil admits everybody.
type personLimit struct {
	key    redact.Secret
	limit  int
	window time.Duration
	store  PersonStore
}

// admit counts a try of the person. Its error is an *Error.
func (p *personLimit) admit(ctx context.Context, s Subject) error {
	if p == nil {
		return nil
	}
	ok, wait, err := p.store.Take(ctx, p.pseudonym(s), p.limit, p.window)
	switch {
	case err != nil && ctx.Err() != nil:
		return left(ctx, "", "")
	case err != nil:
		return unsent(CodeStoreUnavailable, "", "the store of the per-person limit failed, so nobody was asked", err)
	case !ok:
		return triedTooOften(p.limit, p.window, wait)
	}
	return nil
}

func (p *personLimit) pseudonym(s Subject) string {
	mac := hmac.New(sha256.New, []byte(p.key.Reveal()))
	mac.Write([]byte(plainNumber(s.IDNumber())))
	return hex.EncodeToString(mac.Sum(nil))
}

// plainNumber leaves a number that idcard accepts as it is. One that was sent
// unchecked must not become another person by a small x, a space or full-width
// digits, which a vendor may overlook.
func plainNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' {
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

const (
	// maxPersons bounds the memory store at some 300 MB with a few tries each.
	maxPersons = 1_000_000
	// forgottenAtOnce bounds how long one caller cleans up for the others.
	forgottenAtOnce = 64
)

// NewMemoryPersonStore makes a [PersonStore] in this process's memory, with a
// window that slides. It is safe for concurrent use and several Clients may
// share it. A person is forgotten when the window has passed since the last
// counted try; and before that only if 1,000,000 other persons were tried
// since. It fails only for a context that is done.
func NewMemoryPersonStore() PersonStore { return newMemoryPersonStore(maxPersons) }

func newMemoryPersonStore(size int) *memoryPersonStore {
	return &memoryPersonStore{personTable: &personTable{size: size, persons: map[string]*list.Element{}}}
}

// memoryPersonStore keeps its table behind a pointer: fmt looks into unexported
// fields without asking for Format, but not behind a second pointer.
type memoryPersonStore struct {
	*personTable
	_ struct{} // two words, as in redact.Secret
}

// Format implements [fmt.Formatter]: it prints nobody.
func (m memoryPersonStore) Format(s fmt.State, verb rune) {
	redact.Format(s, verb, "idverify.PersonStore(memory)")
}

// LogValue implements [slog.LogValuer].
func (m memoryPersonStore) LogValue() slog.Value {
	return slog.StringValue("idverify.PersonStore(memory)")
}

// String is for dumpers, which follow pointers and ask for it.
func (*personTable) String() string { return "idverify.PersonStore(memory)" }

type personTable struct {
	size int

	mu      sync.Mutex
	persons map[string]*list.Element // into order
	order   list.List                // of *triedPerson, by their last try
}

type triedPerson struct {
	person string
	tries  []time.Time   // oldest first
	window time.Duration // the longest asked for
}

// Take implements [PersonStore].
func (t *personTable) Take(ctx context.Context, person string, limit int, window time.Duration) (ok bool, retryAfter time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return false, 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.forget(now)
	if limit < 1 {
		return false, window, nil
	}
	at, known := t.persons[person]
	if !known {
		at = t.add(person)
	}
	p := at.Value.(*triedPerson)
	recent := p.recent(now, window)
	if len(recent) >= limit {
		return false, recent[len(recent)-limit].Add(window).Sub(now), nil
	}
	p.tries = append(p.tries, now)
	t.order.MoveToBack(at)
	return true, 0, nil
}

// recent drops the tries that no window reaches back to, and gives those that
// this one does.
func (p *triedPerson) recent(now time.Time, window time.Duration) []time.Time {
	p.window = max(p.window, window)
	p.tries = slices.DeleteFunc(p.tries, func(try time.Time) bool { return now.Sub(try) >= p.window })
	for i, try := range p.tries {
		if now.Sub(try) < window {
			return p.tries[i:]
		}
	}
	return nil
}

// add makes room for a person, at the cost of the one not tried for longest.
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
		if now.Sub(p.tries[len(p.tries)-1]) < p.window {
			return
		}
		t.drop(at)
	}
}

func (t *personTable) drop(at *list.Element) {
	delete(t.persons, t.order.Remove(at).(*triedPerson).person)
}
