// Package megvii verifies a person with Megvii's (旷视) FaceID verify 2.0.6: a still
// photo is compared with the photo that the authoritative source holds of the person
// whom name and ID number identify.
//
// State of the product: the interface is in the vendor's menu (FaceID 基础版 › APP 接入 ›
// 人脸验证 API, V2). Keys come from the vendor's sales only; those of the self-service
// platform openapi.faceid.com are not valid here. Whether V2 is still sold to new
// customers is not known: ask before you build on it.
//
// Evidence: [idverify.Photo], as JPEG or PNG. A side has at most 4,096 pixels, and the
// whole request 2 MiB, so that the picture must stay a little below.
//
// Checks: similarity (result_faceid.confidence, 0 to 100). The answer brings its own
// thresholds for the false-accept rates 1e-3, 1e-4, 1e-5 and 1e-6, which may differ
// from answer to answer; the confidence must lie above the one for
// Config.FalseAcceptRate, 1e-4 by default. At the threshold itself nobody passes. A
// threshold that is missing, is text, or does not rise is [idverify.CodeBadResponse].
// It does not look for liveness: a photo of a photo can pass.
//
// Key and secret travel in the form of every request: the interface knows no
// signature. They are never in an address, an error or a log of this package, but
// proxies that open TLS see them. It knows no id of the caller's either, so that
// Request.Reference is not sent, and no idempotency key.
//
// What a "no" costs: a number that does not exist, a name that does not fit and a
// missing photo at the source are answered with HTTP 400, and are charged. All other
// errors are documented as free.
//
// Unproven, and so refused or undecided here: picture formats other than JPEG and PNG;
// whether the vendor takes a name with an interval dot, which is sent as it is; the
// limit on concurrent calls, which stands in the contract; an error that the page does
// not list, which is [idverify.CodeUnknown].
//
// The vendor's page is https://faceid.com/document/faceid-guide-docs/verify_2.0.6.
package megvii
