// Package tencentfaceid verifies a person with Tencent Cloud's ImageRecognitionV2
// (照片人脸核身 V2.0), the successor of the interface that package tencent asks. A
// still photo is compared with the registered photo of the person that name and ID
// number identify.
//
// State of the product: sold. An account needs enterprise verification and the service
// 人脸核身 opened. Keys are made under 访问管理 (CAM); those of a sub-account need the
// right faceid:ImageRecognitionV2. Temporary keys of STS work: Config.Credentials.
//
// Evidence: [idverify.Photo], JPEG or PNG. The vendor takes "3M" of base64 text and
// does not say whether M is 10^6 or 2^20. Pictures up to 2,250,000 bytes are safe either
// way; those above 2,359,296 bytes are refused before they are sent. It states no limit
// in pixels.
//
// Checks: similarity (Response.Sim, 0..100, passes at or above 70). The vendor publishes
// a false-accept rate of 1e-4 for 70, and none for other thresholds. It answers
// CompareLowSimilarity below 70 itself, so a threshold can only be raised. An answer
// of Success with less than 70 contradicts itself, decides nothing and ends the call. The
// vendor refuses some photos as not alive, but documents no liveness check that a pass
// would promise: a photo of a photo can pass.
//
// Every attempt is signed anew with TC3-HMAC-SHA256, by the UTC date and the time of
// this machine, which may be five minutes off. A clock that runs wrong is answered with
// CodeSignatureExpired, and the call is made once more by the vendor's clock. The body
// is signed, so a file is read twice.
//
// Every request carries an Extra of ten random characters, which the answer repeats. An
// answer with another one is somebody else's: it is CodeBadResponse and ends the call. A
// Request.Reference does not fit there and is left out. The RequestID of results and
// errors is the vendor's.
//
// What it costs: Success, CompareLowSimilarity and IdNameMisMatch are billed. Eight
// failures are documented as free; of the others only the documents of sister products
// speak, or none, and Billed is unknown. The gateway's refusals (keys, signature, rate)
// are free. There is no idempotency key: a call whose answer was lost may have been
// billed. The vendor takes 20 calls a second, and of one ID number 15 a minute and 30 a
// day, of one name 500 a day; beyond that it answers CodeTooManyAttempts until the next
// day.
//
// Unproven, because no live answer was seen: whether a failure other than low
// similarity arrives in Result or in Error (both are read alike); whether Sim comes with
// it; whether Extra is repeated in every answer (one without it is taken); what a
// picture of more than 3M gets; how the dot in the names of minorities is to be written.
// Name and number are not encrypted besides TLS.
//
// The vendor's page is https://cloud.tencent.com/document/product/1007/102203.
package tencentfaceid
