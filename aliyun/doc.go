// Package aliyun verifies a person with Alibaba Cloud's ContrastFaceVerify (照片实人认证,
// product code ID_MIN of 金融级实人认证, version 2019-03-07): a still photo is compared with the
// authority's photo of the person that name and ID number identify. The product is on
// sale. It covers second-generation resident IDs, and residence permits of people from
// Hong Kong, Macao and Taiwan, but no permanent-residence cards of foreigners, and nobody
// under 14.
//
// To use it, activate 金融级实人认证, create a scene of the plan 照片实人认证 in the console, which
// gives the SceneID, and make a key of a RAM user who has the policy
// AliyunAntCloudAuthFullAccess, or temporary credentials of a role. The list price is
// about one yuan a call. The vendor accepts 50 calls per second for each main account.
//
// Evidence: [idverify.Photo], as JPEG or PNG below 1,000,000 bytes, of at most 1920×1080
// and at least 640×480 pixels either way round, upright or turned by quarters;
// [OSSObject]; [CertifyID]; and with Config.PhotoURLs [idverify.PhotoURL]. Of several
// faces the vendor takes the largest. The vendor's "1 MB" may count the file or its
// base64: up to 749,997 bytes, which package photo makes pictures fit, both readings are
// met; a larger picture may be answered with CodeTooLarge (421).
//
// Checks: similarity, decided by the vendor: its Passed is a yes or no. The vendor
// publishes no scale, threshold or false-accept rate for its score, so
// [idverify.WithMaxFAR] refuses this provider; the score is only in the [Reply]. With the
// default [Model] the vendor also checks for a photo of a screen or a print, and answers
// CodeAttackSuspected. No answer proves that this check ran for a given pass, so liveness
// is not a promised check, and [idverify.WithRequiredChecks] refuses it.
//
// A request is signed each time it is sent, with ACS3-HMAC-SHA256, a new nonce and this
// machine's time, which may be wrong by 15 minutes. If it is refused because of its time,
// it is signed once more with the vendor's time.
//
// Costs: every answer about a person is charged, a "no" too. There is no idempotency key:
// OuterOrderNo is only a label by which the vendor can be asked about a call. It is
// Request.Reference if that has 32 letters and digits, or else random, and is the
// RequestID of an error without an answer. After a "no" about name, number or registered
// photo the vendor answers 417 for that person for a while, and 418 after too many
// failures in a day: CodePersonRestricted and CodeTooManyAttempts, which are not
// repeated.
//
// Unproven, because no live answer was seen: what is billed other than Code 200, the HTTP
// status of such answers, the formats of pictures, what 1 MB is, and which addresses the
// vendor fetches. An answer repeats nothing from the request, so only the request id and
// the connection tie it to its question.
//
// The vendor's page is https://help.aliyun.com/document_detail/163107.html.
package aliyun
