// Package aliyun verifies a person with Alibaba Cloud's ContrastFaceVerify
// (照片实人认证, product code ID_MIN of 金融级实人认证, version 2019-03-07): a still
// photo is compared with the authority's photo of the person that name and ID number
// identify. It is sold today. Second-generation resident IDs, and residence permits
// of people from Hong Kong, Macao and Taiwan; nobody under 14.
//
// To use it, activate 金融级实人认证, create a scene of the plan 照片实人认证 in the
// console, which gives the SceneID, and make a key of a RAM user who has the policy
// AliyunAntCloudAuthFullAccess, or temporary credentials of a role. The list price is
// about one yuan a call. The vendor takes 50 calls a second for each main account.
//
// Evidence: [idverify.Photo], as JPEG or PNG below 1,000,000 bytes, of at most
// 1920×1080 and at least 640×480 pixels either way round, upright or turned by
// quarters; [OSSObject]; [CertifyID]; and with Config.PhotoURLs [idverify.PhotoURL].
// Of several faces the vendor takes the largest. The vendor's "1 MB" may count the
// file or its base64: up to 749,997 bytes every reading is met, which package photo makes
// pictures fit to, and what is larger may be answered with CodeTooLarge (421).
//
// Checks: similarity, decided by the vendor: its Passed is a yes or no, and no measure.
// The vendor publishes no scale, threshold or false-accept rate for its score, so
// [idverify.WithMaxFAR] refuses this provider; the score stands in the [Reply] only. With
// the default [Model] the vendor also looks for a photo of a screen or a print, and
// answers CodeAttackSuspected. That it did so in a given pass no answer proves: liveness
// is not among the promised checks, and [idverify.WithRequiredChecks] refuses it.
//
// A request is signed anew for every sending, with ACS3-HMAC-SHA256, a nonce of its
// own and the time of this machine, which may be wrong by 15 minutes. Once refused
// for its time it is signed again by the vendor's clock.
//
// What being wrong costs: every answer of the vendor's about a person is charged, a
// "no" as well. Nothing makes a repeat free: OuterOrderNo, by which the vendor can be
// asked about a call, is a label. It is Request.Reference where that is 32 letters and
// digits, or random; it is the RequestID of an error without an answer. After a "no"
// about name, number or registered photo the vendor answers 417 about that person for
// a while, and 418 after too many failures of a day: CodePersonRestricted and
// CodeTooManyAttempts, which are not repeated.
//
// Unproven, because no live answer was seen: what is billed other than Code 200, the
// HTTP status of such answers, the formats of pictures, what 1 MB is, and which
// addresses the vendor fetches. An answer repeats nothing of the request, so that
// none can be held to its question but by the request id and the connection.
//
// The vendor's page is https://help.aliyun.com/document_detail/163107.html.
package aliyun
