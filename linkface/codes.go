package linkface

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// Thresholds and false-accept rates of the vendor's page. 0.7 is inclusive there:
// at or above is the same person.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	Scale:     idverify.Scale{Min: 0, Max: 1},
	Pass:      idverify.AtLeast,
	Threshold: 0.7,
	FAR: []idverify.FARStep{
		{Threshold: 0.4, Rate: 1e-1},
		{Threshold: 0.5, Rate: 1e-2},
		{Threshold: 0.6, Rate: 1e-3},
		{Threshold: 0.7, Rate: 1e-4},
		{Threshold: 0.8, Rate: 1e-5},
		{Threshold: 0.9, Rate: 1e-6},
	},
}

// liveness is hack_score, which the vendor's pages call the probability that the face
// is not a living person's. 1 is the worst, and above 0.98 is an attack.
var liveness = idverify.Rule{
	Kind:      idverify.CheckLiveness,
	Scale:     idverify.Scale{Min: 0, Max: 1},
	Pass:      idverify.AtMost,
	Threshold: 0.98,
}

const statusOK = "OK"

// Codes lists the vendor's statuses and reasons and what they mean here. The
// same reason under two statuses can mean two things.
func Codes() []idverify.CodeRow { return table.Rows() }

// sourceError is the status whose reason tells decisions from faults.
const sourceError = "PHOTO_SERVICE_ERROR"

var table = exchange.NewTable([]idverify.CodeRow{
	{VendorCode: statusOK, HTTPStatus: http.StatusOK, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "compared; verify_score and hack_score decide", NoteZH: "已完成比对，由 verify_score 与 hack_score 判定"},

	{VendorCode: sourceError, VendorReason: "Gongan photo doesn’t exist", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "name and number agree, the source holds no photo", NoteZH: "姓名与号码一致，但权威库没有照片"},
	{VendorCode: sourceError, VendorReason: "Name and idcard number doesn’t match", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
	{VendorCode: sourceError, VendorReason: "Invalid idcard number", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledNo,
		Note: "the source does not hold the number", NoteZH: "权威库查无此号码"},
	{VendorCode: sourceError, VendorReason: "Gongan service timeout", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the source did not answer in time", NoteZH: "权威库响应超时"},
	{VendorCode: sourceError, VendorReason: "Gongan service is unavailable temporarily", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the source is out of service", NoteZH: "权威库暂不可用"},
	{VendorCode: sourceError, VendorReason: "Network error", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the vendor could not reach the source", NoteZH: "厂商连接权威库时网络出错"},
	{VendorCode: sourceError, VendorReason: "Unknown error", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the source failed for a reason it does not give", NoteZH: "权威库未说明原因的错误"},
	{VendorCode: sourceError, HTTPStatus: http.StatusBadRequest, Code: idverify.CodeUnknown,
		Note: "the source gave a reason that is not documented", NoteZH: "文档未列出的权威库原因"},

	{VendorCode: "INVALID_ARGUMENT", VendorReason: "Invalid name", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeInvalidName,
		Note: "refused before the source was asked", NoteZH: "预检未通过：姓名有误，未查询权威库"},
	{VendorCode: "INVALID_ARGUMENT", VendorReason: "Invalid idcard number", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeInvalidIDNumber,
		Note: "refused before the source was asked", NoteZH: "预检未通过：号码有误，未查询权威库"},
	{VendorCode: "INVALID_ARGUMENT", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidRequest,
		Note: "a parameter is missing or malformed", NoteZH: "参数缺失或格式错误"},
	{VendorCode: "ENCODING_ERROR", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidRequest,
		Note: "a parameter is not UTF-8", NoteZH: "参数不是 UTF-8 编码"},
	{VendorCode: "DOWNLOAD_TIMEOUT", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeEvidenceUnreachable,
		Note: "the vendor could not fetch the URL in time; send the file instead", NoteZH: "厂商抓取网络文件超时，可改为上传文件"},
	{VendorCode: "DOWNLOAD_ERROR", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeEvidenceUnreachable,
		Note: "the vendor could not fetch the URL; send the file instead", NoteZH: "厂商抓取网络文件失败，可改为上传文件"},

	{VendorCode: "WRONG_LIVENESS_DATA", VendorReason: "poor picture quality", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "the capture's picture is too poor; the source had been asked", NoteZH: "活体数据中图片质量差，已查询权威库"},
	{VendorCode: "WRONG_LIVENESS_DATA", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeBadCapture,
		Note: "the capture is unusable; the source may have been asked", NoteZH: "活体数据不可用，可能已查询权威库"},
	{VendorCode: "NO_FACE_DETECTED", VendorReason: "poor picture quality", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "the picture is too poor to find a face; the source had been asked", NoteZH: "图片质量差，未检测出人脸，已查询权威库"},
	{VendorCode: "NO_FACE_DETECTED", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeNoFace,
		Note: "no face in the capture; the source may have been asked", NoteZH: "未检测出人脸，可能已查询权威库"},

	{VendorCode: "UNAUTHORIZED", HTTPStatus: http.StatusUnauthorized, Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused,
		Note: "api_id or api_secret is wrong", NoteZH: "账号或密钥错误"},
	{VendorCode: "KEY_EXPIRED", HTTPStatus: http.StatusUnauthorized, Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused,
		Note: "the account has expired", NoteZH: "账号已过期"},
	{VendorCode: "RATE_LIMIT_EXCEEDED", HTTPStatus: http.StatusForbidden, Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused,
		Note: "too many calls; not processed", NoteZH: "调用频率超限，请求未被处理"},
	{VendorCode: "OUT_OF_QUOTA", HTTPStatus: http.StatusForbidden, Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused,
		Note: "the calls bought are used up", NoteZH: "调用次数已用完"},
	{VendorCode: "NO_PERMISSION", HTTPStatus: http.StatusForbidden, Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused,
		Note: "the account may not call this interface", NoteZH: "账号无此接口的调用权限"},
	{VendorCode: "NOT_FOUND", HTTPStatus: http.StatusNotFound, Code: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused,
		Note: "wrong path: check BaseURL", NoteZH: "请求路径错误，请检查 BaseURL"},
	{VendorCode: "INTERNAL_ERROR", HTTPStatus: http.StatusInternalServerError, Code: idverify.CodeVendorUnavailable,
		Note: "fault inside the vendor; may have been billed", NoteZH: "厂商内部错误，可能已计费"},
})
