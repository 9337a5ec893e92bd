package redisidverify

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
)

// PersonStore is an [idverify.PersonStore] in Redis. One script checks and counts,
// with Redis's time. While Redis fails, every try is refused.
//
// Redis stores the pseudonym and the id and time of each try, until the longest
// window has passed since the last one. Without an append-only file a restart forgets
// tries; a failover loses the tries of the lost side.
type PersonStore struct {
	guard *guard

	mu     sync.Mutex
	latest map[string]*taking // by the try's id
}

// taking is one call of Take, identified by its address.
type taking struct{ _ byte }

var _ idverify.PersonStore = (*PersonStore)(nil)

// NewPersonStore makes a store of tries, for idverify.PersonLimit. It fails with
// CodeInvalidConfig and the field "client". It does not connect.
func NewPersonStore(client redis.Scripter) (*PersonStore, error) {
	if isNil(client) {
		return nil, misconfigured("client", "the client must not be nil")
	}
	return &PersonStore{guard: newGuard(client, pause), latest: map[string]*taking{}}, nil
}

// errNoPseudonym keeps an ID number out of Redis if a caller passes one as the
// person.
var errNoPseudonym = errors.New("redisidverify: a try's Person is 64 hexadecimal digits, its ID 32, and its Window above 0")

const digits = "0123456789abcdef"

func triesKey(t idverify.Try) (string, error) {
	if len(t.Person) != 64 || len(t.ID) != 32 || strings.Trim(t.Person+t.ID, digits) != "" || t.Window <= 0 {
		return "", errNoPseudonym
	}
	return "idverify:{p:" + t.Person + "}:tries", nil
}

// Take implements [idverify.PersonStore]. If a try is counted too late for its
// caller, it is given back; if the answer never comes, it may stay counted.
func (p *PersonStore) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	key, err := triesKey(try)
	if err != nil {
		return idverify.Taken{}, err
	}
	if try.Limit < 1 {
		return idverify.Taken{RetryAfter: try.Window}, ctx.Err()
	}
	if p.guard == nil {
		return idverify.Taken{}, errUnmade
	}
	own := p.begin(try.ID)
	over := func(missed reply) {
		if p.end(try.ID, own) && missed != nil {
			p.guard.undo(ctx, personReturn, []string{key}, try.ID)
		}
	}
	r, err := p.guard.run(ctx, over, personTake, []string{key}, try.ID, try.Limit, roundedUp(try.Window, time.Microsecond))
	if err != nil {
		return idverify.Taken{}, err
	}
	passed, ok := r.number(0)
	wait, known := r.number(1)
	if !ok || !known || passed > 1 {
		return idverify.Taken{}, errAnswer
	}
	if passed == 1 {
		return idverify.Taken{OK: true}, nil
	}
	return idverify.Taken{RetryAfter: min(times(wait, time.Microsecond), try.Window)}, nil
}

// Return implements [idverify.PersonStore].
func (p *PersonStore) Return(ctx context.Context, try idverify.Try) error {
	key, err := triesKey(try)
	if err != nil {
		return err
	}
	_, err = p.guard.run(ctx, nil, personReturn, []string{key}, try.ID)
	return err
}

// begin registers a Take of a try, and replaces an earlier one.
func (p *PersonStore) begin(id string) *taking {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := new(taking)
	p.latest[id] = own
	return own
}

// end reports whether a Take is the latest of its try. Only then may the try be given
// back: the same try can have passed since.
func (p *PersonStore) end(id string, own *taking) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latest[id] != own {
		return false
	}
	delete(p.latest, id)
	return true
}
