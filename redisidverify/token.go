package redisidverify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// StoreSealed is the reason of an event about a token that none of the keys opens.
// Such a token counts as missing.
const StoreSealed idverify.StoreReason = "sealed"

// TokenOptions are the options of [NewTokenStore]. Keys is required.
type TokenOptions struct {
	// Keys seal the tokens: the first one seals, and all can open. To change the
	// key, first add the new one after the old one in all processes, then move it
	// to the front: processes that cannot open each other's tokens keep replacing
	// them.
	Keys []SealKey
	// Clock is the same as baiduv4.Config.HTTP.Clock. Default [time.Now].
	Clock func() time.Time
	// OnStore is called when an operation failed, was late or was not made: Store is
	// "token", Operation "load", "save" or "drop". It may be nil, and is called
	// concurrently. A panic in it is dropped.
	OnStore func(idverify.StoreEvent)
}

const (
	// leaseTime is how long one process may take to fetch a token before another
	// process gets the lease.
	leaseTime = 5 * time.Second
	// A client renews its token when a tenth of its life, but at most this much, is
	// left.
	renewAhead = 24 * time.Hour
	// The token is no longer given out a hundredth of its life before that, but at
	// most this much: the client's clock and Redis's differ.
	renewSpare = time.Minute
	// The interval at which a process that waits for another's token asks again.
	firstPoll, lastPoll = 20 * time.Millisecond, 200 * time.Millisecond
)

// TokenStore is a [baiduv4.TokenStore] in Redis. Tokens are sealed with AES-256-GCM.
// If many processes have no token, one of them fetches it and the others get it from
// Redis: Load waits for it until ctx ends, but at most 5 s for each fetching process.
// While Redis fails, every process fetches its own token.
type TokenStore struct {
	guard   *guard
	sealer  *sealer
	clock   func() time.Time
	onStore func(idverify.StoreEvent)

	mu     sync.Mutex
	leases map[string]string // leases that this process has or may have, by account
}

var _ baiduv4.TokenStore = (*TokenStore)(nil)

// NewTokenStore makes a store of tokens. It fails with CodeInvalidConfig and the field
// "client" or "Keys". It does not connect.
func NewTokenStore(client redis.Scripter, o TokenOptions) (*TokenStore, error) {
	if isNil(client) {
		return nil, misconfigured("client", "the client must not be nil")
	}
	sealer, err := newSealer(o.Keys)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &TokenStore{
		guard: newGuard(client, pause), sealer: sealer, clock: o.Clock, onStore: o.OnStore,
		leases: map[string]string{},
	}, nil
}

// String is all that a TokenStore prints.
func (*TokenStore) String() string { return "redisidverify.TokenStore" }

// Format implements [fmt.Formatter].
func (t *TokenStore) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue implements [slog.LogValuer].
func (t *TokenStore) LogValue() slog.Value { return slog.StringValue(t.String()) }

// account is the name of an account in Redis. key may contain anything, so it is
// hashed.
func account(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

func tokenKeys(account string) (token, lease string) {
	return "idverify:{t:" + account + "}:token", "idverify:{t:" + account + "}:lease"
}

// Load implements [baiduv4.TokenStore]. Its error is that of ctx, or names the kind
// of failure.
func (t *TokenStore) Load(ctx context.Context, key string) (baiduv4.Token, bool, error) {
	if t.guard == nil {
		return baiduv4.Token{}, false, errUnmade
	}
	began := time.Now()
	token, ok, err := t.load(ctx, account(key))
	t.failed(ctx, "load", began, err)
	return token, ok, err
}

// The answers of token_load.lua.
const (
	loadedToken = 1
	loadedLease = 2
	loadedWait  = 3
)

func (t *TokenStore) load(ctx context.Context, account string) (none baiduv4.Token, ok bool, err error) {
	token, lease := tokenKeys(account)
	caller, foreign := nonce(), ""
	release := func(r reply) { // the caller that would fetch may have left
		if n, _ := r.number(0); n == loadedLease {
			t.guard.undo(ctx, tokenSave, []string{token, lease}, "", 0, caller)
		}
	}
	for poll := firstPoll; ; {
		asked := t.clock()
		r, err := t.guard.run(ctx, release, tokenLoad, []string{token, lease},
			caller, leaseTime.Milliseconds(), renewAhead.Milliseconds(), renewSpare.Milliseconds(), foreign)
		if err != nil {
			t.holdLease(account, caller, false)
			return none, false, err
		}
		switch n, _ := r.number(0); n {
		case loadedLease:
			t.holdLease(account, caller, true)
			return none, false, nil
		case loadedToken:
			value, _ := r.text(1)
			left, ok := r.number(2)
			if !ok || value == foreign {
				return none, false, errAnswer
			}
			if opened, ok := t.sealer.open(account, value); ok {
				return baiduv4.NewToken(opened, asked.Add(times(left, time.Millisecond))), true, nil
			}
			if foreign == "" {
				t.tell(idverify.StoreEvent{Operation: "load", Reason: StoreSealed})
			}
			foreign = value // now ask for the lease
			continue
		case loadedWait:
		default:
			return none, false, errAnswer
		}
		if err := sleep(ctx, poll); err != nil {
			return none, false, err
		}
		poll = min(2*poll, lastPoll)
	}
}

// sleep waits for three quarters of d to d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d - time.Duration(rand.Int64N(int64(d)/4)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// holdLease records which lease Save gives back. A lease that this process may have
// does not replace one that it certainly has.
func (t *TokenStore) holdLease(account, caller string, certain bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, holds := t.leases[account]; certain || !holds {
		t.leases[account] = caller
	}
}

func (t *TokenStore) takeLease(account string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	caller := t.leases[account]
	delete(t.leases, account)
	return caller
}

// Save implements [baiduv4.TokenStore]. The token stays in Redis for the rest of its
// life; an expired token is not stored.
func (t *TokenStore) Save(ctx context.Context, key string, token baiduv4.Token) error {
	if t.guard == nil {
		return errUnmade
	}
	began := time.Now()
	of := account(key)
	at, lease := tokenKeys(of)
	left := max(0, token.ExpiresAt().Sub(t.clock()).Milliseconds())
	if token.IsZero() {
		left = 0
	}
	_, err := t.guard.run(ctx, nil, tokenSave, []string{at, lease}, t.sealer.seal(of, token.Reveal()), left, t.takeLease(of))
	t.failed(ctx, "save", began, err)
	return err
}

// Drop implements [baiduv4.TokenStore].
func (t *TokenStore) Drop(ctx context.Context, key string, token baiduv4.Token) error {
	began := time.Now()
	err := t.drop(ctx, account(key), token)
	t.failed(ctx, "drop", began, err)
	return err
}

func (t *TokenStore) drop(ctx context.Context, account string, token baiduv4.Token) error {
	at, _ := tokenKeys(account)
	r, err := t.guard.run(ctx, nil, tokenPeek, []string{at})
	if err != nil {
		return err
	}
	value, _ := r.text(0)
	if opened, ok := t.sealer.open(account, value); !ok || opened != token.Reveal() {
		return nil
	}
	_, err = t.guard.run(ctx, nil, tokenDrop, []string{at}, value)
	return err
}

// failed reports an error, unless the caller left, or waited for another process.
func (t *TokenStore) failed(ctx context.Context, operation string, began time.Time, err error) {
	if err == nil || ctx.Err() != nil && err == ctx.Err() { //nolint:errorlint // ctx's own error, and not one that wraps its like
		return
	}
	t.tell(idverify.StoreEvent{Operation: operation, Duration: time.Since(began), Reason: reasonOf(err)})
}

func (t *TokenStore) tell(e idverify.StoreEvent) {
	if t.onStore == nil {
		return
	}
	defer func() { _ = recover() }()
	e.Store = "token"
	t.onStore(e)
}
