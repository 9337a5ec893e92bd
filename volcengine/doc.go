// Package volcengine verifies a person with Volcengine's 身份认证（有源比对）, the
// interface CertSrcFaceComp. A still photo is compared with the registered photo of
// the person that name and ID number identify.
//
// The product is on sale, but the vendor's sales department has to activate it; until
// then a key from the console is refused, mostly with the code 50400 "Access Denied". A
// key of a sub-user needs a policy for the service cv. For temporary keys use
// Config.Credentials.
//
// Evidence: [idverify.Photo], as JPEG or PNG. A whole request has at most 10 MB, nearly
// all of it the picture in base64: about 7 MB of picture. The vendor says that there
// are other limits for the picture, but does not document them; up to 4 MB is safe. It
// charges for unreadable, damaged and too small pictures, so anything but JPEG and PNG
// is refused before it is sent.
//
// Checks: similarity (data.source_comp_details.score). The thresholds come with each
// answer, one for each of the false-accept rates 1e-3, 1e-4, 1e-5 and 1e-6, and
// Config.FalseAcceptRate chooses one: 1e-4 by default, which the vendor itself uses. A
// match needs the code 10000, the sub-code 0, the vendor's yes and a score that reaches
// the threshold. If the vendor's result contradicts the score at the vendor's own
// threshold, the answer decides nothing (CodeBadResponse), and no other vendor is
// asked. The vendor does not check liveness: a photo of a photo can pass.
//
// Every request is signed anew with HMAC-SHA256, the time of this machine and a digest
// of the body, for which a file is read twice. If the vendor refuses the signature
// because of its time, the request is signed once more with the vendor's time. Host and
// path are signed as HTTP.BaseURL has them, a path of its own included: see
// [idverify.HTTP].
//
// The vendor accepts no id from the caller and no idempotency key, and repeats nothing
// from the request: Request.Reference is not sent. RequestID is the answer's
// request_id; the vendor's id of the verification is in [Reply].
//
// Billed is what the answer itself says (req_measure_info), or else what the vendor's
// page says of the sub-code: comparisons are charged whatever their outcome, and most
// other answers are free. The vendor limits the tries for one number per day (201403,
// CodeTooManyAttempts), but does not say to how many.
//
// Unproven, because no live answer was seen: the scale of the score (0..100 is assumed,
// and a score outside it decides nothing), the comparator at exactly the threshold
// (there the vendor's result decides), sub-codes after 210702, limits of the picture,
// the tolerance of the vendor's clock, calls per second, and the code of an account in
// arrears. Codes that are not listed are CodeUnknown, and never a pass.
//
// The vendor's page is 纯 API 接入: https://www.volcengine.com/docs/6973/1221478. Its own
// Go SDK uses plain http by default; this package refuses that.
package volcengine
