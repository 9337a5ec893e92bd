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

// TokenStore stores access tokens, so that several processes can share one. A client
// keeps its own copy and asks the store only when that needs replacing: when there is
// none, when it expires soon, and when the vendor refused it.
//
// A store that fails, hangs or ignores its context does not make calls fail. Load and
// Drop together have two seconds, but at most a third of the time left to any waiting
// caller; Save has two seconds, and no call waits for it. While 64 method calls have
// not returned, the store is not used.
//
// Methods are called concurrently, and should return when ctx ends, which also
// happens when no caller waits for the token any more. The key identifies one API key
// with its secret at one vendor address, and reveals none of them: a new secret gives
// a new key. A panic in Load or Drop is raised in the calls that wait for the token;
// a panic in Save is dropped.
type TokenStore interface {
	// Load returns the token kept under key. When ok is false there is none: this
	// client then fetches one and calls Save.
	//
	// To let only one of many processes fetch, Load may wait until ctx ends for a
	// token that another process is fetching: it returns ok == false to one
	// process, and the new token to the others. After Drop it is called once more.
	// The refused token, and the token that this client already holds, are not
	// used, whatever their expiry.
	Load(ctx context.Context, key string) (token Token, ok bool, err error)
	// Save keeps the token under key in place of any other.
	Save(ctx context.Context, key string, token Token) error
	// Drop deletes the token kept under key if it is still this one by Token.Equal:
	// another process may have renewed it already.
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

// NewMemoryStore returns an empty store.
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

// storeKey identifies a credential. It does not reveal the secret key, and nobody can
// compute it from the API key alone.
func storeKey(baseURL, apiKey, secretKey string) string {
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(strings.TrimRight(baseURL, "/") + "\x00" + apiKey))
	return Name + ":" + hex.EncodeToString(mac.Sum(nil))
}
