package idverify

// Code says in one word how a verification ended, the same word for every vendor.
// It stands in [Result.Code] when a decision was made and in [Error.Code] when none
// was. The zero Code stands for no outcome at all, and never for a pass.
//
// Codes are stable: services store them. New ones may be added.
type Code string

// The decisions: what a [Result] can say.
const (
	// CodeMatch: the face is the person that the name and the number identify.
	CodeMatch Code = "match"
	// CodeFaceMismatch: name and number agree, but the face is another person's.
	CodeFaceMismatch Code = "face_mismatch"
	// CodeIdentityMismatch: name and number do not belong together. Some
	// vendors answer the same when the number does not exist.
	CodeIdentityMismatch Code = "identity_mismatch"
	// CodeIdentityNotFound: the source holds no such number. It also happens to
	// people who moved their household registration.
	CodeIdentityNotFound Code = "identity_not_found"
	// CodeReferencePhotoUnavailable: name and number agree, but the source
	// holds no photo, or none good enough to compare with.
	CodeReferencePhotoUnavailable Code = "reference_photo_unavailable"
	// CodeAttackSuspected: a presentation attack or manipulation is likely: a photo
	// of a photo, a synthetic picture, a manipulated device. It takes precedence
	// over CodeFaceMismatch when both checks failed.
	CodeAttackSuspected Code = "attack_suspected"
)

// Errors that the caller or the person in front of the camera can correct.
const (
	// CodeInvalidRequest: a parameter is missing or malformed; [Error.Field]
	// names it where that is known.
	CodeInvalidRequest Code = "invalid_request"
	// CodeInvalidName: the name is empty or malformed.
	CodeInvalidName Code = "invalid_name"
	// CodeInvalidIDNumber: the ID number violates its format.
	CodeInvalidIDNumber Code = "invalid_id_number"
	// CodeUnsupportedEvidence: the vendor accepts none of the evidence given.
	CodeUnsupportedEvidence Code = "unsupported_evidence"
	// CodeUnreadableEvidence: a [Media] is empty, could not be opened, changed while
	// it was being sent, or is a JPEG or PNG that stops before its end.
	CodeUnreadableEvidence Code = "unreadable_evidence"
	// CodeEvidenceUnreachable: the vendor could not fetch the URL it was given.
	CodeEvidenceUnreachable Code = "evidence_unreachable"
	// CodeEvidenceExpired: the vendor no longer holds what an id or token of
	// its own refers to.
	CodeEvidenceExpired Code = "evidence_expired"
	// CodeUnsupportedFormat: the vendor does not read the picture's format, or the
	// media is clearly no picture, or no capture; the Detail says what it looks
	// like.
	CodeUnsupportedFormat Code = "unsupported_format"
	// CodeTooLarge: the picture has too many bytes or pixels for the vendor, or the
	// request too many bytes for a gateway (HTTP 413).
	CodeTooLarge Code = "too_large"
	// CodeNoFace: no face was found in the picture or capture.
	CodeNoFace Code = "no_face"
	// CodeMultipleFaces: there is more than one face where the vendor wants one.
	CodeMultipleFaces Code = "multiple_faces"
	// CodePoorPhoto: the face is blurred, dark, covered, cut off, turned away or
	// too small.
	CodePoorPhoto Code = "poor_photo"
	// CodePhotoRefused: the vendor refused the picture for what it shows.
	CodePhotoRefused Code = "photo_refused"
	// CodeBadCapture: what the capture SDK recorded cannot be used.
	CodeBadCapture Code = "bad_capture"
	// CodeTooManyAttempts: too many tries for this person. Where the limit of
	// [WithPersonLimit] was reached, nothing was sent, [Error.Vendor] is empty and
	// [Error.RetryAfter] says when the next try is allowed. Where the vendor's own
	// limit was reached, Error.Vendor names the vendor, and RetryAfter is 0. In
	// both cases a human being should look at it; a program must not wait and try
	// again, because repeated tries are what the limit is there to stop. No other
	// vendor is asked.
	CodeTooManyAttempts Code = "too_many_attempts"
	// CodePersonRestricted: the vendor does not serve this person, whatever the
	// evidence: because of its risk rules, an age limit, or because it has no
	// source that it may use. No face was compared. No other vendor is asked.
	CodePersonRestricted Code = "person_restricted"
)

// Errors that the operator of the backend can correct.
const (
	// CodeInvalidConfig: a setting does not fit; [Error.Field] names it. It comes from
	// a constructor, or from a call that found the fault: an untrusted certificate
	// authority, a proxy that refuses, an address that the vendor does not know.
	CodeInvalidConfig Code = "invalid_config"
	// CodeUnauthorized: the vendor refused the key, secret, token or signature.
	CodeUnauthorized Code = "unauthorized"
	// CodeSignatureExpired: the signature had expired, or was not yet valid, when the
	// request arrived: the request took longer than the signature's lifetime, or this
	// machine's clock is wrong by more than can be corrected. [Error.Detail] says by
	// how much.
	CodeSignatureExpired Code = "signature_expired"
	// CodePermissionDenied: the account may not use this API.
	CodePermissionDenied Code = "permission_denied"
	// CodeAccountSuspended: the account has expired or is in arrears.
	CodeAccountSuspended Code = "account_suspended"
	// CodeQuotaExceeded: the calls that were bought or allowed are used up.
	CodeQuotaExceeded Code = "quota_exceeded"
)

// Errors that pass by themselves, and errors that nobody can explain.
const (
	// CodeRateLimited: too many calls at the moment for the vendor, for a gateway
	// (HTTP 429) or for a limit of your own.
	CodeRateLimited Code = "rate_limited"
	// CodeCircuitOpen: the [Client]'s circuit breaker is open after repeated vendor
	// failures. Nothing was sent.
	CodeCircuitOpen Code = "circuit_open"
	// CodeStoreUnavailable: a store of your own service failed, such as the
	// [PersonStore]. No vendor was asked.
	CodeStoreUnavailable Code = "store_unavailable"
	// CodeVendorUnavailable: the vendor has an internal error or an outage.
	CodeVendorUnavailable Code = "vendor_unavailable"
	// CodeSourceUnavailable: the vendor works, but its identity source does not.
	CodeSourceUnavailable Code = "source_unavailable"
	// CodeNetwork: the vendor could not be reached, or the connection broke.
	// [Error.Ambiguous] tells the two apart.
	CodeNetwork Code = "network"
	// CodeTimeout: no answer within a time limit; [Error.Detail] says whose it was.
	CodeTimeout Code = "timeout"
	// CodeCanceled: the caller's context was cancelled.
	CodeCanceled Code = "canceled"
	// CodeBadResponse: the answer is not what the vendor documents: a gateway's
	// HTML page, broken JSON, a missing score or one out of range.
	CodeBadResponse Code = "bad_response"
	// CodeInterrupted: a row of a batch was in flight when an earlier run ended,
	// and may have been billed. This run sent nothing; see package batch.
	CodeInterrupted Code = "interrupted"
	// CodeUnknown: the vendor's documents do not list this answer. The vendor's own
	// code and message are kept. Never a pass, never repeated.
	CodeUnknown Code = "unknown"
)

// Advice says what to do about a [Code]: eight cases for a backend to switch
// on instead of some two hundred vendor codes.
type Advice string

const (
	// AdviceAccept: this is the person.
	AdviceAccept Advice = "accept"
	// AdviceReject: this is not the person, or the evidence cannot be trusted.
	AdviceReject Advice = "reject"
	// AdviceRetakePhoto: ask the person for a new picture or capture.
	AdviceRetakePhoto Advice = "retake_photo"
	// AdviceFixInput: the request is wrong; repeating it does not help.
	AdviceFixInput Advice = "fix_input"
	// AdviceTryLater: nothing is wrong with the request; wait and try again.
	AdviceTryLater Advice = "try_later"
	// AdviceTryAnotherVendor: this vendor cannot decide, another may.
	AdviceTryAnotherVendor Advice = "try_another_vendor"
	// AdviceFixAccount: the operator has to correct credentials, permission, quota
	// or configuration.
	AdviceFixAccount Advice = "fix_account"
	// AdviceReview: a human being should look.
	AdviceReview Advice = "review_by_hand"
)

// meanings is the vocabulary as data, in the order of the documentation.
var meanings = []struct {
	code     Code
	advice   Advice
	decision bool
}{
	{CodeMatch, AdviceAccept, true},
	{CodeFaceMismatch, AdviceReject, true},
	{CodeIdentityMismatch, AdviceReject, true},
	{CodeIdentityNotFound, AdviceReview, true},
	{CodeReferencePhotoUnavailable, AdviceTryAnotherVendor, true},
	{CodeAttackSuspected, AdviceReject, true},

	{CodeInvalidRequest, AdviceFixInput, false},
	{CodeInvalidName, AdviceFixInput, false},
	{CodeInvalidIDNumber, AdviceFixInput, false},
	{CodeUnsupportedEvidence, AdviceFixInput, false},
	{CodeUnreadableEvidence, AdviceFixInput, false},
	{CodeEvidenceUnreachable, AdviceFixInput, false},
	{CodeEvidenceExpired, AdviceRetakePhoto, false},
	{CodeUnsupportedFormat, AdviceFixInput, false},
	{CodeTooLarge, AdviceFixInput, false},
	{CodeNoFace, AdviceRetakePhoto, false},
	{CodeMultipleFaces, AdviceRetakePhoto, false},
	{CodePoorPhoto, AdviceRetakePhoto, false},
	{CodePhotoRefused, AdviceRetakePhoto, false},
	{CodeBadCapture, AdviceRetakePhoto, false},
	{CodeTooManyAttempts, AdviceReview, false},
	{CodePersonRestricted, AdviceReview, false},

	{CodeInvalidConfig, AdviceFixAccount, false},
	{CodeUnauthorized, AdviceFixAccount, false},
	{CodeSignatureExpired, AdviceFixAccount, false},
	{CodePermissionDenied, AdviceFixAccount, false},
	{CodeAccountSuspended, AdviceFixAccount, false},
	{CodeQuotaExceeded, AdviceFixAccount, false},

	{CodeRateLimited, AdviceTryLater, false},
	{CodeCircuitOpen, AdviceTryLater, false},
	{CodeStoreUnavailable, AdviceTryLater, false},
	{CodeVendorUnavailable, AdviceTryLater, false},
	{CodeSourceUnavailable, AdviceTryLater, false},
	{CodeNetwork, AdviceTryLater, false},
	{CodeTimeout, AdviceTryLater, false},
	{CodeCanceled, AdviceTryLater, false},
	{CodeBadResponse, AdviceTryAnotherVendor, false},
	{CodeInterrupted, AdviceReview, false},
	{CodeUnknown, AdviceReview, false},
}

// Codes lists the whole vocabulary: decisions first, then errors.
func Codes() []Code {
	all := make([]Code, len(meanings))
	for i, m := range meanings {
		all[i] = m.code
	}
	return all
}

// Advice says what to do now. For a Code that is not in the vocabulary it is
// AdviceReview.
func (c Code) Advice() Advice {
	if i := c.index(); i >= 0 {
		return meanings[i].advice
	}
	return AdviceReview
}

// IsDecision reports whether the code answers the question, with yes or no: then it
// comes in a [Result]. All others come in an [Error].
func (c Code) IsDecision() bool {
	i := c.index()
	return i >= 0 && meanings[i].decision
}

func (c Code) index() int {
	for i := range meanings {
		if meanings[i].code == c {
			return i
		}
	}
	return -1
}

// Advices lists every advice in the order of definition.
func Advices() []Advice {
	return []Advice{
		AdviceAccept, AdviceReject, AdviceRetakePhoto, AdviceFixInput,
		AdviceTryLater, AdviceTryAnotherVendor, AdviceFixAccount, AdviceReview,
	}
}
