package idverify

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/idverify/idverify/internal/redact"
)

// Question is what a [Provider] is asked: whether the face in this evidence is this
// person. It has been checked: name and number are folded, and the evidence has a
// form that the provider accepts. Only [Request.Question] makes one. It prints
// masked.
type Question struct {
	subject   Subject
	evidence  Evidence
	reference string
}

// Question checks the request and makes the question for a provider, with the first
// evidence that it accepts. It fails as [Request.Validate] does, and with
// CodeUnsupportedEvidence when the provider accepts none; a nil provider is
// CodeInvalidConfig. Nothing is opened or sent.
func (r *Request) Question(p Provider) (*Question, error) {
	subject, err := r.check()
	if err != nil {
		return nil, err
	}
	if isNil(p) {
		return nil, misconfigured("p", "the provider must not be nil")
	}
	evidence, ok := accepted(p, r)
	if !ok {
		return nil, refused(CodeUnsupportedEvidence, "Evidence", "none of the evidence given is of a form that this vendor reads")
	}
	return &Question{subject, evidence, r.Reference}, nil
}

// accepted is the first evidence of a request that the provider accepts.
func accepted(p Provider, req *Request) (Evidence, bool) {
	for _, ev := range req.Evidence {
		if !isNil(ev) && p.Accepts(ev) {
			return ev, true
		}
	}
	return nil, false
}

// Subject is the person. A zero Question has no name in it.
func (q *Question) Subject() Subject {
	if q == nil {
		return Subject{}
	}
	return q.subject
}

// Evidence is the face. It is nil in a zero Question.
func (q *Question) Evidence() Evidence {
	if q == nil {
		return nil
	}
	return q.evidence
}

// Reference is the caller's own id for the call, and may be empty; see
// [Request.Reference].
func (q *Question) Reference() string {
	if q == nil {
		return ""
	}
	return q.reference
}

// WithEvidence returns the question about the same person with other evidence, for
// a wrapper of a Provider that replaces the evidence. The provider must accept the
// new form.
func (q *Question) WithEvidence(ev Evidence) *Question {
	if q == nil {
		return nil
	}
	own := *q
	own.evidence = ev
	return &own
}

// Keep stores a value until the call is over, for the case that the provider is asked
// again within the same call. Kept returns it, or nil. key should be of a type of the
// provider's own, as for [context.WithValue].
func (q *Question) Keep(key, value any) {
	m := q.Subject().reveal().notes
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[any]any{}
	}
	m.kept[key] = value
}

// Kept returns what [Question.Keep] stored.
func (q *Question) Kept(key any) any {
	m := q.Subject().reveal().notes
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key]
}

// String is the kind of the evidence, such as "question(photo)".
func (q Question) String() string {
	if q.evidence == nil {
		return "question()"
	}
	return "question(" + q.evidence.EvidenceKind() + ")"
}

// Format implements [fmt.Formatter]: every verb prints String.
func (q Question) Format(f fmt.State, verb rune) { redact.Format(f, verb, q.String()) }

// LogValue implements [slog.LogValuer].
func (q Question) LogValue() slog.Value { return slog.StringValue(q.String()) }

// MarshalText returns String, because a question is not meant to be stored.
func (q Question) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// VerifyWith asks one provider. A provider's own method Verify calls it, so that the
// provider is a [Verifier] too. Errors name the provider, and what the provider
// returns is checked with [HoldToContract]. A nil provider is refused with
// CodeInvalidConfig and the field "p".
func VerifyWith(ctx context.Context, p Provider, req *Request) (*Result, error) {
	if isNil(p) {
		return nil, misconfigured("p", "the provider must not be nil")
	}
	q, err := req.Question(p)
	if err != nil {
		return HoldToContract(p.Name(), nil, err)
	}
	res, err := p.Ask(ctx, q)
	return HoldToContract(p.Name(), res, err)
}
