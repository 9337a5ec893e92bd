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
// It marshals to JSON for storing and forwarding, with the names in the tags below
// and with "passed" and "advice" added. Reading it back gives an equal Result
// except for VendorMessage and Reply, which are left out because the vendor's free
// text and typed reply may contain personal data. For the same reason a VendorCode
// or RequestID that does not look like one is "[hidden]".
type Result struct {
	// Code is a decision: Code.IsDecision is true for it.
	Code Code `json:"code"`
	// Vendor is the name of the provider that decided.
	Vendor string `json:"vendor"`
	// RequestID is the vendor's id of the call, which the vendor's support asks
	// for. It is empty where the vendor gives none, and "[hidden]" where the value
	// contains personal data or a key, or does not look like an id; in the last
	// case Reply has the value.
	RequestID string `json:"request_id,omitempty"`
	// VendorCode and VendorReason are the vendor's own code and reason for the
	// decision, if any, as its code table lists them.
	VendorCode   string `json:"vendor_code,omitempty"`
	VendorReason string `json:"vendor_reason,omitempty"`
	// VendorMessage is the vendor's free text, at most 4 KiB, with the request's
	// personal data and the credentials removed. Its Reveal returns it.
	VendorMessage Sensitive `json:"-"`
	// HTTPStatus is the status of the answer.
	HTTPStatus int `json:"http_status,omitempty"`
	// Billed is whether the vendor charges for the call.
	Billed Billed `json:"billed"`
	// Checks are all scores and verdicts in the answer, passed or not. Empty when
	// the vendor decided before comparing.
	Checks []Check `json:"checks,omitempty"`
	// Warnings are circumstances that did not change the decision.
	Warnings []Warning `json:"warnings,omitempty"`
	// Attempts are the attempts of a [Client]'s call in order: the last one
	// decided, or an earlier one that found no reference photo. Each may have been
	// billed. Empty when a provider was asked without a Client.
	Attempts []Attempt `json:"attempts,omitempty"`
	// At is when the decision was made, by this machine's clock; a kept decision
	// keeps its original time. Zero when a provider was asked without a Client.
	At time.Time `json:"at,omitzero"`
	// Origin is where the decision comes from. Only with OriginVendor was this
	// decision paid for by this call. Empty when a provider was asked without a
	// Client.
	Origin Origin `json:"origin,omitempty"`
	// Reply is the vendor's typed reply; [ReplyAs] reads it.
	Reply any `json:"-" xml:"-" yaml:"-"`

	advice Advice // the call's, where it differs from the code's
}

// Origin says where an answer of a [Client] comes from.
type Origin string

// The origins. With any but the first, Attempts and Billed belong to another call,
// or are empty.
const (
	OriginVendor  Origin = "vendor"  // this call asked a vendor
	OriginShared  Origin = "shared"  // another caller's call with the same key
	OriginStore   Origin = "store"   // the [ResultStore]
	OriginLedger  Origin = "ledger"  // the [Ledger]: an earlier call, or one of another process
	OriginRefused Origin = "refused" // no vendor was asked
)

// last returns a copy of a decision as the call's final outcome.
func (r *Result) last(attempts []Attempt, more bool) *Result {
	own := *r
	own.Attempts, own.Origin, own.At = attempts, OriginVendor, time.Now().UTC().Round(0)
	if !more && own.Code.Advice() == AdviceTryAnotherVendor {
		own.advice = AdviceReview
	}
	return &own
}

// from returns a copy of a decision with its origin, unless it came from a store or
// a ledger.
func (r *Result) from(origin Origin) *Result {
	own := *r
	if own.Origin != OriginStore && own.Origin != OriginLedger {
		own.Origin = origin
	}
	return &own
}

// Warning is a circumstance that is worth knowing but did not change the decision.
type Warning string

const (
	// WarnPrivateUseName: the name has a character from Unicode's private use area,
	// which has a different meaning on every system. When name and number do not
	// match, check this first.
	WarnPrivateUseName Warning = "name_has_private_use_character"
	// WarnBlankInName: there is white space between Han characters, perhaps in
	// place of a lost interval dot, as in 阿迪力 买买提. It was sent as it is.
	WarnBlankInName Warning = "name_has_blank"
	// WarnRadicalInName: the name was given with a radical, U+2E80 to U+2FD5, in
	// place of a character, as happens in text copied from PDF files. Radicals that
	// look the same as a character were sent as that character, others unchanged.
	WarnRadicalInName Warning = "name_has_radical"
	// WarnCompatibilityName: the name has a compatibility ideograph, which
	// duplicates another character in Unicode. It was sent as it is.
	WarnCompatibilityName Warning = "name_has_compatibility_ideograph"
	// WarnRareName: the name has a character from Unicode's planes 2 and 3, which
	// not every system supports. It was sent as it is.
	WarnRareName Warning = "name_has_rare_character"
	// WarnRoundedNumber: the ID number ends in 000, as when a spreadsheet keeps
	// only 15 digits of a number, and yet its check digit fits. If it was rounded,
	// it belongs to another person.
	WarnRoundedNumber Warning = "id_number_may_be_rounded"
	// WarnRiskyDevice: the vendor rates the device that recorded the capture
	// as suspicious or dangerous.
	WarnRiskyDevice Warning = "risky_device"
	// WarnClockSkew: this machine's clock differs from the vendor's by more than 30
	// s, so requests to that vendor are now signed with the vendor's time. It comes
	// with one result, and again whenever the difference changes: correct the
	// clock.
	WarnClockSkew Warning = "clock_skew"
	// WarnThresholdBelowRecommended: a configured threshold or check is more
	// lenient than the vendor recommends, or a recommended check is turned off.
	WarnThresholdBelowRecommended Warning = "threshold_below_recommended"
	// WarnPhotoRotatedByEXIF: according to the photo's EXIF data, it has to be turned
	// or mirrored before it is shown. It was sent unchanged, and a vendor that
	// ignores EXIF saw it rotated. An error with CodeNoFace or CodePoorPhoto says so
	// in its Detail.
	WarnPhotoRotatedByEXIF Warning = "photo_rotated_by_exif"
	// WarnNumberUsedInAttacks: the vendor has seen attacks on its liveness checks with
	// this ID number before. Its owner may be the victim.
	WarnNumberUsedInAttacks Warning = "id_number_used_in_attacks"
	// WarnReferenceMonochrome: the source's photo of the person is black and white,
	// which lowers scores.
	WarnReferenceMonochrome Warning = "reference_photo_monochrome"
)

// Passed reports whether this is the person: the code is CodeMatch, Checks contains
// a passed similarity check, and no check failed. It is computed from the numbers
// of each check, see [Check.Holds]: where a threshold decides, setting Check.Passed
// is not enough. A nil Result has not passed.
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

// Advice says what to do now. The advice of a [Client]'s decision is about the
// whole call: it does not suggest another vendor when none is left to ask. A Result
// with CodeMatch that has not earned it, as [Result.Passed] defines it, must be
// reviewed by hand.
func (r *Result) Advice() Advice {
	if r == nil || r.Code == CodeMatch && !r.Passed() {
		return AdviceReview
	}
	if r.advice != "" {
		return r.advice
	}
	return r.Code.Advice()
}

// Check returns the check of a kind, and whether there is one.
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

// ReplyAs returns the vendor's own typed reply from what [Verifier.Verify] returned, for
// information that only this vendor gives:
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
		return err // on an error, r stays unchanged
	}
	own.advice = milder(own.Code.Advice(), read.Advice)
	*r = own
	return nil
}

// String returns one line for a log: the decision, the vendor, the checks, and
// whether it was billed. It contains nothing about the person.
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
