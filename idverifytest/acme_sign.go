//go:build acme

package idverifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	acmeAlgorithm = "ACME-HMAC-SHA256"
	acmeTolerance = 5 * time.Minute
	acmeWrong     = 10    // wrong signatures in a row that lock the key
	acmeNonces    = 10000 // nonces that are remembered
)

// acmeKeys is the state of the vendor's only key: the last nonces, and until when
// it is locked.
type acmeKeys struct {
	mu     sync.Mutex
	nonces map[string]bool
	order  []string
	wrong  int
	locked time.Time
}

// enter returns the code for what is wrong with a request's signature, or an empty
// string.
func (k *acmeKeys) enter(now time.Time, r *http.Request, digest string) string {
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Acme-Date"))
	nonce, signed := r.Header.Get("X-Acme-Nonce"), acmeSigned(r, digest)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case now.Before(k.locked):
		return "Auth.Locked"
	case err != nil, !signed, nonce == "":
		if k.wrong++; k.wrong == acmeWrong {
			k.wrong, k.locked = 0, now.Add(acmeTolerance)
		}
		return "Auth.Signature"
	case now.Sub(at).Abs() > acmeTolerance:
		return "Auth.Expired"
	case k.nonces[nonce]:
		return "Auth.Signature"
	}
	k.wrong = 0
	k.remember(nonce)
	return ""
}

func (k *acmeKeys) remember(nonce string) {
	if k.nonces == nil {
		k.nonces = map[string]bool{}
	}
	if len(k.order) == acmeNonces {
		delete(k.nonces, k.order[0])
		k.order = k.order[1:]
	}
	k.nonces[nonce] = true
	k.order = append(k.order, nonce)
}

// acmeSigned checks the header Authorization: a signature of method, path, query,
// the headers that it names and the digest of the body. These headers must be among
// them.
func acmeSigned(r *http.Request, digest string) bool {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), acmeAlgorithm+" ")
	fields := strings.Split(rest, ", ")
	if !ok || len(fields) != 3 || fields[0] != "Credential="+AcmeKeyID {
		return false
	}
	list, isList := strings.CutPrefix(fields[1], "SignedHeaders=")
	signature, isSignature := strings.CutPrefix(fields[2], "Signature=")
	names := strings.Split(list, ";")
	if !isList || !isSignature || !slices.IsSorted(names) {
		return false
	}
	for _, needed := range []string{"content-type", "host", "x-acme-date", "x-acme-nonce"} {
		if !slices.Contains(names, needed) {
			return false
		}
	}
	text := r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n"
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		text += name + ":" + value + "\n"
	}
	hash := sha256.Sum256([]byte(text + "\n" + list + "\n" + digest))
	date := r.Header.Get("X-Acme-Date")
	key := acmeMAC([]byte(AcmeKeySecret), date[:min(len(date), 8)])
	want := acmeMAC(key, acmeAlgorithm+"\n"+date+"\n"+hex.EncodeToString(hash[:]))
	return hmac.Equal([]byte(signature), []byte(hex.EncodeToString(want)))
}

func acmeMAC(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
