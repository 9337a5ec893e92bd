package baiduv4

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/idverify/idverify/internal/redact"
)

// TokenStore is where clients keep access tokens, so that several processes
// can share one. A client keeps a copy of its own and asks the store only when
// that needs replacing; a store that fails never makes a call fail.
//
// Methods are called concurrently. They must return when ctx ends, which is
// when nobody waits for the token any more, or after two seconds. The key
// stands for one account at one vendor address, and reveals neither. A panic of
// Load or Drop is passed on to the calls that wait for the token; one of Save,
// for which nobody waits, is dropped.
type TokenStore interface {
	// Load gives the token kept under key; ok is false when there is none.
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

// storeKey names a credential without revealing it.
func storeKey(baseURL, apiKey string) string {
	sum := sha256.Sum256([]byte(strings.TrimRight(baseURL, "/") + "\x00" + apiKey))
	return Name + ":" + hex.EncodeToString(sum[:])
}
