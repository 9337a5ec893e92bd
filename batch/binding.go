package batch

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/pseudonym"
	"github.com/idverify/idverify/internal/redact"
)

const printLength = 32 // hexadecimal digits behind a row's key

// binding makes the key under which the journal stores a row, from the row's own
// key and the person (and evidence) it asks about.
type binding struct {
	secret   redact.Secret
	evidence bool
}

// newBinding copies the secret.
func newBinding(secret []byte) (binding, *idverify.Error) {
	own, problem := pseudonym.Secret(secret)
	if problem != "" {
		return binding{}, misconfigured("WithJournal.secret", problem, nil)
	}
	return binding{secret: own}, nil
}

// id differs between runs that would store the same row under different keys.
func (b binding) id() string {
	what := "person"
	if b.evidence {
		what = "person and evidence"
	}
	return pseudonym.Of(b.secret, "idverify batch", what)
}

// of returns the journal's key for a row. It does not show that two rows are about
// the same person. Bound evidence is compared with what was read: the request is
// the run's own, and gets the copies.
func (b binding) of(ctx context.Context, req *idverify.Request) (string, error) {
	subject, err := req.Subject()
	if err != nil {
		return "", err
	}
	texts := []string{req.IdempotencyKey, subject.Name(), subject.IDNumber()}
	if b.evidence {
		held, digest, err := idverify.HoldEvidence(ctx, req.Evidence, readingTime)
		if err != nil {
			return "", err
		}
		req.Evidence = held
		texts = append(texts, hex.EncodeToString(digest[:]))
	}
	return req.IdempotencyKey + ":" + pseudonym.OfRow(b.secret, texts...)[:printLength], nil
}

// readingTime is how long the evidence of one row may take to read.
const readingTime = time.Minute
