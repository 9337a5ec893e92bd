// Package tencentfaceid verifies a person with Tencent Cloud's ImageRecognitionV2 (照片人脸核身
// V2.0), the successor of the interface that package tencent calls. A still photo is
// compared with the registered photo of the person that name and ID number identify.
//
// State of the product: on sale. An account needs enterprise verification, and the
// service 人脸核身 has to be activated. Keys are made under 访问管理 (CAM); those of a
// sub-account need the permission faceid:ImageRecognitionV2. Temporary keys of STS work:
// Config.Credentials.
//
// Evidence: [idverify.Photo], JPEG or PNG. The vendor accepts "3M" of base64 text and
// does not say whether M is 10^6 or 2^20. Pictures up to 2,250,000 bytes are safe either
// way; those above 2,359,296 bytes are refused before they are sent. It gives no limit in
// pixels.
//
// Checks: similarity (Response.Sim, 0..100, passes at or above 70). The vendor publishes
// a false-accept rate of 1e-4 for 70, and none for other thresholds. Below 70 it answers
// CompareLowSimilarity itself, so a threshold can only be raised. Success with less than
// 70 is a contradiction, which decides nothing and ends the call. The vendor refuses some
// photos as not alive, but documents no liveness check for every pass: a photo of a photo
// can pass.
//
// Every attempt is signed with TC3-HMAC-SHA256, the UTC date and this machine's time,
// which may be five minutes off. If the vendor refuses the signature because of its time,
// the request is signed once more with the vendor's time. The body is signed, so a file
// is read twice.
//
// Every request carries an Extra of ten random characters, which the answer repeats. An
// answer with another Extra belongs to another call: it is CodeBadResponse and ends the
// call. A Request.Reference does not fit into Extra and is not sent. The RequestID of
// results and errors is the vendor's.
//
// What it costs: Success, CompareLowSimilarity and IdNameMisMatch are billed. Eight
// failures are documented as free; for the others there are only documents of related
// products, or none, and Billed is unknown. The gateway's refusals (keys, signature,
// rate) are free. There is no idempotency key: a call whose answer was lost may have been
// billed. The vendor accepts 20 calls per second, 15 per minute and 30 per day for one ID
// number, and 500 per day for one name; beyond that it answers CodeTooManyAttempts until
// the next day.
//
// Unproven, because no live answer was seen: whether a failure other than low similarity
// arrives in Result or in Error (both are read alike); whether Sim comes with it; whether
// Extra is repeated in every answer (an answer without it is accepted); what happens to a
// picture of more than 3M; how the dot in names of ethnic minorities must be written.
// Name and number are encrypted by TLS only.
//
// The vendor's page is https://cloud.tencent.com/document/product/1007/102203.
package tencentfaceid
