package volcengine

import (
	"net/http"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// Every answer has a threshold for each of these rates, and the vendor's page uses the
// one for 1e-4 for a pass. It publishes no scale: 0..100 is the scale of similar
// thresholds elsewhere, and a score outside it decides nothing.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	DecidedBy: idverify.DecidedByAnswer,
	Scale:     idverify.Scale{Min: 0, Max: 100},
	Pass:      idverify.AtLeast,
	FAR:       []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}, {Rate: 1e-6}},
	Rate:      1e-4,
}

const (
	codeOK     = "10000"
	codeSeeSub = "50215" // the sub-code decides
	codeDenied = "50400"
	codeFlow   = "FlowLimitExceeded"
	subOK      = "0" // has no row: beside codeOK the score decides

	// What the message of codeDenied is about.
	reasonSignature = "signature"
	reasonTime      = "timestamp"
)

// Codes lists the vendor's codes and what they mean here: sub-codes, codes of the
// service, and the names of the gateway's errors. Sub-codes are billed as the vendor's
// page marks them, unless the answer itself states its price.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable(slices.Concat(subCodes, serviceCodes, gatewayCodes))

// A code of the service has five digits and a sub-code six; the gateway's are names.
const (
	codeDigits = 5
	subDigits  = 6
	noDigits   = 0
)

// listedAs returns a code as it is listed for its place in the answer. A code that is
// listed only for another place counts as unlisted.
func listedAs(code string, digits int) string {
	_, listed := table.Find(code)
	isNumber := strings.Trim(code, "0123456789") == ""
	fits := isNumber && len(code) == digits
	if digits == noDigits {
		fits = !isNumber
	}
	if listed && !fits {
		return "misplaced-" + strings.TrimSpace(code)
	}
	return code
}

// ofGateway is a code of the gateway's. By its page HTTP 429 is too many calls, whatever
// the code.
func ofGateway(call *exchange.Call, code string) string {
	if _, listed := table.Find(code); !listed && code != "" && call.Status() == http.StatusTooManyRequests {
		return codeFlow
	}
	return listedAs(code, noDigits)
}

// Of these, six digits each, the vendor's page says which are charged for. It is cut
// off within 210702, and what comes behind is not known.
var subCodes = []idverify.CodeRow{
	// What was compared.
	{VendorCode: "210311", Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the face is not the person's", NoteZH: "人脸不是本人"},
	{VendorCode: "210313", Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes,
		Note: "the face does not agree, though it may be the person: no pass", NoteZH: "人脸比对不一致，疑似本人，不视为通过"},

	// The source's answers about name, number and registered photo.
	{VendorCode: "210207", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledNo,
		Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
	{VendorCode: "210205", Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledNo,
		Note: "the source does not hold the number", NoteZH: "权威库查无此号码"},
	{VendorCode: "210102", Code: idverify.CodeIdentityNotFound, Billed: idverify.BilledNo,
		Note: "the source gives no result for what was asked", NoteZH: "待核验信息在权威库中无结果"},
	{VendorCode: "210308", Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledYes,
		Note: "the source's photo is too poor to compare with", NoteZH: "权威库中的登记照质量不足"},
	{VendorCode: "210309", Code: idverify.CodeReferencePhotoUnavailable, Billed: idverify.BilledNo,
		Note: "the source has no photo", NoteZH: "权威库中没有登记照"},

	// The photo. Some unusable ones are charged for all the same.
	{VendorCode: "210314", Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "no features could be taken from the picture; charged for", NoteZH: "无法从图片提取人脸特征，仍计费"},
	{VendorCode: "210301", Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledYes,
		Note: "the picture is of a format that the vendor does not read; charged for", NoteZH: "不支持的图片格式，仍计费"},
	{VendorCode: "210302", Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "the picture is poor or damaged; charged for", NoteZH: "图片质量差或已损坏，仍计费"},
	{VendorCode: "210303", Code: idverify.CodePoorPhoto, Billed: idverify.BilledYes,
		Note: "the picture is too small; charged for", NoteZH: "图片过小，仍计费"},
	{VendorCode: "210304", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the picture is empty", NoteZH: "图片为空"},
	{VendorCode: "201301", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "the picture is empty", NoteZH: "图片为空"},
	{VendorCode: "210305", Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face was found in the picture", NoteZH: "图片中未检测到人脸"},
	{VendorCode: "203101", Code: idverify.CodeNoFace, Billed: idverify.BilledNo,
		Note: "no face was found in the picture", NoteZH: "图片中未检测到人脸"},
	{VendorCode: "210306", Code: idverify.CodeMultipleFaces, Billed: idverify.BilledNo,
		Note: "several faces were found in the picture", NoteZH: "图片中有多张人脸"},
	{VendorCode: "210307", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "no features could be taken from the face", NoteZH: "人脸特征提取失败"},
	{VendorCode: "210310", Code: idverify.CodeTooLarge, Billed: idverify.BilledNo,
		Note: "the picture is too large", NoteZH: "图片过大"},
	{VendorCode: "201302", Code: idverify.CodeUnsupportedFormat, Billed: idverify.BilledNo,
		Note: "the picture cannot be decoded", NoteZH: "图片无法解码"},
	{VendorCode: "201304", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the picture cannot be processed", NoteZH: "图片无法处理"},
	{VendorCode: "210701", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo,
		Note: "the picture's quality is too low", NoteZH: "图片质量分过低"},
	{VendorCode: "210702", Code: idverify.CodePoorPhoto,
		Note: "about a liveness score, which this interface does not measure; the vendor's page is cut off here", NoteZH: "涉及活体分，本接口不做活体检测；厂商文档在此处截断"},
	{VendorCode: "210312", Code: idverify.CodeBadCapture, Billed: idverify.BilledNo,
		Note: "the liveness of a video was not established; a photo should not meet this", NoteZH: "视频活体检测未通过，照片不应出现"},

	// The request, and the person's tries.
	{VendorCode: "201201", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a parameter is missing", NoteZH: "缺少参数"},
	{VendorCode: "201202", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a parameter is not valid", NoteZH: "参数不合法"},
	{VendorCode: "210101", Code: idverify.CodeInvalidRequest, Billed: idverify.BilledNo,
		Note: "a field to be verified is empty or not valid", NoteZH: "待核验字段为空或不合法"},
	{VendorCode: "210201", Code: idverify.CodeInvalidIDNumber, Billed: idverify.BilledNo,
		Note: "the number is empty", NoteZH: "证件号码为空"},
	{VendorCode: "210202", Code: idverify.CodeInvalidIDNumber, Billed: idverify.BilledNo,
		Note: "the number is not valid", NoteZH: "证件号码不合法"},
	{VendorCode: "210203", Code: idverify.CodeInvalidName, Billed: idverify.BilledNo,
		Note: "the name is empty", NoteZH: "姓名为空"},
	{VendorCode: "210204", Code: idverify.CodeInvalidName, Billed: idverify.BilledNo,
		Note: "the name is against the vendor's rules", NoteZH: "姓名不符合规则"},
	{VendorCode: "201403", Code: idverify.CodeTooManyAttempts, Billed: idverify.BilledNo,
		Note: "the vendor's daily limit of tries for this number is reached", NoteZH: "该证件号码当日核验次数已达厂商上限"},

	// Faults, documented as free.
	{VendorCode: "100000", Code: idverify.CodeVendorUnavailable, Billed: idverify.BilledNo,
		Note: "fault inside the service; free", NoteZH: "服务内部故障，不计费"},
	{VendorCode: "100001", Code: idverify.CodeSourceUnavailable, Billed: idverify.BilledNo,
		Note: "fault at the identity source; free", NoteZH: "权威库故障，不计费"},
}
