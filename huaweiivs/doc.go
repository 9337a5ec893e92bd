// Package huaweiivs verifies a person with Huawei Cloud IVS (人证核身), standard
// edition: name, ID number and a photo are compared with the registered photo of the
// person. The vendor sells it; it runs in the region cn-north-4.
//
// Evidence: [idverify.Photo], JPEG only, each side 300 to 4000 pixels, and between
// 10 KB and 4 MB in base64: 7 680 to 3 000 000 bytes. What the vendor means by KB and
// MB is not documented, so the narrower reading counts.
//
// Checks: similarity, decided by the vendor (verification_code). The vendor publishes no
// threshold and no false-accept rate, so [idverify.WithMaxFAR] refuses this provider.
// The score is carried, 0..100 or with [Config].Detail 0..1000, and overrules nothing.
// The vendor does not look for liveness: a photo of a photo can pass.
//
// Keys: an AK and SK of an IAM user, or temporary ones with their security token
// through [Config].Credentials. Every request is signed anew with SDK-HMAC-SHA256.
//
// Five refused signatures in a row lock the key for five minutes, for everybody who
// uses it; right signatures are refused too then. A refused one is never repeated, with
// one exception: where the clocks differ by more than the 15 minutes that the vendor
// allows, a second signature is made with the vendor's time. After one of those no
// other is made until the vendor has accepted a signature. A [idverify.Client] does not
// repeat CodeUnauthorized or CodeSignatureExpired, and does not open its circuit breaker
// for them either: stop and look at the key.
//
// Every request carries a meta.uuid of its own, which begins with Request.Reference
// where both have room. An answer that names another is CodeBadResponse. It is the
// RequestID of result and error where the vendor gave none.
//
// The vendor charges for each call that ends with HTTP status 200, a "no" included, and
// not for failed calls. It knows no idempotency key.
//
// Unproven: whether a "no" can ever be free (it counts as billed); the codes IVS.0013,
// IVS.0014 and later ones (CodeUnknown, or CodeVendorUnavailable with a status of 5xx,
// their bill unknown); the exact texts of IVS.0009, which tell several faces from none.
// How a wrong clock is reported is not documented either: it is inferred from the
// answer's Date header.
//
// The vendor's page is https://support.huaweicloud.com/api-ivs/ivs_02_0026.html.
package huaweiivs
