package huaweiivs

import (
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// The vendor decides, and publishes no threshold. The score's scale is 0..100, or
// 0..1000 with Config.Detail.
var (
	similarity       = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 100}}
	similarityDetail = idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 1000}}
)

func ruleFor(detail bool) idverify.Rule {
	if detail {
		return similarityDetail
	}
	return similarity
}

// words are the verification_result for each verification_code.
var words = map[string]string{
	"1000": "valid", "2001": "invalid", "2002": "invalid", "2003": "invalid", "2006": "invalid", "3001": "nonexistent",
}

// isWordOf reports whether a verification_result matches a code. With an unlisted code
// "valid" never matches.
func isWordOf(code, word string) bool {
	if want, listed := words[strings.TrimSpace(code)]; listed { // as the table finds it
		return word == want
	}
	return word != "valid"
}

const (
	codeSignature = "APIG.0301"
	anyOfService  = "IVS.*"

	reasonClock  = "clock"
	reasonServer = "5xx"
)

// phrases are parts of a message, in lower case, that narrow its code. One about
// the key takes precedence over a clock difference, because a second signature
// would not help.
var phrases = []struct{ code, says, reason string }{
	{"IVS.0009", "more than one", "several faces"},
	{"IVS.0009", "multiple", "several faces"},
	{"IVS.0009", "too many", "several faces"},
	{"IVS.0011", "verification_name", "verification_name"},
	{"IVS.0011", "verification_id", "verification_id"},
	{codeSignature, "reach the limit", "locked"},
	{codeSignature, "ak not exist", "no such key"},
	{codeSignature, "decrypt token", "token"},
	{codeSignature, "token expires", "token"},
	{codeSignature, "token not found", "token"},
}

// Codes lists the vendor's codes and what they mean here. The gateway's codes are
// spelt APIG or APIGW; the table has the shorter form for both. Calls that end with
// an error are documented as free, except that after a gateway error the service may
// have worked and billed.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable(append(serviceRows, gatewayRows...))

var serviceRows = []idverify.CodeRow{
	{VendorCode: "1000", HTTPStatus: 200, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
		Note: "the vendor verified the person", NoteZH: "厂商判定核验通过"},

	// The source's answers about name, number and registered photo.
	{VendorCode: "2001", HTTPStatus: 200, Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes,
		Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
	{VendorCode: "2002", HTTPStatus: 200, Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the face is not this person's", NoteZH: "人脸不是本人"},
	{VendorCode: "2003", HTTPStatus: 200, Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "the picture's quality or format does not do", NoteZH: "图片质量或格式不合要求"},
	{VendorCode: "2006", HTTPStatus: 200, Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "the source holds no card photo of the person", NoteZH: "权威库中没有此人的证件照"},
	{VendorCode: "3001", HTTPStatus: 200, Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledYes,
		Note: "the source does not hold the number; soldiers, and people whose household is being moved, can meet this", NoteZH: "权威库查无此号码，现役军人或户口迁移中的人可能遇到"},

	// The request.
	{VendorCode: "IVS.0001", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the body is empty or cannot be parsed", NoteZH: "请求体为空或无法解析"},
	{VendorCode: "IVS.0002", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "more than one person in a request", NoteZH: "一次请求中有多个核验对象"},
	{VendorCode: "IVS.0003", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a required member is null", NoteZH: "必填参数为空"},
	{VendorCode: "IVS.0004", HTTPStatus: 400, Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the picture's base64 is above 4 MB; what is below 10 KB is not sent", NoteZH: "图片 base64 超过 4MB（低于 10KB 的不会发出）"},
	{VendorCode: "IVS.0005", HTTPStatus: 400, Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the video is too large or too small; not in this form", NoteZH: "视频大小不合要求，本接口不涉及"},
	{VendorCode: "IVS.0006", HTTPStatus: 400, Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "the picture is no JPEG, or its sides are not 300 to 4000 pixels", NoteZH: "图片不是 JPEG，或边长不在 300 至 4000 像素之间"},
	{VendorCode: "IVS.0007", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the picture of the card cannot be used; not in this form", NoteZH: "证件图片不可用，本接口不涉及"},
	{VendorCode: "IVS.0008", HTTPStatus: 400, Code: idverify.CodeBadCapture, Billed: idverify.BilledNo,
		Note: "liveness of the video could not be established; not in this form", NoteZH: "视频活体检测出错，本接口不涉及"},
	{VendorCode: "IVS.0009", VendorReason: "several faces", HTTPStatus: 400, Code: idverify.CodeMultipleFaces, Billed: idverify.BilledNo,
		Note: "several faces were detected in the picture", NoteZH: "图片中检测到多张人脸"},
	{VendorCode: "IVS.0009", HTTPStatus: 400, Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face was detected in the picture", NoteZH: "图片中未检测到人脸"},
	{VendorCode: "IVS.0010", HTTPStatus: 400, Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the face could not be compared; look whether there is one", NoteZH: "人脸比对出错，请检查图片中是否有人脸"},
	{VendorCode: "IVS.0011", VendorReason: "verification_name", HTTPStatus: 400, Code: idverify.CodeInvalidName, Billed: idverify.BilledNo,
		Note: "the vendor refuses the name", NoteZH: "厂商不接受该姓名"},
	{VendorCode: "IVS.0011", VendorReason: "verification_id", HTTPStatus: 400, Code: idverify.CodeInvalidIDNumber, Billed: idverify.BilledNo,
		Note: "the vendor refuses the ID number", NoteZH: "厂商不接受该身份证号"},
	{VendorCode: "IVS.0011", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a member has a wrong length, type or value", NoteZH: "参数的长度、类型或取值有误"},
	{VendorCode: "IVS.0012", HTTPStatus: 400, Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "headers are missing", NoteZH: "缺少请求头"},
	{VendorCode: "IVS.0015", Code: idverify.CodePermissionDenied, Billed: idverify.BilledNo, Delivery: idverify.DeliveryRefused,
		Note: "the interface is not subscribed, or in another region", NoteZH: "未开通此接口，或开通在其他区域"},
	{VendorCode: anyOfService, VendorReason: reasonServer, HTTPStatus: 500, Code: idverify.CodeVendorUnavailable,
		Note: "a code that the vendor's page does not list, with an HTTP status of 5xx", NoteZH: "文档未列出的错误码，HTTP 状态为 5xx"},
}
