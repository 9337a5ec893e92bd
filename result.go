package idverify

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Result is a decision. Its zero value is no decision, and not a pass.
//
// It marshals to JSON for storing and forwarding, with the names given in the
// tags below and with "passed" and "advice" added; reading it back gives an
// equal Result but for VendorMessage and Reply, which are left out because a
// vendor's free text and typed reply may speak of the person. For the same
// reason a VendorCode or RequestID that does not look like one is "[hidden]".
type Result struct {
	// Code is a decision: Code.IsDecision is true for it.
	Code Code `json:"code"`
	// Vendor is the name of the provider that decided.
	Vendor string `json:"vendor"`
	// RequestID is the vendor's id of the call, which its support asks for.
	// Empty where the vendor gives none, and "[hidden]" where what it gives tells
	// of the person or a key, or does not look like an id; of the latter the Reply
	// then has more.
	RequestID string `json:"request_id,omitempty"`
	// VendorCode and VendorReason are the vendor's own words for the decision
	// where it has any, as its code table lists them.
	VendorCode   string `json:"vendor_code,omitempty"`
	VendorReason string `json:"vendor_reason,omitempty"`
	// VendorMessage is the vendor's free text, from which what the request said
	// of the person and the credentials were taken out, at most 4 KiB. Its Reveal
	// gives it.
	VendorMessage Sensitive `json:"-"`
	// HTTPStatus is the status of the answer.
	HTTPStatus int `json:"http_status,omitempty"`
	// Billed is whether the vendor charges for the call.
	Billed Billed `json:"billed"`
	// Checks are all scores and verdicts that came, passed or not. Empty when the
	// vendor decided before comparing.
	Checks []Check `json:"checks,omitempty"`
	// Warnings are circumstances that did not change the decision.
	Warnings []Warning `json:"warnings,omitempty"`
	// Attempts are the legs of a [Client]'s call in order: the last one decided,
	// or an earlier one that found no photo. Each may have been billed. Empty
	// when a provider was asked without a Client.
	Attempts []Attempt `json:"attempts,omitempty"`
	// At is when the decision was made, by this machine's clock; a kept decision
	// keeps its own. Zero when a provider was asked without a Client.
	At time.Time `json:"at,omitzero"`
	// Origin is where the decision comes from. Only what a vendor was asked for
	// was paid now. Empty when a provider was asked without a Client.
	Origin Origin `json:"origin,omitempty"`
	// Reply is the vendor's typed reply; [Result.As] reads it.
	Reply any `json:"-" xml:"-" yaml:"-"`

	advice Advice // the call's, where it is not the code's
}

// Origin says where an answer of a [Client] comes from.
type Origin string

// The origins. Attempts and bill of all but the first belong to another call, or
// there are none.
const (
	OriginVendor  Origin = "vendor"  // a vendor was asked by this call
	OriginShared  Origin = "shared"  // another caller's call with the same key
	OriginStore   Origin = "store"   // the [ResultStore]
	OriginLedger  Origin = "ledger"  // the [Ledger]: an earlier call, or one of another process
	OriginRefused Origin = "refused" // nobody was asked
)

// last is a copy of a decision as a call's last word.
func (r *Result) last(attempts []Attempt, more bool) *Result {
	own := *r
	own.Attempts, own.Origin, own.At = attempts, OriginVendor, time.Now().UTC().Round(0)
	if !more && own.Code.Advice() == AdviceTryAnotherVendor {
		own.advice = AdviceReview
	}
	return &own
}

// from is a copy of a decision with its origin, unless a store or a ledger gave it.
func (r *Result) from(origin Origin) *Result {
	own := *r
	if own.Origin != OriginStore && own.Origin != OriginLedger {
		own.Origin = origin
	}
	return &own
}

// Warning is a circumstance worth knowing that did not change the decision.
type Warning string

const (
	// WarnPrivateUseName: the name has a character from Unicode's private use
	// area, which means something else on every system. When name and number
	// do not agree, this is the first thing to look at.
	WarnPrivateUseName Warning = "name_has_private_use_character"
	// WarnBlankInName: there is white space between Han characters, where the
	// interval dot may be lost, as in 阿迪力 买买提. It was sent as it is.
	WarnBlankInName Warning = "name_has_blank"
	// WarnRadicalInName: the name was given with a part of a character, U+2E80 to
	// U+2FD5, instead of a character, as text out of PDF files has it. What
	// looks the same was sent as the character, others as they are.
	WarnRadicalInName Warning = "name_has_radical"
	// WarnCompatibilityName: the name has a compatibility ideograph, which Unicode
	// has a second time under another code. It was sent as it is.
	WarnCompatibilityName Warning = "name_has_compatibility_ideograph"
	// WarnRareName: the name has a character of Unicode's planes 2 and 3, which not
	// every system has. It was sent as it is.
	WarnRareName Warning = "name_has_rare_character"
	// WarnRoundedNumber: the ID number ends in 000, as a spreadsheet leaves it that
	// keeps 15 digits of a number, and its check digit fits all the same. If it was
	// rounded, it is another person's.
	WarnRoundedNumber Warning = "id_number_may_be_rounded"
	// WarnRiskyDevice: the vendor rates the device that recorded the capture
	// as suspicious or dangerous.
	WarnRiskyDevice Warning = "risky_device"
	// WarnClockSkew: this machine's clock is more than 30 s from the vendor's, so
	// requests to it are signed for the vendor's time from now on. It comes with
	// one result, and with the next whenever the difference has changed: put the
	// clock right.
	WarnClockSkew Warning = "clock_skew"
	// WarnThresholdBelowRecommended: a threshold or check of the configuration is
	// milder than the vendor recommends, or a recommended check is turned off.
	WarnThresholdBelowRecommended Warning = "threshold_below_recommended"
	// WarnPhotoRotatedByEXIF: the photo's EXIF data say that it has to be turned or
	// mirrored before it is shown. It was sent as it is, and a vendor that does not
	// heed EXIF saw it on its side. An error with CodeNoFace or CodePoorPhoto says so
	// in its Detail.
	WarnPhotoRotatedByEXIF Warning = "photo_rotated_by_exif"
	// WarnNumberUsedInAttacks: the vendor has met attacks on its liveness checks under
	// this ID number before. Its owner may be the victim.
	WarnNumberUsedInAttacks Warning = "id_number_used_in_attacks"
	// WarnReferenceMonochrome: the source's photo of the person is black and white,
	// and scores are lower than otherwise.
	WarnReferenceMonochrome Warning = "reference_photo_monochrome"
)

// Passed reports whether this is the person: the code is CodeMatch, a
// similarity check stands in Checks, however decided, and no check failed. It is
// worked out from what each check rests on, see [Check.Holds]: where a threshold
// decides, a Check that only says Passed has not. A nil Result has not passed.
func (r *Result) Passed() bool {
	if r == nil || r.Code != CodeMatch {
		return false
	}
	compared := false
	for _, c := range r.Checks {
		if !c.Passed || !c.Holds() {
			return false
		}
		compared = compared || c.Kind == CheckSimilarity
	}
	return compared
}

// Advice says what to do now. A [Client]'s decision is the call's last word: it
// does not send the caller to another vendor when there is none left to ask. A
// Result that says CodeMatch without having
// earned it, as [Result.Passed] defines it, is to be reviewed by hand.
func (r *Result) Advice() Advice {
	if r == nil || r.Code == CodeMatch && !r.Passed() {
		return AdviceReview
	}
	if r.advice != "" {
		return r.advice
	}
	return r.Code.Advice()
}

// Check is the check of a kind, and whether there is one.
func (r *Result) Check(kind CheckKind) (Check, bool) {
	if r == nil {
		return Check{}, false
	}
	for _, c := range r.Checks {
		if c.Kind == kind {
			return c, true
		}
	}
	return Check{}, false
}

// ReplyAs gives the vendor's own typed reply of what [Verifier.Verify] returned, for
// what only that vendor says:
//
//	res, err := client.Verify(ctx, req)
//	if reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, err); ok { … reply.RiskLevel … }
//
// After a failover it is the reply of the last vendor that answered with this type.
func ReplyAs[T any](res *Result, err error) (T, bool) {
	if res != nil {
		if reply, ok := res.Reply.(T); ok {
			return reply, true
		}
		return replyOf[T](res.Attempts)
	}
	var e *Error
	if errors.As(askable(err), &e) && e != nil {
		if reply, ok := e.Reply.(T); ok {
			return reply, true
		}
		return replyOf[T](e.Attempts)
	}
	var none T
	return none, false
}

func replyOf[T any](attempts []Attempt) (T, bool) {
	for _, a := range slices.Backward(attempts) {
		if a.Err == nil {
			continue
		}
		if reply, ok := ReplyAs[T](nil, a.Err); ok {
			return reply, true
		}
	}
	var none T
	return none, false
}

// MarshalJSON implements [json.Marshaler].
func (r Result) MarshalJSON() ([]byte, error) {
	type fields Result
	r.VendorCode, r.RequestID = redact.Word(r.VendorCode), redact.Word(r.RequestID)
	return json.Marshal(struct {
		fields
		Passed bool   `json:"passed"`
		Advice Advice `json:"advice"`
	}{fields(r), r.Passed(), r.Advice()})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *Result) UnmarshalJSON(text []byte) error {
	type fields Result
	own := *r
	read := struct {
		*fields
		Advice Advice `json:"advice"`
	}{fields: (*fields)(&own)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err // and nothing was taken over of what cannot be read
	}
	own.advice = milder(own.Code.Advice(), read.Advice)
	*r = own
	return nil
}

// String is one line for a log: what was decided, by whom, the checks, billed.
// It holds nothing of the person.
func (r Result) String() string {
	parts := []string{}
	for _, c := range r.Checks {
		parts = append(parts, c.String())
	}
	parts = append(parts, vendorFacts(r.VendorCode, r.VendorReason, r.HTTPStatus, r.RequestID)...)
	parts = append(parts, "billed "+r.Billed.String(), "advice "+string(r.Advice()))
	return fmt.Sprintf("%s: %s (%s)", redact.Word(r.Vendor), redact.Word(string(r.Code)), strings.Join(parts, ", "))
}

// Format implements [fmt.Formatter]: every verb prints String.
func (r Result) Format(s fmt.State, verb rune) { redact.Format(s, verb, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Result) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("code", redact.Word(string(r.Code))),
		slog.Bool("passed", r.Passed()),
		slog.String("vendor", redact.Word(r.Vendor)),
		slog.String("request_id", redact.Word(r.RequestID)),
		slog.String("vendor_code", redact.Word(r.VendorCode)),
		slog.String("billed", r.Billed.String()),
		slog.String("advice", string(r.Advice())),
	}
	if c, ok := r.Check(CheckSimilarity); ok {
		if way := c.DecidedBy.known(); way != DecidedByThreshold {
			attrs = append(attrs, slog.String("decided_by", redact.Word(string(way))))
		}
		if c.DecidedBy != DecidedByVendor {
			attrs = append(attrs, slog.Float64("margin", c.Margin))
		}
	}
	if len(r.Warnings) > 0 {
		words := make([]string, len(r.Warnings))
		for i, w := range r.Warnings {
			words[i] = redact.Word(string(w))
		}
		attrs = append(attrs, slog.String("warnings", strings.Join(words, " ")))
	}
	return redact.Attrs(attrs...)
}
