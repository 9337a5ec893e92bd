// Package baiduv4 verifies a person with Baidu's face/v4/mingjing/verify: a
// picture, or what the vendor's capture SDK recorded, is checked for quality,
// liveness and synthesis as configured, then compared with the public security
// authority's photo of the person that name and ID number identify.
//
// Evidence: [idverify.Photo], [FaceToken], [PlainCapture] (capture SDK 4.1 and
// 4.1.5) and [SealedCapture] (5.2 and later). A picture is PNG, JPEG or BMP,
// smaller than 10 MiB and at most 1920×1080 pixels, either way round. The vendor's
// page says smaller than 1920×1080; a picture of exactly that size is sent for the
// vendor to judge. The page also does not say whether its 10 MB limit the picture
// or its base64, as the pages of similar interfaces do: a picture below 7.5 MB (at
// most 7,499,997 bytes) meets both readings, and larger ones are sent up to 10 MiB.
//
// Checks: similarity (score, 0..100, passes above 80), liveness (liveness_score,
// 0..1) and synthetic (spoofing_score, 0..1, fails above its threshold), the last
// two unless they are turned off. A pass needs all checks that are on. The vendor
// publishes one false-accept rate: 1e-4 at the similarity threshold 80.
//
// # Access token
//
// Calls carry an access token, which the client fetches with API key and secret
// key, keeps, and renews in the background once a tenth of its lifetime or 24 hours
// is left, whichever is shorter. A token that the vendor refuses is replaced and
// the call repeated once. However many calls are waiting, a client makes only one
// fetch at a time. Processes that share an account can share its token through a
// [TokenStore], which explains how only one of them fetches it. Config.OnTokenFetch
// is called after every fetch.
//
// The secret key is sent in a form, never in a URL. The vendor requires the token
// in the query; it is added below http.Client, so that no error contains it. The
// vendor has no idempotency key, so a call whose answer was lost is reported as
// ambiguous and left to the caller.
//
// The vendor's page is "人脸实名认证V4" of https://ai.baidu.com/ai-doc/FACE; its
// paths are "/oauth/2.0/token" and "/rest/2.0/face/v4/mingjing/verify" of
// https://aip.baidubce.com.
package baiduv4
