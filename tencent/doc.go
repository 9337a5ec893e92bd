// Package tencent verifies a person with Tencent Cloud's idcardcompare, which the
// vendor has retired in favour of 照片人脸核身 (ImageRecognitionV2). The vendor no longer
// maintains it. A still photo is compared with the registered photo of the person that
// name and ID number identify.
//
// Evidence: [idverify.Photo], as JPEG, PNG or BMP, and [idverify.PhotoURL]. A
// whole request has at most 6 MiB; the vendor advises 775×498 pixels or more.
//
// Checks: similarity (data.similarity, 0..100, passes above 75). The vendor publishes
// no false-accept rate for it, so [idverify.WithMaxFAR] refuses this provider. It does
// not check liveness: a photo of a photo can pass.
//
// Every request is signed with HMAC-SHA1 and this machine's time. If the vendor refuses
// the signature because of its time, the request is signed once more with the vendor's
// time. A clock that is wrong by more than a day is CodeSignatureExpired, and the error
// says by how much it is wrong.
//
// Every request carries a session_id, by which the vendor can be asked about
// the call even when no answer came: Request.Reference, or 32 random
// hexadecimal digits. It is the RequestID of result and error unless the
// vendor answers with another.
//
// The vendor charges for each call and documents no failure as free: only the code of
// success is certainly billed, and for all others Billed is unknown. It has no
// idempotency key.
//
// The vendor's page is 用户上传照片身份信息核验 (of 2023-11-24), under 人脸核身 of
// https://cloud.tencent.com/document.
//
// Deprecated: use package tencentfaceid, which calls the successor. Open 人脸核身 for the
// account, make a key under 访问管理 (one of a sub-account will do), and drop AppID,
// SignatureLifetime and Rand. It accepts JPEG and PNG up to 2.25 MB and no PhotoURL;
// its similarity passes at or above 70, and Threshold can only be higher. Package
// photo makes a larger picture fit.
package tencent
