package idverify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/flight"
	"github.com/idverify/idverify/internal/redact"
)

// PersonStore counts tries per person. It is an interface, so that many
// processes can share one count; [NewMemoryPersonStore] counts in this one.
// Methods are called concurrently. An error's text is not printed.
//
// The store's own clock counts, not the callers': a process whose clock is wrong
// must not open the window. During a rolling deploy two limits or windows may be
// asked for at once: each Take is held to its own, over the tries that are there.
type PersonStore interface {
	// Take counts a try, unless try.Limit others of the last try.Window are
	// counted already. Looking and counting are one step: of any number of calls
	// at the same moment no more than the limit are OK. A try that is counted
	// already is OK and is not counted twice. The context ends after two seconds
	// at the latest; a store that fails or is late lets nobody pass.
	Take(ctx context.Context, try Try) (Taken, error)
	// Return takes a try back, because no vendor looked at the person. Taking
	// back one that is not there, or twice, does nothing. The context ends after
	// 300 ms, and not with the caller's; after an error the try stays counted.
	Return(ctx context.Context, try Try) error
}

// Try is one call about a person.
type Try struct {
	// Person is 64 hexadecimal digits that only the holder of the secret given to
	// [WithPersonLimit] can make of an ID number. It is a pseudonym still: personal
	// data, to be kept no longer than Window.
	Person string
	// ID is 32 hexadecimal digits made up for this call.
	ID string
	// Limit is how many tries Window allows, 1 or more. Window is above 0.
	Limit  int
	Window time.Duration
}

// Taken is the answer to a Take. RetryAfter is how long until a try is free
// again, when it is not OK.
type Taken struct {
	OK         bool
	RetryAfter time.Duration
}

const maxPersonTries = 1000

// PersonLimit is how often a person may be tried. Secret, Tries and Window are
// required. It prints without the secret, except where fmt reads its fields
// without asking: do not keep it in an unexported field of a struct that is printed.
type PersonLimit struct {
	personLimitMask

	// Secret is at least 32 random bytes, the same wherever Store is shared. It is
	// copied.
	Secret []byte
	// Tries is how many calls about one person Window may hold: 1 to 1,000.
	Tries int
	// Window is the length of the sliding window in which tries are counted,
	// above 0.
	Window time.Duration
	// Store counts. Default [NewMemoryPersonStore].
	Store PersonStore
}

type personLimitMask = redact.Mask[PersonLimit]

// personLimit is what WithPersonLimit set; nil admits everybody.
type personLimit struct {
	secret redact.Secret
	limit  int
	window time.Duration
	store  PersonStore
	desk   *aside.Desk
}

const (
	takeTimeout   = 2 * time.Second
	returnTimeout = 300 * time.Millisecond
)

// takeTry reserves a try of the person. Its error is an *Error.
func (c *Client) takeTry(ctx context.Context, s Subject) (Try, error) {
	p := c.person
	try := Try{Person: p.pseudonym(s), ID: newTryID(), Limit: p.limit, Window: p.window}
	began := time.Now()
	var settled atomic.Bool // Take has ended, or nobody waits for it any more
	taken, err := aside.Ask(flight.Undated(ctx), p.desk, takeTimeout, func(ctx context.Context) (Taken, error) {
		defer func() {
			if settled.Swap(true) { // what was given back meanwhile was perhaps not counted yet
				c.giveBack(ctx, try)
			}
		}()
		return p.store.Take(ctx, try)
	})
	err = askable(err)
	if err != nil && !errors.Is(err, aside.ErrBusy) {
		settled.Store(true)
		go func() { // the store may have counted it all the same
			defer func() { _ = recover() }() // nobody is here who could
			c.returnTry(ctx, try)
		}()
	}
	switch {
	case (err != nil || !taken.OK) && ctx.Err() != nil: // whoever left is not told of a limit
		return try, left(ctx, "", " while the store of the limit per person was asked")
	case err != nil:
		c.storeEvent(StoreEvent{Store: "person", Operation: "take", Duration: time.Since(began), Reason: reasonOf(err)})
		return try, unsent(CodeStoreUnavailable, "", "the store of the limit per person failed, so nobody was asked", err)
	case !taken.OK:
		return try, triedTooOften(p.limit, p.window, taken.RetryAfter)
	}
	return try, nil
}

// returnTry gives a try back. The caller's leaving does not keep it counted.
func (c *Client) returnTry(ctx context.Context, try Try) {
	p := c.person
	began := time.Now()
	_, err := aside.Ask(context.WithoutCancel(ctx), p.desk, returnTimeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.store.Return(ctx, try)
	})
	if err != nil {
		c.storeEvent(StoreEvent{Store: "person", Operation: "return", Duration: time.Since(began), Reason: reasonOf(err)})
	}
}

// giveBack gives a try back from beside the call, when a Take that nobody waited
// for has ended.
func (c *Client) giveBack(ctx context.Context, try Try) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTimeout)
	defer cancel()
	if err := c.person.store.Return(ctx, try); err != nil {
		c.storeEvent(StoreEvent{Store: "person", Operation: "return", Duration: time.Since(began), Reason: reasonOf(err)})
	}
}

// reasonOf says why a question to a store did not go well.
func reasonOf(err error) StoreReason {
	err = askable(err)
	switch {
	case errors.Is(err, aside.ErrBusy), errors.Is(err, ErrStorePaused):
		return StorePaused
	case errors.Is(err, context.DeadlineExceeded):
		return StoreTimeout
	}
	return StoreFailed
}

func newTryID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}

func (p *personLimit) pseudonym(s Subject) string {
	mac := hmac.New(sha256.New, []byte(p.secret.Reveal()))
	mac.Write([]byte(plainNumber(s.IDNumber())))
	return hex.EncodeToString(mac.Sum(nil))
}

// plainNumber leaves a number that idcard accepts as it is. One that was sent
// unchecked must not become another person by a small x, a space or digits of
// another script, which a vendor may overlook.
func plainNumber(number string) string {
	return strings.Map(func(r rune) rune {
		if '！' <= r && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case unicode.Is(unicode.Nd, r):
			return '0' + digitOf(r)
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return -1
		}
		return unicode.ToUpper(r)
	}, number)
}

// digitOf is the value of a decimal digit of any script. The digits of a script
// follow one another, in tens.
func digitOf(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if uint16(r) >= t.Lo && uint16(r) <= t.Hi && r <= 0xffff {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if uint32(r) >= t.Lo && uint32(r) <= t.Hi {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}
