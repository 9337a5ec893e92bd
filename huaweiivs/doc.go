// Package huaweiivs verifies a person with Huawei Cloud IVS (人证核身), standard edition:
// name, ID number and a photo are compared with the registered photo of the person. The
// product is on sale; it runs in the region cn-north-4, where the account has to subscribe
// to the interface. An account has 10 calls per second unless agreed otherwise.
//
// Evidence: [idverify.Photo], JPEG only, each side 300 to 4000 pixels, and between 10 KB
// and 4 MB in base64: 7,680 to 3,000,000 bytes. The vendor does not document whether KB
// and MB are decimal, so the stricter reading applies.
//
// Checks: similarity, decided by the vendor (verification_code). The vendor publishes no
// threshold and no false-accept rate, so [idverify.WithMaxFAR] refuses this provider.
// The score is reported, 0..100 or with [Config].Detail 0..1000, and never overrules the
// verdict. The vendor does not check liveness: a photo of a photo can pass.
//
// Keys: an AK and SK of an IAM user, or temporary ones with their security token
// through [Config].Credentials. Every request is signed anew with SDK-HMAC-SHA256. Host and
// path are signed as HTTP.BaseURL has them, a path of its own included: see
// [idverify.HTTP].
//
// Five refused signatures in a row lock the key for five minutes, for everybody who uses
// it; correct signatures are then refused too. A refused request is never signed again,
// with one exception: if the clocks differ by more than the 15 minutes that the vendor
// allows, it is signed once more with the vendor's time. After that no other second
// signature is made until the vendor has accepted a signature. An [idverify.Client] does
// not repeat CodeUnauthorized or CodeSignatureExpired, and does not open its circuit
// breaker for them: stop and check the key.
//
// Every request carries a new meta.uuid, which begins with Request.Reference if there is
// room for both. An answer with another uuid is CodeBadResponse. The uuid is the
// RequestID of results and errors where the vendor gave none.
//
// The vendor charges for each call that ends with HTTP status 200, a "no" included, and
// not for failed calls. A used-up package gives no error: calls go on, each for its price.
// There is no idempotency key.
//
// Unproven: whether a "no" can ever be free (it counts as billed); the codes IVS.0013,
// IVS.0014 and later ones (CodeUnknown, or CodeVendorUnavailable with a status of 5xx,
// their bill unknown); the exact texts of IVS.0009, which distinguish several faces from
// none. How a wrong clock is reported is not documented either: it is inferred from the
// answer's Date header.
//
// The vendor's page is https://support.huaweicloud.com/api-ivs/ivs_02_0026.html.
package huaweiivs
