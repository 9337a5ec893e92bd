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

// PersonStore counts tries per person. It is an interface, so that many processes
// can share one count; [NewMemoryPersonStore] counts within this process. Methods
// are called concurrently. An error's text is not printed.
//
// Time is measured by the store's own clock: a process whose clock is wrong must
// not widen the window. During a rolling deployment two limits or windows may be in
// use: each Take applies its own to the tries counted so far.
type PersonStore interface {
	// Take counts a try, unless try.Limit other tries are already counted within
	// try.Window. Checking and counting are one atomic step: of concurrent calls no
	// more than the limit get OK. A try that is already counted gets OK and is not
	// counted twice. The context ends after two seconds at the latest; if the store
	// fails or is late, the call is refused.
	Take(ctx context.Context, try Try) (Taken, error)
	// Return takes a try back, because no vendor looked at the person. Returning a
	// try that is not counted, or was returned before, does nothing. The context
	// ends after 300 ms, and does not end with the caller's; after an error the try
	// stays counted.
	Return(ctx context.Context, try Try) error
}

// Try is one call about a person.
type Try struct {
	// Person is 64 hexadecimal digits, which only a holder of the secret of
	// [WithPersonLimit] can compute from an ID number. It is a pseudonym and still
	// personal data: keep it no longer than Window.
	Person string
	// ID is 32 random hexadecimal digits for this call.
	ID string
	// Limit is how many tries Window allows, 1 or more. Window is above 0.
	Limit  int
	Window time.Duration
}

// Taken is the answer to a Take. RetryAfter is the time until the next try is
// allowed, when OK is false.
type Taken struct {
	OK         bool
	RetryAfter time.Duration
}

const maxPersonTries = 1000

// PersonLimit is how often a person may be tried. Secret, Tries and Window are
// required. It prints without the secret, except where fmt bypasses its methods: do
// not keep it in an unexported field of a struct that is printed.
type PersonLimit struct {
	personLimitMask

	// Secret is at least 32 random bytes, the same for all processes that share
	// Store. It is copied.
	Secret []byte
	// Tries is how many calls about one person are allowed within Window: 1 to
	// 1,000.
	Tries int
	// Window is the length of the sliding window in which tries are counted,
	// above 0.
	Window time.Duration
	// Store counts the tries. Default [NewMemoryPersonStore].
	Store PersonStore
}

type personLimitMask = redact.Mask[PersonLimit]

// personLimit is what WithPersonLimit configured; nil means no limit.
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

// takeTry counts a try of the person before a vendor is asked. Its error is an
// *Error.
func (c *Client) takeTry(ctx context.Context, s Subject) (Try, error) {
	p := c.person
	try := Try{Person: p.pseudonym(s), ID: newTryID(), Limit: p.limit, Window: p.window}
	began := time.Now()
	var abandoned atomic.Bool // nobody waits for Take any more
	taken, err := aside.Ask(flight.Undated(ctx), p.desk, takeTimeout, func(ctx context.Context) (Taken, error) {
		defer func() {
			if abandoned.Load() { // the Return below may have come before the try was counted, so return it again
				c.giveBack(ctx, try)
			}
		}()
		return p.store.Take(ctx, try)
	})
	err = askable(err)
	if err != nil && !errors.Is(err, aside.ErrBusy) {
		abandoned.Store(true)
		go func() { // the store may have counted it before it failed
			defer func() { _ = recover() }() // no caller is left to recover it
			c.returnTry(ctx, try)
		}()
	}
	switch {
	case (err != nil || !taken.OK) && ctx.Err() != nil: // a caller who has left gets no error about the limit
		return try, left(ctx, "", " while the store of the limit per person was asked")
	case err != nil:
		c.storeEvent(StoreEvent{Store: "person", Operation: "take", Duration: time.Since(began), Reason: reasonOf(err)})
		return try, unsent(CodeStoreUnavailable, "", "the store of the limit per person failed, so no vendor was asked", err)
	case !taken.OK:
		return try, triedTooOften(p.limit, p.window, taken.RetryAfter)
	}
	return try, nil
}

// returnTry returns a try. It does so also when the caller has left.
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

// giveBack returns a try from a goroutine of its own, for a Take that nobody waits
// for any more.
func (c *Client) giveBack(ctx context.Context, try Try) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), returnTimeout)
	defer cancel()
	if err := c.person.store.Return(ctx, try); err != nil {
		c.storeEvent(StoreEvent{Store: "person", Operation: "return", Duration: time.Since(began), Reason: reasonOf(err)})
	}
}

// reasonOf says why a call of a store failed.
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

// plainNumber normalises a number that was sent unchecked; one that idcard accepts
// stays as it is. Otherwise a lower-case x, a space or digits of another script,
// which a vendor may ignore, would count as another person.
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

// digitOf returns the value of a decimal digit of any script. Unicode lists the ten
// digits of a script one after another.
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
