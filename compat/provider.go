package compat

import (
	"context"

	"github.com/idverify/idverify"
)

// Badge is evidence of one's own: the id of a picture that the gate took.
type Badge string

// EvidenceKind implements idverify.Evidence.
func (Badge) EvidenceKind() string { return "gate.badge" }

// EvidenceContent implements idverify.ContentEvidence.
func (b Badge) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text(string(b))
	return b
}

// Gate is a provider of one's own: it compares in house, free of charge.
type Gate struct {
	rule   idverify.Rule
	scores map[Badge]float64
}

var (
	_ idverify.Evidence        = Badge("")
	_ idverify.ContentEvidence = Badge("")
	_ idverify.Verifier        = (*Gate)(nil)
	_ idverify.Provider        = (*Gate)(nil)
	_ idverify.FARProvider     = (*Gate)(nil)
)

// NewGate makes a gate that has compared these badges already.
func NewGate(scores map[Badge]float64) *Gate {
	return &Gate{scores: scores, rule: idverify.Rule{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5,
		FAR: []idverify.FARStep{{Threshold: 0.5, Rate: 1e-3}, {Threshold: 0.9, Rate: 1e-5}},
	}}
}

// Name implements idverify.Provider.
func (*Gate) Name() string { return "gate" }

// Accepts implements idverify.Provider.
func (*Gate) Accepts(ev idverify.Evidence) bool { _, ok := ev.(Badge); return ok }

// WithMaxFAR implements idverify.FARProvider.
func (g *Gate) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := g.rule.WithMaxFAR(rate)
	if err != nil {
		return nil, err
	}
	return &Gate{rule, g.scores}, nil
}

// Verify implements idverify.Verifier.
func (g *Gate) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, g, req)
}

// Ask implements idverify.Provider.
func (g *Gate) Ask(_ context.Context, q *idverify.Question) (*idverify.Result, error) {
	badge, ok := q.Evidence().(Badge)
	if !ok {
		return nil, &idverify.Error{Code: idverify.CodeInvalidRequest, Vendor: g.Name(), Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent}
	}
	score, known := g.scores[badge]
	if !known {
		return nil, &idverify.Error{Code: idverify.CodeEvidenceExpired, Vendor: g.Name(), Billed: idverify.BilledNo}
	}
	check, err := g.rule.Check(score)
	if err != nil {
		return nil, &idverify.Error{Code: idverify.CodeBadResponse, Vendor: g.Name(), Billed: idverify.BilledNo, Err: err}
	}
	code := idverify.CodeFaceMismatch
	if check.Passed {
		code = idverify.CodeMatch
	}
	return &idverify.Result{Code: code, Vendor: g.Name(), Billed: idverify.BilledNo, Checks: []idverify.Check{check}}, nil
}
