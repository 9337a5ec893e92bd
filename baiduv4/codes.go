package baiduv4

import (
	"slices"
	"strconv"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// similarity is the vendor's only published threshold. It is exclusive: above
// 80 is the same person.
var similarity = idverify.Rule{
	Kind:      idverify.CheckSimilarity,
	Scale:     idverify.Scale{Min: 0, Max: 100},
	Pass:      idverify.Above,
	Threshold: 80,
	FAR:       []idverify.FARStep{{Threshold: 80, Rate: 1e-4}},
}

var qualityLevels = []QualityControl{QualityNone, QualityLow, QualityNormal, QualityHigh}

var livenessRules = map[LivenessControl]idverify.Rule{
	LivenessNone:   off,
	LivenessLow:    livenessFrom(0.05),
	LivenessNormal: livenessFrom(0.3),
	LivenessHigh:   livenessFrom(0.9),
}

// syntheticRules run in the opposite direction: 1 is the worst score, and LOW is the
// strictest level.
var syntheticRules = map[SyntheticControl]idverify.Rule{
	SyntheticNone:   off,
	SyntheticLow:    syntheticUpTo(0.00023),
	SyntheticNormal: syntheticUpTo(0.00048),
	SyntheticHigh:   syntheticUpTo(0.00109),
}

// off is the rule of a control that requests no score.
var off idverify.Rule

func isOn(rule idverify.Rule) bool { return rule.Kind != "" }

func livenessFrom(threshold float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckLiveness, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtLeast, Threshold: threshold,
	}
}

func syntheticUpTo(threshold float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckSynthetic, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtMost, Threshold: threshold,
	}
}

const (
	codeOK       = "0"             // of error_code
	statusCode   = "verify_status" // rows for verify_status have its value as their reason
	statusNormal = "0"
)

// recommended are the vendor's recommended rules.
var recommended = []idverify.Rule{similarity, livenessRules[LivenessNormal], syntheticRules[SyntheticNormal]}

// tokenRefusals are the codes after which a new access token may help.
var tokenRefusals = []string{"100", "110", "111"}

// Codes lists the vendor's codes and what they mean here: of a verification,
// where Code "verify_status" stands for that field with its value as Reason,
// and of the token endpoint, whose codes are words. The vendor does not say
// which failed calls it charges for, so most rows leave that unknown.
func Codes() []idverify.CodeRow { return table.Rows() }

var table = exchange.NewTable(slices.Concat(
	[]idverify.CodeRow{
		{VendorCode: codeOK, Code: idverify.CodeMatch, Billed: idverify.BilledYes,
			Note: "compared; the scores decide", NoteZH: "已完成比对，由各项分数判定"},
		{VendorCode: statusCode, VendorReason: "1", Code: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree, or there is no such number", NoteZH: "姓名与号码不一致，或号码不存在"},
		{VendorCode: statusCode, VendorReason: "2", Code: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo, or none good enough", NoteZH: "权威库没有照片，或照片质量不足"},
	},

	// The platform in front of the interface.
	[]idverify.CodeRow{
		{VendorCode: "1", Code: idverify.CodeVendorUnavailable,
			Note: "fault inside the vendor that it does not explain", NoteZH: "厂商未说明原因的内部错误"},
		{VendorCode: "2", Code: idverify.CodeVendorUnavailable,
			Note: "the service is temporarily out of service", NoteZH: "服务临时不可用"},
		{VendorCode: "3", Code: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused,
			Note: "no such interface: check BaseURL", NoteZH: "接口不存在，请检查 BaseURL"},
		{VendorCode: "4", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor's cluster accepts no more calls at the moment; not processed", NoteZH: "厂商集群请求量已达上限，请求未被处理"},
		{VendorCode: "6", Code: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note:   "the application may not call this interface; a grant takes up to an hour to work, and one for V3 is not one for V4",
			NoteZH: "应用无此接口的权限；开通后最长约一小时生效，V3 权限不等于 V4 权限"},
		{VendorCode: "13", Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor could not check the token at the moment; not processed", NoteZH: "厂商暂时无法校验令牌，请求未被处理"},
		{VendorCode: "14", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor's access management refused the credentials", NoteZH: "IAM 鉴权未通过"},
		{VendorCode: "15", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the application does not exist", NoteZH: "应用不存在"},
		{VendorCode: "17", Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the calls allowed for the day are used up", NoteZH: "当日调用量已用完"},
		{VendorCode: "18", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note:   "too many calls in this second, counted over all applications of the account; not processed",
			NoteZH: "每秒调用次数超限（账号下所有应用合计），请求未被处理"},
		{VendorCode: "19", Code: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the calls bought are used up", NoteZH: "调用总量已用完"},
		{VendorCode: "23", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the API key was refused", NoteZH: "API Key 鉴权未通过"},
		{VendorCode: "100", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token is invalid, and so was a new one", NoteZH: "令牌无效，换新后仍被拒绝"},
		{VendorCode: "110", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token was revoked, and so was a new one", NoteZH: "令牌已失效，换新后仍被拒绝"},
		{VendorCode: "111", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token has expired, and so has a new one", NoteZH: "令牌已过期，换新后仍被拒绝"},
	},

	// The vision platform.
	each(callersFault, only(216100, 216101, 216103, 216110, 216111)),
	[]idverify.CodeRow{
		{VendorCode: "216102", Code: idverify.CodeInvalidRequest,
			Note: "an unsupported feature was requested", NoteZH: "请求了厂商不支持的服务"},
		{VendorCode: "216200", Code: idverify.CodeInvalidRequest,
			Note: "the picture is empty", NoteZH: "图片为空"},
		{VendorCode: "216201", Code: idverify.CodeUnsupportedFormat,
			Note: "the picture is of a format the vendor does not read", NoteZH: "图片格式不受支持"},
		{VendorCode: "216202", Code: idverify.CodeTooLarge,
			Note:   "the picture's size is out of bounds; below 7.5 MB it is within them whether the vendor counts before base64 or after",
			NoteZH: "图片大小超出限制；小于 7.5 MB 时，无论按 base64 编码前还是编码后计算都在限制内"},
	},
	each(vendorsFault, only(216300, 216400, 216401), from(216430, 216433), only(216500, 216505, 216506, 216612)),
	[]idverify.CodeRow{
		{VendorCode: "216434", Code: idverify.CodeAttackSuspected,
			Note: "the picture failed the liveness check", NoteZH: "活体检测未通过"},
		{VendorCode: "216501", Code: idverify.CodeNoFace,
			Note: "no face was found", NoteZH: "未检测到人脸"},
		{VendorCode: "216507", Code: idverify.CodeMultipleFaces,
			Note: "more than one face was found", NoteZH: "检测到多张人脸"},
		{VendorCode: "216600", Code: idverify.CodeInvalidIDNumber,
			Note: "the number is malformed", NoteZH: "号码格式有误"},
		{VendorCode: "216601", Code: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
		{VendorCode: "216908", Code: idverify.CodePoorPhoto,
			Note: "the face is not clear enough", NoteZH: "人脸质量过低"},
	},

	// The face interfaces: parameters.
	each(callersFault,
		from(222001, 222012), only(222014), from(222016, 222018), only(222021), from(222024, 222030),
		only(222039, 222043, 222046, 222101, 222102, 222152, 222154)),
	[]idverify.CodeRow{
		{VendorCode: "222013", Code: idverify.CodeInvalidRequest,
			Note: "image is malformed", NoteZH: "image 参数格式有误"},
		{VendorCode: "222015", Code: idverify.CodeInvalidRequest,
			Note: "image_type is malformed", NoteZH: "image_type 参数格式有误"},
		{VendorCode: "222019", Code: idverify.CodeInvalidRequest,
			Note: "quality_control is malformed", NoteZH: "quality_control 参数格式有误"},
		{VendorCode: "222020", Code: idverify.CodeInvalidRequest,
			Note: "liveness_control is malformed", NoteZH: "liveness_control 参数格式有误"},
		{VendorCode: "222022", Code: idverify.CodeInvalidIDNumber,
			Note: "the number is malformed", NoteZH: "号码格式有误"},
		{VendorCode: "222023", Code: idverify.CodeInvalidName,
			Note: "the name is malformed", NoteZH: "姓名格式有误"},
		{VendorCode: "222200", Code: idverify.CodeInvalidRequest,
			Note: "the body is not JSON", NoteZH: "请求体不是 JSON"},
	},

	// The face interfaces: service and picture.
	each(vendorsFault, only(222201, 222205, 222206), from(222300, 222303)),
	[]idverify.CodeRow{
		{VendorCode: "222202", Code: idverify.CodeNoFace,
			Note: "no face was found", NoteZH: "未检测到人脸"},
		{VendorCode: "222203", Code: idverify.CodeNoFace,
			Note: "no face could be detected", NoteZH: "无法解析出人脸"},
		{VendorCode: "222204", Code: idverify.CodeEvidenceUnreachable,
			Note: "the vendor could not fetch the picture's URL", NoteZH: "厂商无法从链接下载图片"},
		{VendorCode: "222209", Code: idverify.CodeEvidenceExpired,
			Note: "the vendor does not hold the face token; it lives for an hour unless stored", NoteZH: "人脸标识不存在；未入库的有效期为一小时"},
		{VendorCode: "222213", Code: idverify.CodePoorPhoto,
			Note: "the face is too small", NoteZH: "人脸过小"},
		{VendorCode: "222214", Code: idverify.CodePoorPhoto,
			Note: "the face is drawn, not photographed", NoteZH: "图片为卡通人脸"},
		{VendorCode: "222304", Code: idverify.CodeTooLarge,
			Note: "the picture has too many pixels", NoteZH: "图片尺寸过大"},
		{VendorCode: "222307", Code: idverify.CodePhotoRefused,
			Note: "refused for what the picture shows", NoteZH: "图片内容不合规"},
		{VendorCode: "222308", Code: idverify.CodePhotoRefused,
			Note: "refused for whom or what the picture shows", NoteZH: "图片内容不合规，被拒绝处理"},
		{VendorCode: "222309", Code: idverify.CodePoorPhoto,
			Note: "the picture is too small", NoteZH: "图片尺寸过小"},
	},

	// The source's answers in the form of V3; V4 uses verify_status for most of
	// them.
	[]idverify.CodeRow{
		{VendorCode: "222350", Code: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo, or none good enough", NoteZH: "权威库没有照片，或照片质量不足"},
		{VendorCode: "222351", Code: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree, or there is no such number", NoteZH: "姓名与号码不一致，或号码不存在"},
		{VendorCode: "222352", Code: idverify.CodeInvalidName,
			Note: "the source calls the name malformed", NoteZH: "权威库判定姓名格式有误"},
		{VendorCode: "222353", Code: idverify.CodeInvalidIDNumber,
			Note: "the source calls the number malformed", NoteZH: "权威库判定号码格式有误"},
		{VendorCode: "222354", Code: idverify.CodeIdentityNotFound,
			Note: "the source does not hold the number", NoteZH: "权威库查无此号码"},
		{VendorCode: "222355", Code: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo", NoteZH: "权威库没有照片"},
		{VendorCode: "222356", Code: idverify.CodePoorPhoto,
			Note: "the submitted face is not clear enough to compare", NoteZH: "提交的人脸质量过低，无法比对"},
		{VendorCode: "222360", Code: idverify.CodeIdentityMismatch,
			Note: "the source refused name and number", NoteZH: "权威库核验未通过"},
		{VendorCode: "222361", Code: idverify.CodeSourceUnavailable,
			Note: "the source cannot be reached; may have been billed", NoteZH: "权威库连接失败或繁忙，可能已计费"},
	},
	each(vendorsFault, from(222901, 222916)),

	// Quality, liveness and spoofing controls.
	[]idverify.CodeRow{
		{VendorCode: "223113", Code: idverify.CodePoorPhoto, Note: "the face is covered", NoteZH: "人脸有遮挡"},
		{VendorCode: "223114", Code: idverify.CodePoorPhoto, Note: "the face is blurred", NoteZH: "人脸模糊"},
		{VendorCode: "223115", Code: idverify.CodePoorPhoto, Note: "the light on the face is not good", NoteZH: "人脸光照不佳"},
		{VendorCode: "223116", Code: idverify.CodePoorPhoto, Note: "the face is cut off", NoteZH: "人脸不完整"},
		{VendorCode: "223118", Code: idverify.CodeInvalidRequest, Note: "a quality control is malformed", NoteZH: "质量控制项有误"},
		{VendorCode: "223119", Code: idverify.CodeInvalidRequest, Note: "a liveness control is malformed", NoteZH: "活体控制项有误"},
		{VendorCode: "223120", Code: idverify.CodeAttackSuspected, Note: "the picture failed the liveness check", NoteZH: "活体检测未通过"},
		{VendorCode: "223121", Code: idverify.CodePoorPhoto, Note: "the left eye is covered", NoteZH: "左眼有遮挡"},
		{VendorCode: "223122", Code: idverify.CodePoorPhoto, Note: "the right eye is covered", NoteZH: "右眼有遮挡"},
		{VendorCode: "223123", Code: idverify.CodePoorPhoto, Note: "the left cheek is covered", NoteZH: "左脸颊有遮挡"},
		{VendorCode: "223124", Code: idverify.CodePoorPhoto, Note: "the right cheek is covered", NoteZH: "右脸颊有遮挡"},
		{VendorCode: "223125", Code: idverify.CodePoorPhoto, Note: "the chin is covered", NoteZH: "下巴有遮挡"},
		{VendorCode: "223126", Code: idverify.CodePoorPhoto, Note: "the nose is covered", NoteZH: "鼻子有遮挡"},
		{VendorCode: "223127", Code: idverify.CodePoorPhoto, Note: "the mouth is covered", NoteZH: "嘴巴有遮挡"},
		{VendorCode: "223129", Code: idverify.CodePoorPhoto, Note: "the face is turned away", NoteZH: "人脸未正对镜头"},
		{VendorCode: "223130", Code: idverify.CodeInvalidRequest, Note: "a spoofing control is malformed", NoteZH: "合成图控制项有误"},
		{VendorCode: "223131", Code: idverify.CodeAttackSuspected, Note: "the picture is synthetic", NoteZH: "疑似合成图"},
	},

	// The application's plan, which is configured in the vendor's console.
	[]idverify.CodeRow{
		{VendorCode: "283421", Code: idverify.CodeInvalidConfig,
			Note: "the plan's application is not known: check the vendor's console", NoteZH: "方案所属应用有误，请检查控制台配置"},
		{VendorCode: "283435", Code: idverify.CodeInvalidConfig,
			Note: "the plan is not known: check the vendor's console", NoteZH: "方案有误，请检查控制台配置"},
		{VendorCode: "283436", Code: idverify.CodeInvalidRequest,
			Note: "the plan's own token was refused", NoteZH: "方案令牌未被接受"},
		{VendorCode: "283437", Code: idverify.CodeInvalidRequest,
			Note: "the plan's own token cannot be used", NoteZH: "方案令牌不可用"},
		{VendorCode: "283456", Code: idverify.CodeInvalidRequest,
			Note: "the picture is empty or malformed", NoteZH: "图片为空或格式有误"},
		{VendorCode: "283457", Code: idverify.CodeAttackSuspected,
			Note: "the device or app that recorded the capture broke a rule of risk control", NoteZH: "采集环境命中风控规则"},
		{VendorCode: "283460", Code: idverify.CodeVendorUnavailable,
			Note: "the plan's service did not answer in time", NoteZH: "方案服务响应超时"},
		{VendorCode: "283520", Code: idverify.CodeInvalidRequest,
			Note: "a parameter of the plan is missing or malformed", NoteZH: "方案参数缺失或格式有误"},
	},
	each(vendorsFault, only(283512, 283513)),

	// The token endpoint: error and error_description.
	[]idverify.CodeRow{
		{VendorCode: "invalid_client", VendorReason: "unknown client id", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "APIKey is wrong", NoteZH: "API Key 有误"},
		{VendorCode: "invalid_client", VendorReason: "Client authentication failed", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "SecretKey is wrong", NoteZH: "Secret Key 有误"},
		{VendorCode: "invalid_client", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "APIKey or SecretKey is wrong", NoteZH: "API Key 或 Secret Key 有误"},
		{VendorCode: "unsupported_grant_type", Code: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the token endpoint grants no tokens in this way: check BaseURL", NoteZH: "令牌接口不支持该授权方式，请检查 BaseURL"},
		{VendorCode: "invalid_request", Code: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the token endpoint did not understand the request: check BaseURL", NoteZH: "令牌接口无法理解请求，请检查 BaseURL"},
	},
))

// callersFault and vendorsFault are the rows of codes that need no text of
// their own.
var (
	callersFault = idverify.CodeRow{Code: idverify.CodeInvalidRequest,
		Note: "a parameter is missing or malformed", NoteZH: "参数缺失或格式有误"}
	vendorsFault = idverify.CodeRow{Code: idverify.CodeVendorUnavailable,
		Note: "temporary fault inside the vendor; may have been billed", NoteZH: "厂商内部临时故障，可能已计费"}
)

// each makes one row for each of the codes.
func each(row idverify.CodeRow, codes ...[]int) []idverify.CodeRow {
	var rows []idverify.CodeRow
	for _, code := range slices.Concat(codes...) {
		row.VendorCode = strconv.Itoa(code)
		rows = append(rows, row)
	}
	return rows
}

func only(codes ...int) []int { return codes }

func from(first, last int) []int {
	var codes []int
	for code := first; code <= last; code++ {
		codes = append(codes, code)
	}
	return codes
}
