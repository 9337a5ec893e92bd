package otelidverify

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/idverify/idverify"
)

// claims reports the wait for another process that has claimed the same question. The
// ledger's id of the question is never reported.
type claims struct{ tracer tracer }

func (c claims) begin(ctx context.Context, _ idverify.ClaimStart) (context.Context, func(idverify.ClaimEnd)) {
	if c.tracer.off {
		return nil, nil
	}
	ctx, span := c.tracer.Start(ctx, "idverify.claim")
	return ctx, func(e idverify.ClaimEnd) { endClaim(span, e) }
}

func endClaim(span trace.Span, e idverify.ClaimEnd) {
	defer span.End()
	switch e.State {
	case idverify.ClaimMine, idverify.ClaimHeld, idverify.ClaimKept, idverify.ClaimAmbiguous, idverify.ClaimConflict:
		span.SetAttributes(attribute.String("idverify.claim.state", string(e.State)))
	case "":
		code := codeOf(idverify.CodeStoreUnavailable)
		span.SetAttributes(errorKey.String(code))
		span.SetStatus(codes.Error, code)
	default: // a state from a foreign ledger
		span.SetAttributes(attribute.String("idverify.claim.state", other))
	}
}
