package idverify

// Code says in one word how a verification ended, the same word for every
// vendor. It stands in [Result.Code] when a decision was made and in
// [Error.Code] when none was. The zero Code is no outcome, and never a pass.
//
// Codes are stable: services store them. New ones may be added.
type Code string

// The decisions: what a [Result] can say.
const (
	// CodeMatch: the face is the person that the name and the number identify.
	CodeMatch Code = "match"
	// CodeFaceMismatch: name and number agree, the face is somebody else's.
	CodeFaceMismatch Code = "face_mismatch"
	// CodeIdentityMismatch: name and number do not belong together. Some
	// vendors answer the same when the number does not exist.
	CodeIdentityMismatch Code = "identity_mismatch"
	// CodeIdentityNotFound: the source holds no such number. A person who
	// moved household can meet this.
	CodeIdentityNotFound Code = "identity_not_found"
	// CodeReferencePhotoUnavailable: name and number agree, but the source
	// holds no photo, or none good enough to compare with.
	CodeReferencePhotoUnavailable Code = "reference_photo_unavailable"
	// CodeAttackSuspected: what was shown is probably no live face: a photo
	// of a photo, a synthetic picture, a manipulated device. It outranks
	// CodeFaceMismatch when both checks failed.
	CodeAttackSuspected Code = "attack_suspected"
)

// What the caller or the person in front of the camera can mend.
const (
	// CodeInvalidRequest: a parameter is missing or malformed; [Error.Field]
	// names it where that is known.
	CodeInvalidRequest Code = "invalid_request"
	// CodeInvalidName: the name is empty or malformed.
	CodeInvalidName Code = "invalid_name"
	// CodeInvalidIDNumber: the ID number breaks a rule of its format.
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
	// CodeUnsupportedFormat: the picture's format is one the vendor refuses, or the
	// media is surely no picture, or no capture; the Detail says what it looks like.
	CodeUnsupportedFormat Code = "unsupported_format"
	// CodeTooLarge: the picture has too many bytes or pixels for the vendor, or the
	// request too many bytes for a gateway in between (HTTP 413).
	CodeTooLarge Code = "too_large"
	// CodeNoFace: no face was found in the picture or capture.
	CodeNoFace Code = "no_face"
	// CodeMultipleFaces: more than one face where the vendor wants one.
	CodeMultipleFaces Code = "multiple_faces"
	// CodePoorPhoto: blurred, dark, covered, cut off, turned away or too small.
	CodePoorPhoto Code = "poor_photo"
	// CodePhotoRefused: the vendor refused the picture for what it shows.
	CodePhotoRefused Code = "photo_refused"
	// CodeBadCapture: what the capture SDK recorded cannot be used.
	CodeBadCapture Code = "bad_capture"
	// CodeTooManyAttempts: too many tries about this person. By the limit of
	// [WithPersonLimit] nothing was sent, [Error.Vendor] is empty and
	// [Error.RetryAfter] says when the next try is free. By a limit of the vendor's
	// own Error.Vendor names it, and RetryAfter is 0. Either is
	// for a human being to look at, and not for a program to wait out: one more
	// try by itself is what the limit is there to stop. No other vendor is asked.
	CodeTooManyAttempts Code = "too_many_attempts"
	// CodePersonRestricted: the vendor does not serve this person, whatever the
	// evidence: its rules about risk, an age, no source that it may use. Nobody
	// compared a face. No other vendor is asked.
	CodePersonRestricted Code = "person_restricted"
)

// What the operator of the backend can mend.
const (
	// CodeInvalidConfig: a setting does not fit; [Error.Field] names it. A constructor
	// refused it, or a call found out: a certificate authority that is not trusted,
	// a proxy that refuses, an address that the vendor does not know.
	CodeInvalidConfig Code = "invalid_config"
	// CodeUnauthorized: key, secret, token or signature refused.
	CodeUnauthorized Code = "unauthorized"
	// CodeSignatureExpired: the signature was no longer valid, or not yet, when it
	// arrived: the request took longer than the signature's lifetime, or the clock of
	// this machine is wrong by more than could be put right. [Error.Detail] says by
	// how much.
	CodeSignatureExpired Code = "signature_expired"
	// CodePermissionDenied: the account may not use this interface.
	CodePermissionDenied Code = "permission_denied"
	// CodeAccountSuspended: the account has expired or is in arrears.
	CodeAccountSuspended Code = "account_suspended"
	// CodeQuotaExceeded: the calls that were bought or allowed are used up.
	CodeQuotaExceeded Code = "quota_exceeded"
)

// What passes by itself, and what nobody can tell.
const (
	// CodeRateLimited: too many calls for the moment, for the vendor, a gateway in
	// between (HTTP 429) or a limit of your own.
	CodeRateLimited Code = "rate_limited"
	// CodeCircuitOpen: the [Client]'s circuit breaker is open after repeated vendor
	// failures. Nothing was sent.
	CodeCircuitOpen Code = "circuit_open"
	// CodeStoreUnavailable: a store of your own service failed, such as the
	// [PersonStore]. No vendor was asked.
	CodeStoreUnavailable Code = "store_unavailable"
	// CodeVendorUnavailable: the vendor has a fault of its own.
	CodeVendorUnavailable Code = "vendor_unavailable"
	// CodeSourceUnavailable: the vendor works, its identity source does not.
	CodeSourceUnavailable Code = "source_unavailable"
	// CodeNetwork: the vendor could not be reached, or the connection broke.
	// [Error.Ambiguous] tells the two apart.
	CodeNetwork Code = "network"
	// CodeTimeout: no answer within a time limit; [Error.Detail] says whose it was.
	CodeTimeout Code = "timeout"
	// CodeCanceled: the caller's context was cancelled.
	CodeCanceled Code = "canceled"
	// CodeBadResponse: an answer that is not what the vendor documents:
	// a gateway's HTML page, broken JSON, a score that is missing or absurd.
	CodeBadResponse Code = "bad_response"
	// CodeInterrupted: a row of a batch was in flight when an earlier run ended,
	// and may have been billed. Nothing was sent now; see package batch.
	CodeInterrupted Code = "interrupted"
	// CodeUnknown: an answer the vendor's documents do not list. The vendor's
	// own code and message are kept. Never a pass, never repeated.
	CodeUnknown Code = "unknown"
)

// Advice says what to do about a [Code]: eight cases for a backend to switch
// on instead of some two hundred vendor codes.
type Advice string

const (
	// AdviceAccept: this is the person.
	AdviceAccept Advice = "accept"
	// AdviceReject: this is not the person, or it cannot be trusted to be.
	AdviceReject Advice = "reject"
	// AdviceRetakePhoto: ask the person for a new picture or capture.
	AdviceRetakePhoto Advice = "retake_photo"
	// AdviceFixInput: the request is wrong and stays wrong when repeated.
	AdviceFixInput Advice = "fix_input"
	// AdviceTryLater: nothing is wrong with the request; wait.
	AdviceTryLater Advice = "try_later"
	// AdviceTryAnotherVendor: this vendor cannot decide, another may.
	AdviceTryAnotherVendor Advice = "try_another_vendor"
	// AdviceFixAccount: credentials, permission, quota or configuration need
	// the operator's hand.
	AdviceFixAccount Advice = "fix_account"
	// AdviceReview: a human being should look.
	AdviceReview Advice = "review_by_hand"
)

// meanings is the vocabulary as data, in the order in which it is documented.
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

// IsDecision reports whether the code answers the question, whichever way:
// then it comes in a [Result]. All others come in an [Error].
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

// Advices lists every advice, in the order of their definition.
func Advices() []Advice {
	return []Advice{
		AdviceAccept, AdviceReject, AdviceRetakePhoto, AdviceFixInput,
		AdviceTryLater, AdviceTryAnotherVendor, AdviceFixAccount, AdviceReview,
	}
}
