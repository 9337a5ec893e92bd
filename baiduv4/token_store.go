package baiduv4

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/idverify/idverify/internal/redact"
)

// TokenStore is where clients keep access tokens, so that several processes
// can share one. A client keeps a copy of its own and asks the store only when
// that needs replacing: when there is none, when it runs out soon, and when the
// vendor refused it.
//
// A store that fails, hangs or ignores its context makes no call fail. Load and
// Drop together have two seconds, and no more than a third of the time that a
// caller who waits has left; Save has two seconds, and nobody waits for it. The
// client does not wait longer for a method. While 64 method calls have not
// returned, the store is not used.
//
// Methods are called concurrently, and should return when ctx ends: that is also
// when nobody waits for the token any more. The key stands for one API key with its
// secret at one vendor address, and reveals none of them: a new secret has a new key.
// A panic of Load or Drop is passed on to the calls that wait for the token; one of
// Save, for which nobody waits, is dropped.
type TokenStore interface {
	// Load gives the token kept under key. When ok is false there is none: this
	// client fetches one and calls Save.
	//
	// Load may wait until ctx ends for a token that another process is fetching, so
	// that of many processes one fetches: it gives ok == false to one, and the new
	// token to the others. After Drop it is called once more. A token that is
	// the refused one, or the one that this client holds, is not taken,
	// whatever its expiry.
	Load(ctx context.Context, key string) (token Token, ok bool, err error)
	// Save keeps the token under key in place of any other.
	Save(ctx context.Context, key string, token Token) error
	// Drop forgets the token kept under key if it is still this one, as
	// Token.Equal compares: another process may have renewed it already.
	Drop(ctx context.Context, key string, token Token) error
}

// MemoryStore is a [TokenStore] in memory, which several clients may share.
// Its zero value is empty and ready.
type MemoryStore struct {
	storeMask

	mu     sync.Mutex
	tokens map[string]Token
}

type storeMask = redact.Mask[MemoryStore]

var _ TokenStore = (*MemoryStore)(nil)

// NewMemoryStore is an empty store.
func NewMemoryStore() *MemoryStore { return new(MemoryStore) }

// Load implements [TokenStore]. It never fails.
func (m *MemoryStore) Load(_ context.Context, key string) (Token, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	token, ok := m.tokens[key]
	return token, ok, nil
}

// Save implements [TokenStore]. It never fails.
func (m *MemoryStore) Save(_ context.Context, key string, token Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		m.tokens = map[string]Token{}
	}
	m.tokens[key] = token
	return nil
}

// Drop implements [TokenStore]. It never fails.
func (m *MemoryStore) Drop(_ context.Context, key string, token Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[key].Equal(token) {
		delete(m.tokens, key)
	}
	return nil
}

// storeKey names a credential without revealing it, also to who knows or guesses
// the API key.
func storeKey(baseURL, apiKey, secretKey string) string {
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(strings.TrimRight(baseURL, "/") + "\x00" + apiKey))
	return Name + ":" + hex.EncodeToString(mac.Sum(nil))
}
