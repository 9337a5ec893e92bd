package megvii

import (
	"net/http"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// similarity is decided by the answer's thresholds. The page says "greater than",
// so a confidence exactly at the threshold does not pass.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	DecidedBy: idverify.DecidedByAnswer,
	Scale:     idverify.Scale{Min: 0, Max: 100},
	Pass:      idverify.Above,
	FAR:       []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}, {Rate: 1e-6}},
	Rate:      1e-4,
}

// Codes for two answers that have no error_message.
const (
	codeOK       = "result_faceid"
	codeTooLarge = "Request Entity Too Large"
)

// Codes lists the vendor's errors, NAME with what comes behind its colon, and what
// they mean here. The vendor's page says for each whether it is charged for, but for
// that of success, which is, and AUTHENTICATION_ERROR, which stands on pages beside it.
func Codes() []idverify.CodeRow { return table.Rows() }

// fold is a reason without what the vendor writes in several ways: letter case,
// quotes, full stops, blanks and underscores.
func fold(reason string) string { return strings.ToLower(unadorned.Replace(reason)) }

var unadorned = strings.NewReplacer(`"`, "", "'", "", "“", "", "”", "", "‘", "", "’", "", ".", "", " ", "", "_", "")

// reasonOf is the reason of a row that an error's parameter means, or the parameter.
func reasonOf(param string) string {
	if reason, ok := reasons[fold(param)]; ok {
		return reason
	}
	return param
}

var reasons = func() map[string]string {
	all := map[string]string{}
	for _, row := range table.Rows() {
		all[fold(row.VendorReason)] = row.VendorReason
	}
	return all
}()

var table = exchange.NewTable([]idverify.CodeRow{
	{VendorCode: codeOK, HTTPStatus: http.StatusOK, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "compared; confidence and the thresholds beside it decide", NoteZH: "已完成比对，由 confidence 与同一应答中的 thresholds 判定"},

	// What the source says. All of it is charged for.
	{VendorCode: "NO_SUCH_ID_NUMBER", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledYes,
		Note: "the source does not hold the number", NoteZH: "权威库查无此号码"},
	{VendorCode: "ID_NUMBER_NAME_NOT_MATCH", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "the number exists, the name does not fit it", NoteZH: "号码存在，但与姓名不一致"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "data_source", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "name and number agree, the source's photo cannot be read or is missing", NoteZH: "姓名与号码一致，但权威库的照片无法解析或缺失"},
	{VendorCode: "NO_FACE_FOUND", VendorReason: "data_source", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "the source holds no photo, or one without a face", NoteZH: "权威库没有照片，或照片中找不到人脸"},
	{VendorCode: "DATA_SOURCE_ERROR", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "the source failed; the vendor advises to pause and to call it", NoteZH: "权威库异常，厂商建议暂停业务并与其联系"},

	// The photo.
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "image", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "the picture cannot be read or is damaged", NoteZH: "图片无法解析或已损坏"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "image_ref1", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "a reference picture cannot be read; none is sent", NoteZH: "参考图片无法解析（本库不发送参考图片）"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "image_ref2", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "a reference picture cannot be read; none is sent", NoteZH: "参考图片无法解析（本库不发送参考图片）"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "image_ref3", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "a reference picture cannot be read; none is sent", NoteZH: "参考图片无法解析（本库不发送参考图片）"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", VendorReason: "facetoken", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "the picture behind a face token cannot be read; none is sent", NoteZH: "face_token 对应的图片无法解析（本库不发送 face_token）"},
	{VendorCode: "IMAGE_ERROR_UNSUPPORTED_FORMAT", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeUnknown,
		Note: "a picture cannot be read, and the vendor does not say whose", NoteZH: "图片无法解析，厂商未说明是哪一张"},
	{VendorCode: "NO_FACE_FOUND", VendorReason: "image", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face in the picture", NoteZH: "图片中没有人脸"},
	{VendorCode: "NO_FACE_FOUND", VendorReason: "image_ref1", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face in a reference picture; none is sent", NoteZH: "参考图片中没有人脸（本库不发送参考图片）"},
	{VendorCode: "NO_FACE_FOUND", VendorReason: "image_ref2", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face in a reference picture; none is sent", NoteZH: "参考图片中没有人脸（本库不发送参考图片）"},
	{VendorCode: "NO_FACE_FOUND", VendorReason: "image_ref3", HTTPStatus: http.StatusBadRequest,
		Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face in a reference picture; none is sent", NoteZH: "参考图片中没有人脸（本库不发送参考图片）"},
	{VendorCode: "NO_FACE_FOUND", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeUnknown,
		Note: "no face in a picture, and the vendor does not say whose", NoteZH: "图片中没有人脸，厂商未说明是哪一张"},
	{VendorCode: "INVALID_IMAGE_SIZE", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the picture has over 2 MB, or over 4096 pixels on a side", NoteZH: "图片超过 2MB，或某一边超过 4096 像素"},
	{VendorCode: "MULTIPLE_FACES", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeMultipleFaces, Billed: idverify.BilledNo,
		Note: "several faces in the picture", NoteZH: "图片中有多张人脸"},
	{VendorCode: "LOW_QUALITY", HTTPStatus: http.StatusBadRequest, Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the largest face is below the quality threshold", NoteZH: "最大人脸的质量低于 face_quality_threshold"},
	{VendorCode: codeTooLarge, HTTPStatus: http.StatusRequestEntityTooLarge, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the whole request has over 2 MB; answered in plain text", NoteZH: "整个请求超过 2MB，应答为纯文本"},

	// Captures and tokens: other kinds of the same interface. A photo should meet
	// none of them.
	{VendorCode: "INVALID_FACE_TOKEN", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeEvidenceExpired, Billed: idverify.BilledNo,
		Note: "the face token is not known", NoteZH: "face_token 不存在"},
	{VendorCode: "DATA_VALIDATION_ERROR", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeBadCapture, Billed: idverify.BilledNo,
		Note: "the capture's delta does not match its pictures", NoteZH: "delta 与图片不匹配"},
	{VendorCode: "DATA_VAILDATION_ERROR", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeBadCapture, Billed: idverify.BilledNo,
		Note: "the capture's delta does not match its pictures, as older answers spell it", NoteZH: "delta 与图片不匹配（旧版拼写）"},
	{VendorCode: "DELTA_USED", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeEvidenceExpired, Billed: idverify.BilledNo,
		Note: "the capture was used before", NoteZH: "delta 已被使用过"},
	{VendorCode: "MEGLIVE_BIZ_NO_USED", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeEvidenceExpired, Billed: idverify.BilledNo,
		Note: "the capture was used before", NoteZH: "活体数据已被使用过"},

	// The request.
	{VendorCode: "INVALID_NAME_FORMAT", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidName, Billed: idverify.BilledNo,
		Note: "the name has over 32 characters or is not UTF-8", NoteZH: "姓名超过 32 个字符，或不是 UTF-8 编码"},
	{VendorCode: "INVALID_IDCARD_NUMBER", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidIDNumber, Billed: idverify.BilledNo,
		Note: "the number is not 18 digits, of which the last may be an X", NoteZH: "号码不是 18 位数字（末位可为 X）"},
	{VendorCode: "MISSING_ARGUMENTS", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a part of the form is missing", NoteZH: "缺少必需的参数"},
	{VendorCode: "BAD_ARGUMENTS", HTTPStatus: http.StatusBadRequest, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a part of the form has a value that is not allowed", NoteZH: "某个参数的取值不合法"},

	// Key and account.
	{VendorCode: "AUTHENTICATION_ERROR", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodeUnauthorized, Billed: idverify.BilledNo,
		Note: "api_key and api_secret do not match", NoteZH: "api_key 与 api_secret 不匹配"},
	{VendorCode: "AUTHORIZATION_ERROR", VendorReason: "Limit reached", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodeQuotaExceeded, Billed: idverify.BilledNo,
		Note: "the calls of a test key are used up", NoteZH: "测试 key 的调用次数已用完"},
	{VendorCode: "AUTHORIZATION_ERROR", VendorReason: "Denied", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo,
		Note: "the key may not call this interface", NoteZH: "api_key 无此接口的调用权限"},
	{VendorCode: "AUTHORIZATION_ERROR", VendorReason: "No data source permission", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo,
		Note: "the key may not ask the authoritative source", NoteZH: "api_key 无查询权威库的权限"},
	{VendorCode: "AUTHORIZATION_ERROR", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo,
		Note: "the key has no right to this call, or was stopped", NoteZH: "api_key 无权限或已停用"},
	{VendorCode: "CONCURRENCY_LIMIT_EXCEEDED", HTTPStatus: http.StatusForbidden, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodeRateLimited, Billed: idverify.BilledNo,
		Note: "too many calls at once; not processed", NoteZH: "并发数超限，请求未被处理"},
	{VendorCode: "API_NOT_FOUND", HTTPStatus: http.StatusNotFound, Delivery: idverify.DeliveryRefused,
		Code: idverify.CodeInvalidConfig, Billed: idverify.BilledNo,
		Note: "wrong path: check BaseURL", NoteZH: "请求路径错误，请检查 BaseURL"},
	{VendorCode: "INTERNAL_ERROR", HTTPStatus: http.StatusInternalServerError, Code: idverify.CodeVendorUnavailable, Billed: idverify.BilledNo,
		Note: "fault inside the vendor, free of charge; the vendor advises to send it again", NoteZH: "厂商内部错误，不计费，厂商建议重试"},
})
