// Package megvii verifies a person with Megvii's (旷视) FaceID verify 2.0.6: a still
// photo is compared with the photo that the authoritative source holds of the person
// whom name and ID number identify.
//
// State of the product: the interface is in the vendor's menu (FaceID 基础版 › APP 接入 ›
// 人脸验证 API, V2). Keys come only from the vendor's sales department; those of the
// self-service platform openapi.faceid.com are not valid here. It is unknown whether
// V2 is still sold to new customers: ask before you build on it.
//
// Evidence: [idverify.Photo], as JPEG or PNG. A side has at most 4,096 pixels, and the
// whole request 2 MiB, so that the picture must stay a little below.
//
// Checks: similarity (result_faceid.confidence, 0 to 100). Each answer has its own
// thresholds for the false-accept rates 1e-3, 1e-4, 1e-5 and 1e-6, which may differ
// from answer to answer; the confidence must be above the one for
// Config.FalseAcceptRate, 1e-4 by default; exactly at the threshold nobody passes. A
// threshold that is missing, is a text, or is not higher than that of the next higher
// rate is [idverify.CodeBadResponse]. It does not check liveness: a photo of a photo
// can pass.
//
// Key and secret are sent in the form of every request, because the interface has no
// signature. They are never in a URL, an error or a log of this package, but proxies
// that decrypt TLS see them. The interface accepts no id from the caller either, so
// Request.Reference is not sent, and it has no idempotency key.
//
// What a "no" costs: a number that does not exist, a name that does not match and a
// missing photo at the source are answered with HTTP 400, and are charged. All other
// errors are documented as free.
//
// Unproven, and so refused or undecided here: picture formats other than JPEG and PNG;
// whether the vendor takes a name with an interval dot, which is sent as it is; the
// limit on concurrent calls, which the contract states; an error that the page does
// not list, which is [idverify.CodeUnknown].
//
// The vendor's page is https://faceid.com/document/faceid-guide-docs/verify_2.0.6.
package megvii
