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

// spoofingRules run the other way: 1 is worst, and LOW is the strictest.
var spoofingRules = map[SpoofingControl]idverify.Rule{
	SpoofingNone:   off,
	SpoofingLow:    spoofingUpTo(0.00023),
	SpoofingNormal: spoofingUpTo(0.00048),
	SpoofingHigh:   spoofingUpTo(0.00109),
}

// off is the rule of a control that asks for no score.
var off idverify.Rule

func isOn(rule idverify.Rule) bool { return rule.Kind != "" }

func livenessFrom(threshold float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckLiveness, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtLeast, Threshold: threshold,
	}
}

func spoofingUpTo(threshold float64) idverify.Rule {
	return idverify.Rule{
		Kind: idverify.CheckSpoofing, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtMost, Threshold: threshold,
	}
}

const (
	codeOK       = "0"             // of error_code
	statusCode   = "verify_status" // the rows for verify_status, which is their reason
	statusNormal = "0"
)

// recommended are the rules that the vendor advises.
var recommended = []idverify.Rule{similarity, livenessRules[LivenessNormal], spoofingRules[SpoofingNormal]}

// tokenRefusals are the codes that a new access token may cure.
var tokenRefusals = []string{"100", "110", "111"}

// Codes lists the vendor's codes and what they mean here: of a verification,
// where Code "verify_status" stands for that field with its value as Reason,
// and of the token endpoint, whose codes are words. The vendor does not say
// which failed calls it charges for, so most rows leave that unknown.
func Codes() []idverify.VendorCode { return table.Rows() }

var table = exchange.NewTable(slices.Concat(
	[]idverify.VendorCode{
		{Code: codeOK, Meaning: idverify.CodeMatch, Billed: idverify.BilledYes,
			Note: "compared; the scores decide", NoteZH: "已完成比对，由各项分数判定"},
		{Code: statusCode, Reason: "1", Meaning: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree, or there is no such number", NoteZH: "姓名与号码不一致，或号码不存在"},
		{Code: statusCode, Reason: "2", Meaning: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo, or none good enough", NoteZH: "数据源没有照片，或照片质量不足"},
	},

	// The platform in front of the interface.
	[]idverify.VendorCode{
		{Code: "1", Meaning: idverify.CodeVendorUnavailable,
			Note: "fault inside the vendor that it does not explain", NoteZH: "厂商未说明原因的内部错误"},
		{Code: "2", Meaning: idverify.CodeVendorUnavailable,
			Note: "the service is out of order for the moment", NoteZH: "服务临时不可用"},
		{Code: "3", Meaning: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused,
			Note: "no such interface: look at BaseURL", NoteZH: "接口不存在，请检查 BaseURL"},
		{Code: "4", Meaning: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor's cluster takes no more calls for the moment; not processed", NoteZH: "厂商集群请求量已达上限，请求未被处理"},
		{Code: "6", Meaning: idverify.CodePermissionDenied, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note:   "the application may not call this interface; a grant takes up to an hour to work, and one for V3 is not one for V4",
			NoteZH: "应用无此接口的权限；开通后最长约一小时生效，V3 权限不等于 V4 权限"},
		{Code: "13", Meaning: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor could not check the token for the moment; not processed", NoteZH: "厂商暂时无法校验令牌，请求未被处理"},
		{Code: "14", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the vendor's access management refused the credentials", NoteZH: "IAM 鉴权未通过"},
		{Code: "15", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the application does not exist", NoteZH: "应用不存在"},
		{Code: "17", Meaning: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the calls allowed for the day are used up", NoteZH: "当日调用量已用完"},
		{Code: "18", Meaning: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note:   "too many calls in this second, counted over all applications of the account; not processed",
			NoteZH: "每秒调用次数超限（账号下所有应用合计），请求未被处理"},
		{Code: "19", Meaning: idverify.CodeQuotaExceeded, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the calls bought are used up", NoteZH: "调用总量已用完"},
		{Code: "23", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the API key was refused", NoteZH: "API Key 鉴权未通过"},
		{Code: "100", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token is none, and so was a new one", NoteZH: "令牌无效，换新后仍被拒绝"},
		{Code: "110", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token was withdrawn, and so was a new one", NoteZH: "令牌已失效，换新后仍被拒绝"},
		{Code: "111", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the access token has expired, and so has a new one", NoteZH: "令牌已过期，换新后仍被拒绝"},
	},

	// The vision platform.
	each(callersFault, only(216100, 216101, 216103, 216110, 216111)),
	[]idverify.VendorCode{
		{Code: "216102", Meaning: idverify.CodeInvalidRequest,
			Note: "something was asked for that the vendor does not offer", NoteZH: "请求了厂商不支持的服务"},
		{Code: "216200", Meaning: idverify.CodeInvalidRequest,
			Note: "the picture is empty", NoteZH: "图片为空"},
		{Code: "216201", Meaning: idverify.CodeUnsupportedFormat,
			Note: "the picture is of a format the vendor does not read", NoteZH: "图片格式不受支持"},
		{Code: "216202", Meaning: idverify.CodeTooLarge,
			Note: "the picture's size is out of bounds", NoteZH: "图片大小超出限制"},
	},
	each(vendorsFault, only(216300, 216400, 216401), from(216430, 216433), only(216500, 216505, 216506, 216612)),
	[]idverify.VendorCode{
		{Code: "216434", Meaning: idverify.CodeAttackSuspected,
			Note: "the picture failed the liveness check", NoteZH: "活体检测未通过"},
		{Code: "216501", Meaning: idverify.CodeNoFace,
			Note: "no face was found", NoteZH: "未检测到人脸"},
		{Code: "216507", Meaning: idverify.CodeMultipleFaces,
			Note: "more than one face was found", NoteZH: "检测到多张人脸"},
		{Code: "216600", Meaning: idverify.CodeInvalidIDNumber,
			Note: "the number is malformed", NoteZH: "号码格式有误"},
		{Code: "216601", Meaning: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree", NoteZH: "姓名与号码不一致"},
		{Code: "216908", Meaning: idverify.CodePoorPhoto,
			Note: "the face is not clear enough", NoteZH: "人脸质量过低"},
	},

	// The face interfaces: parameters.
	each(callersFault,
		from(222001, 222012), only(222014), from(222016, 222018), only(222021), from(222024, 222030),
		only(222039, 222043, 222046, 222101, 222102, 222152, 222154)),
	[]idverify.VendorCode{
		{Code: "222013", Meaning: idverify.CodeInvalidRequest,
			Note: "image is malformed", NoteZH: "image 参数格式有误"},
		{Code: "222015", Meaning: idverify.CodeInvalidRequest,
			Note: "image_type is malformed", NoteZH: "image_type 参数格式有误"},
		{Code: "222019", Meaning: idverify.CodeInvalidRequest,
			Note: "quality_control is malformed", NoteZH: "quality_control 参数格式有误"},
		{Code: "222020", Meaning: idverify.CodeInvalidRequest,
			Note: "liveness_control is malformed", NoteZH: "liveness_control 参数格式有误"},
		{Code: "222022", Meaning: idverify.CodeInvalidIDNumber,
			Note: "the number is malformed", NoteZH: "号码格式有误"},
		{Code: "222023", Meaning: idverify.CodeInvalidName,
			Note: "the name is malformed", NoteZH: "姓名格式有误"},
		{Code: "222200", Meaning: idverify.CodeInvalidRequest,
			Note: "the body is not JSON", NoteZH: "请求体不是 JSON"},
	},

	// The face interfaces: service and picture.
	each(vendorsFault, only(222201, 222205, 222206), from(222300, 222303)),
	[]idverify.VendorCode{
		{Code: "222202", Meaning: idverify.CodeNoFace,
			Note: "no face was found", NoteZH: "未检测到人脸"},
		{Code: "222203", Meaning: idverify.CodeNoFace,
			Note: "no face could be made out", NoteZH: "无法解析出人脸"},
		{Code: "222204", Meaning: idverify.CodeEvidenceUnreachable,
			Note: "the vendor could not fetch the picture's URL", NoteZH: "厂商无法从链接下载图片"},
		{Code: "222209", Meaning: idverify.CodeEvidenceExpired,
			Note: "the vendor does not hold the face token; it lives for an hour unless stored", NoteZH: "人脸标识不存在；未入库的有效期为一小时"},
		{Code: "222213", Meaning: idverify.CodePoorPhoto,
			Note: "the face is too small", NoteZH: "人脸过小"},
		{Code: "222214", Meaning: idverify.CodePoorPhoto,
			Note: "the face is drawn, not photographed", NoteZH: "图片为卡通人脸"},
		{Code: "222304", Meaning: idverify.CodeTooLarge,
			Note: "the picture has too many pixels", NoteZH: "图片尺寸过大"},
		{Code: "222307", Meaning: idverify.CodePhotoRefused,
			Note: "refused for what the picture shows", NoteZH: "图片内容不合规"},
		{Code: "222308", Meaning: idverify.CodePhotoRefused,
			Note: "refused for whom or what the picture shows", NoteZH: "图片内容不合规，被拒绝处理"},
		{Code: "222309", Meaning: idverify.CodePoorPhoto,
			Note: "the picture is too small", NoteZH: "图片尺寸过小"},
	},

	// The source, in the form of V3; V4 says most of it with verify_status.
	[]idverify.VendorCode{
		{Code: "222350", Meaning: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo, or none good enough", NoteZH: "数据源没有照片，或照片质量不足"},
		{Code: "222351", Meaning: idverify.CodeIdentityMismatch,
			Note: "name and number do not agree, or there is no such number", NoteZH: "姓名与号码不一致，或号码不存在"},
		{Code: "222352", Meaning: idverify.CodeInvalidName,
			Note: "the source calls the name malformed", NoteZH: "数据源判定姓名格式有误"},
		{Code: "222353", Meaning: idverify.CodeInvalidIDNumber,
			Note: "the source calls the number malformed", NoteZH: "数据源判定号码格式有误"},
		{Code: "222354", Meaning: idverify.CodeIdentityNotFound,
			Note: "the source does not hold the number", NoteZH: "数据源查无此号码"},
		{Code: "222355", Meaning: idverify.CodeReferencePhotoUnavailable,
			Note: "the source has no photo", NoteZH: "数据源没有照片"},
		{Code: "222356", Meaning: idverify.CodePoorPhoto,
			Note: "the submitted face is not clear enough to compare", NoteZH: "提交的人脸质量过低，无法比对"},
		{Code: "222360", Meaning: idverify.CodeIdentityMismatch,
			Note: "the source refused name and number", NoteZH: "数据源核验未通过"},
		{Code: "222361", Meaning: idverify.CodeSourceUnavailable,
			Note: "the source cannot be reached; may have been billed", NoteZH: "数据源连接失败或繁忙，可能已计费"},
	},
	each(vendorsFault, from(222901, 222916)),

	// Quality, liveness and spoofing controls.
	[]idverify.VendorCode{
		{Code: "223113", Meaning: idverify.CodePoorPhoto, Note: "the face is covered", NoteZH: "人脸有遮挡"},
		{Code: "223114", Meaning: idverify.CodePoorPhoto, Note: "the face is blurred", NoteZH: "人脸模糊"},
		{Code: "223115", Meaning: idverify.CodePoorPhoto, Note: "the light on the face is not good", NoteZH: "人脸光照不佳"},
		{Code: "223116", Meaning: idverify.CodePoorPhoto, Note: "the face is cut off", NoteZH: "人脸不完整"},
		{Code: "223118", Meaning: idverify.CodeInvalidRequest, Note: "a quality control is malformed", NoteZH: "质量控制项有误"},
		{Code: "223119", Meaning: idverify.CodeInvalidRequest, Note: "a liveness control is malformed", NoteZH: "活体控制项有误"},
		{Code: "223120", Meaning: idverify.CodeAttackSuspected, Note: "the picture failed the liveness check", NoteZH: "活体检测未通过"},
		{Code: "223121", Meaning: idverify.CodePoorPhoto, Note: "the left eye is covered", NoteZH: "左眼有遮挡"},
		{Code: "223122", Meaning: idverify.CodePoorPhoto, Note: "the right eye is covered", NoteZH: "右眼有遮挡"},
		{Code: "223123", Meaning: idverify.CodePoorPhoto, Note: "the left cheek is covered", NoteZH: "左脸颊有遮挡"},
		{Code: "223124", Meaning: idverify.CodePoorPhoto, Note: "the right cheek is covered", NoteZH: "右脸颊有遮挡"},
		{Code: "223125", Meaning: idverify.CodePoorPhoto, Note: "the chin is covered", NoteZH: "下巴有遮挡"},
		{Code: "223126", Meaning: idverify.CodePoorPhoto, Note: "the nose is covered", NoteZH: "鼻子有遮挡"},
		{Code: "223127", Meaning: idverify.CodePoorPhoto, Note: "the mouth is covered", NoteZH: "嘴巴有遮挡"},
		{Code: "223129", Meaning: idverify.CodePoorPhoto, Note: "the face is turned away", NoteZH: "人脸未正对镜头"},
		{Code: "223130", Meaning: idverify.CodeInvalidRequest, Note: "a spoofing control is malformed", NoteZH: "合成图控制项有误"},
		{Code: "223131", Meaning: idverify.CodeAttackSuspected, Note: "the picture is synthetic", NoteZH: "疑似合成图"},
	},

	// The plan of the application: what the vendor's console set up.
	[]idverify.VendorCode{
		{Code: "283421", Meaning: idverify.CodeInvalidConfig,
			Note: "the plan's application is not known: look at the vendor's console", NoteZH: "方案所属应用有误，请检查控制台配置"},
		{Code: "283435", Meaning: idverify.CodeInvalidConfig,
			Note: "the plan is not known: look at the vendor's console", NoteZH: "方案有误，请检查控制台配置"},
		{Code: "283436", Meaning: idverify.CodeInvalidRequest,
			Note: "the plan's own token was refused", NoteZH: "方案令牌未被接受"},
		{Code: "283437", Meaning: idverify.CodeInvalidRequest,
			Note: "the plan's own token cannot be used", NoteZH: "方案令牌不可用"},
		{Code: "283456", Meaning: idverify.CodeInvalidRequest,
			Note: "the picture is empty or malformed", NoteZH: "图片为空或格式有误"},
		{Code: "283457", Meaning: idverify.CodeAttackSuspected,
			Note: "the device or app that recorded the capture broke a rule of risk control", NoteZH: "采集环境命中风控规则"},
		{Code: "283460", Meaning: idverify.CodeVendorUnavailable,
			Note: "the plan's service did not answer in time", NoteZH: "方案服务响应超时"},
		{Code: "283520", Meaning: idverify.CodeInvalidRequest,
			Note: "a parameter of the plan is missing or malformed", NoteZH: "方案参数缺失或格式有误"},
	},
	each(vendorsFault, only(283512, 283513)),

	// The token endpoint: error and error_description.
	[]idverify.VendorCode{
		{Code: "invalid_client", Reason: "unknown client id", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "APIKey is wrong", NoteZH: "API Key 有误"},
		{Code: "invalid_client", Reason: "Client authentication failed", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "SecretKey is wrong", NoteZH: "Secret Key 有误"},
		{Code: "invalid_client", Meaning: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "APIKey or SecretKey is wrong", NoteZH: "API Key 或 Secret Key 有误"},
		{Code: "unsupported_grant_type", Meaning: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the token endpoint grants no tokens in this way: look at BaseURL", NoteZH: "令牌接口不支持该授权方式，请检查 BaseURL"},
		{Code: "invalid_request", Meaning: idverify.CodeInvalidConfig, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo,
			Note: "the token endpoint did not understand the request: look at BaseURL", NoteZH: "令牌接口无法理解请求，请检查 BaseURL"},
	},
))

// callersFault and vendorsFault are the rows of codes that need no text of
// their own.
var (
	callersFault = idverify.VendorCode{Meaning: idverify.CodeInvalidRequest,
		Note: "a parameter is missing or malformed", NoteZH: "参数缺失或格式有误"}
	vendorsFault = idverify.VendorCode{Meaning: idverify.CodeVendorUnavailable,
		Note: "fault inside the vendor, for the moment; may have been billed", NoteZH: "厂商内部临时故障，可能已计费"}
)

// each is one row for each of the codes.
func each(row idverify.VendorCode, codes ...[]int) []idverify.VendorCode {
	var rows []idverify.VendorCode
	for _, code := range slices.Concat(codes...) {
		row.Code = strconv.Itoa(code)
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
