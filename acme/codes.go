//go:build acme

package acme

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// The vendor's verdict decides; a similarity may come with it.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	DecidedBy: idverify.DecidedByVendor,
	Scale:     idverify.Scale{Min: 0, Max: 100},
}

const codeOK = "OK"

// Codes lists the vendor's codes and what they mean here.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable([]idverify.CodeRow{
	{VendorCode: codeOK, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "compared; the verdict decides", NoteZH: "已完成比对，由 Verdict 判定"},

	// What the source says of the person.
	{VendorCode: "Identity.Mismatch", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
	{VendorCode: "Identity.NotFound", Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledNo,
		Note: "the source does not hold the number", NoteZH: "权威库查无此号"},
	{VendorCode: "Identity.NoPhoto", Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledNo,
		Note: "the source holds no photo", NoteZH: "权威库无登记照"},
	{VendorCode: "Identity.Restricted", Code: idverify.CodePersonRestricted, Billed: idverify.BilledNo,
		Note: "the vendor's rules exclude this person", NoteZH: "命中厂商风控规则"},

	// The photo.
	{VendorCode: "Face.None", Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face was found", NoteZH: "未检测到人脸"},
	{VendorCode: "Face.Several", Code: idverify.CodeMultipleFaces, Billed: idverify.BilledNo,
		Note: "several faces were found", NoteZH: "检测到多张人脸"},
	{VendorCode: "Face.Poor", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the face is too poor to compare, or the picture cannot be decoded", NoteZH: "人脸质量过低或图片无法解码"},
	{VendorCode: "Face.Attack", Code: idverify.CodeAttackSuspected, Billed: idverify.BilledYes,
		Note: "a photo of a photo, or a synthetic picture", NoteZH: "疑似翻拍或合成"},
	{VendorCode: "Image.Format", Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "the picture is neither JPEG nor PNG", NoteZH: "图片不是 JPEG 或 PNG"},
	{VendorCode: "Image.TooLarge", Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the picture is larger than 2 MiB", NoteZH: "图片超过 2 MiB"},

	// The request and the account: the vendor has not looked at the person.
	{VendorCode: "Request.Invalid", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the vendor could not read the request", NoteZH: "厂商无法识别该请求"},
	{VendorCode: "Auth.Signature", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the signature does not match the key, or its nonce was used before", NoteZH: "签名错误或随机串已被使用"},
	{VendorCode: "Auth.Expired", Code: idverify.CodeSignatureExpired, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the signature is more than five minutes from the vendor's clock", NoteZH: "签名时间与厂商相差超过 5 分钟"},
	{VendorCode: "Auth.Locked", Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the key is locked for five minutes after wrong signatures", NoteZH: "多次签名错误，密钥锁定 5 分钟"},
	{VendorCode: "Account.Quota", Code: idverify.CodeQuotaExceeded, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the calls bought are used up", NoteZH: "调用次数已用尽"},
	{VendorCode: "Busy", Code: idverify.CodeRateLimited, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "too many calls at the moment", NoteZH: "调用频率超限"},

	// Failures.
	{VendorCode: "Source.Down", Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the identity source does not answer the vendor", NoteZH: "权威库暂不可用"},
	{VendorCode: "Internal", Code: idverify.CodeVendorUnavailable, Billed: idverify.BilledNo,
		Note: "internal error at the vendor", NoteZH: "厂商内部故障"},
	{VendorCode: "Gateway.Timeout", Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryUnanswered,
		Note: "the vendor's gateway lost the answer", NoteZH: "厂商网关未收到应答"},
})
