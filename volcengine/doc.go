// Package volcengine verifies a person with Volcengine's 身份认证（有源比对）, the
// interface CertSrcFaceComp. A still photo is compared with the registered photo of
// the person that name and ID number identify.
//
// The product is sold: it is opened with the vendor's sales department first, and a
// key that the console gives is refused until then, mostly with the code 50400
// "Access Denied". A key of a sub-user needs a policy for the service cv. Temporary
// keys are taken by Config.Credentials.
//
// Evidence: [idverify.Photo], as JPEG or PNG. A whole request has at most 10 MB, of
// which the picture in base64 is nearly all: about 7 MB of picture. The vendor
// documents no other limit of the picture, and says that it has some; 4 MB and less are
// safe. It charges for pictures that it cannot read, for damaged and for too small
// ones, so that what is neither JPEG nor PNG is refused before it is sent.
//
// Checks: similarity (data.source_comp_details.score). The thresholds come with each
// answer, one for each of the false-accept rates 1e-3, 1e-4, 1e-5 and 1e-6, and
// Config.Rate chooses one: 1e-4 unless another is asked for, at which the vendor itself
// decides. A match needs the code 10000, the sub-code 0, the vendor's result and a
// score that reaches the threshold. Where result and score are on different sides of
// the vendor's own line the answer decides nothing (CodeBadResponse), and no other
// vendor is asked. The vendor does not look for liveness: a photo of a photo can pass.
//
// Every request is signed anew with HMAC-SHA256, the time of this machine and a digest
// of the body, which so is read twice. Host and path are signed as HTTP.BaseURL has them,
// a path of its own included: see [idverify.HTTP]. A clock that runs wrong is answered with
// CodeSignatureExpired, and the error says by how much it is wrong.
//
// The vendor takes no id of the caller's and no idempotency key, and repeats nothing
// of the request: Request.Reference is not sent. RequestID is the answer's request_id;
// the vendor's id of the verification is in [Reply].
//
// Billed is what the answer itself says (req_measure_info), or else what the vendor's
// page says of the sub-code: comparisons are charged for, whichever way they went,
// most other answers are free. The vendor limits the tries for one number in a day
// (201403, CodeTooManyAttempts) and does not say to how many.
//
// Not proven, as no live answer was seen: the scale of the score (0..100 is assumed,
// and a score beyond it decides nothing), the comparator at exactly the threshold
// (result has the word), sub-codes behind 210702, limits of the picture, the tolerance
// of the vendor's clock, calls per second, and the code of an account in arrears. Codes
// that are not listed are CodeUnknown, and never a pass.
//
// The vendor's page is 纯 API 接入: https://www.volcengine.com/docs/6973/1221478. Its
// own Go kit speaks plain http unless it is told otherwise; this package refuses that.
package volcengine
