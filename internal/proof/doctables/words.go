package main

import "github.com/idverify/idverify"

// words are the texts of one language.
type words struct {
	vendorHeader, codeHeader, adviceHeader, vendorCodeHeader, photoHeader []string

	notPublished, decisionWord, errorWord, yes, no string

	// What decides a check, if it is not our own threshold.
	vendorDecides, answerDecides, inEachAnswer string

	checks  map[idverify.CheckKind]string
	billed  map[idverify.Billed]string
	codes   map[idverify.Code]string
	advices map[idverify.Advice]string
	note    func(idverify.CodeRow) string
}

var english = words{
	vendorHeader:     []string{"Vendor", "Evidence", "Check", "Scale", "Passes when", "False-accept rate by threshold, as published"},
	codeHeader:       []string{"Code", "Kind", "Meaning", "Advice"},
	adviceHeader:     []string{"Advice", "What to do"},
	photoHeader:      []string{"Vendor", "Formats", "Fitted to: bytes", "sides", "Refused beyond: bytes", "sides", "Refused below: bytes", "sides"},
	vendorCodeHeader: []string{"Vendor code", "Code", "Advice", "Billed", "Delivery", "Safe to repeat", "Note"},
	notPublished:     "none published",
	decisionWord:     "decision",
	errorWord:        "error",
	yes:              "yes",
	no:               "no",
	vendorDecides:    "the vendor's verdict",
	answerDecides:    "%s the answer's threshold for %.0e",
	inEachAnswer:     "%s, with thresholds in each answer",
	checks: map[idverify.CheckKind]string{
		idverify.CheckSimilarity: "similarity", idverify.CheckLiveness: "liveness",
		idverify.CheckSynthetic: "synthetic", idverify.CheckHack: "hack",
	},
	billed: map[idverify.Billed]string{
		idverify.BilledYes: "yes", idverify.BilledNo: "no", idverify.BilledUnknown: "unknown",
	},
	note: func(c idverify.CodeRow) string { return c.Note },
	codes: map[idverify.Code]string{
		idverify.CodeMatch:                     "the face is the person's",
		idverify.CodeFaceMismatch:              "the face is somebody else's",
		idverify.CodeIdentityMismatch:          "name and number do not belong together",
		idverify.CodeIdentityNotFound:          "the authority's database has no such number",
		idverify.CodeReferencePhotoUnavailable: "the authority's database has no photo, or none good enough to compare with",
		idverify.CodeAttackSuspected:           "probably no live face: a photo of a photo, a synthetic picture, a manipulated device",
		idverify.CodeInvalidRequest:            "a parameter is missing or malformed",
		idverify.CodeInvalidName:               "the name is empty or malformed",
		idverify.CodeInvalidIDNumber:           "the ID number breaks a rule of its format",
		idverify.CodeUnsupportedEvidence:       "the vendor reads none of the evidence",
		idverify.CodeUnreadableEvidence:        "a picture or capture is empty, cannot be opened, stops before its end, or changed while it was sent",
		idverify.CodeEvidenceUnreachable:       "the vendor could not fetch the URL",
		idverify.CodeEvidenceExpired:           "the vendor no longer holds what a token or id refers to",
		idverify.CodeUnsupportedFormat:         "a picture format that the vendor refuses, or no picture or capture at all",
		idverify.CodeTooLarge:                  "too many bytes or pixels for the vendor or a gateway",
		idverify.CodeNoFace:                    "no face in the picture or capture",
		idverify.CodeMultipleFaces:             "several faces where the vendor wants one",
		idverify.CodePoorPhoto:                 "blurred, dark, covered, cut off, turned away or too small",
		idverify.CodePhotoRefused:              "refused because of what the picture shows",
		idverify.CodeBadCapture:                "what the capture SDK recorded cannot be used",
		idverify.CodeTooManyAttempts:           "too many tries about this person, by a limit of yours (not sent) or the vendor's",
		idverify.CodePersonRestricted:          "the vendor does not serve this person: its risk rules, an age limit, no usable source",
		idverify.CodeInvalidConfig:             "a setting is wrong: refused by a constructor, the vendor or a proxy, or the certificate authority is not trusted",
		idverify.CodeUnauthorized:              "key, secret, token or signature refused",
		idverify.CodeSignatureExpired:          "the signature had expired when it arrived; look at the clock",
		idverify.CodePermissionDenied:          "the account may not use this interface",
		idverify.CodeAccountSuspended:          "the account has expired or is in arrears",
		idverify.CodeQuotaExceeded:             "the calls bought or allowed are used up",
		idverify.CodeRateLimited:               "too many calls at the moment",
		idverify.CodeCircuitOpen:               "circuit breaker open after repeated vendor failures; nothing was sent",
		idverify.CodeStoreUnavailable:          "a store of your own service failed; no vendor was asked",
		idverify.CodeVendorUnavailable:         "internal error at the vendor",
		idverify.CodeSourceUnavailable:         "the vendor works, its identity source does not",
		idverify.CodeNetwork:                   "not reached, or the connection broke",
		idverify.CodeTimeout:                   "no answer within a time limit; the error says whose",
		idverify.CodeCanceled:                  "the caller's context was cancelled",
		idverify.CodeBadResponse:               "not an answer that the vendor documents",
		idverify.CodeInterrupted:               "a batch row was in flight when an earlier run ended, perhaps billed",
		idverify.CodeUnknown:                   "an answer that is in no list; the vendor's own code is kept",
	},
	advices: map[idverify.Advice]string{
		idverify.AdviceAccept:           "this is the person: accept",
		idverify.AdviceReject:           "face, name and number do not agree, or an attack is suspected: refuse",
		idverify.AdviceRetakePhoto:      "ask for a new picture or capture",
		idverify.AdviceFixInput:         "correct the request: it fails again if it is repeated as it is",
		idverify.AdviceTryLater:         "the request is right: wait, then repeat it",
		idverify.AdviceTryAnotherVendor: "this vendor cannot decide, another may",
		idverify.AdviceFixAccount:       "the operator has to look at credentials, permissions, quota or configuration",
		idverify.AdviceReview:           "somebody has to review the case",
	},
}

var chinese = words{
	vendorHeader:     []string{"厂商", "可用的核验材料", "检查项", "分值范围", "通过条件", "各阈值的误识率（厂商公布）"},
	codeHeader:       []string{"结果码", "类别", "含义", "建议"},
	adviceHeader:     []string{"建议", "该怎么做"},
	photoHeader:      []string{"厂商", "格式", "适配到：字节", "边长", "超过即拒绝：字节", "边长", "不足即拒绝：字节", "边长"},
	vendorCodeHeader: []string{"厂商错误码", "结果码", "建议", "是否计费", "送达", "可安全重试", "说明"},
	notPublished:     "未公布",
	decisionWord:     "结论",
	errorWord:        "错误",
	yes:              "是",
	no:               "否",
	vendorDecides:    "由厂商判定",
	answerDecides:    "%s 应答中 %.0e 对应的阈值",
	inEachAnswer:     "%s，阈值随每次应答返回",
	checks: map[idverify.CheckKind]string{
		idverify.CheckSimilarity: "相似度 similarity", idverify.CheckLiveness: "活体 liveness",
		idverify.CheckSynthetic: "合成图 synthetic", idverify.CheckHack: "防 hack",
	},
	billed: map[idverify.Billed]string{
		idverify.BilledYes: "是", idverify.BilledNo: "否", idverify.BilledUnknown: "未知",
	},
	note: func(c idverify.CodeRow) string { return c.NoteZH },
	codes: map[idverify.Code]string{
		idverify.CodeMatch:                     "人证一致，是本人",
		idverify.CodeFaceMismatch:              "姓名与号码一致，但人脸核验不一致，不是本人",
		idverify.CodeIdentityMismatch:          "姓名与身份证号不一致",
		idverify.CodeIdentityNotFound:          "权威库（公安）查无此号",
		idverify.CodeReferencePhotoUnavailable: "权威库（公安）没有可比对的照片，或照片质量不够",
		idverify.CodeAttackSuspected:           "疑似攻击：翻拍、合成图或被篡改的设备",
		idverify.CodeInvalidRequest:            "参数缺失或格式错误",
		idverify.CodeInvalidName:               "姓名为空或格式错误",
		idverify.CodeInvalidIDNumber:           "身份证号不符合编码规则",
		idverify.CodeUnsupportedEvidence:       "厂商不支持所给的任何一种核验材料",
		idverify.CodeUnreadableEvidence:        "图片或采集文件为空、打不开、图片不完整，或在发送途中被改动",
		idverify.CodeEvidenceUnreachable:       "厂商抓取不到所给的 URL",
		idverify.CodeEvidenceExpired:           "token 或 id 所指的内容在厂商处已失效",
		idverify.CodeUnsupportedFormat:         "厂商不接受的图片格式，或者根本不是图片、不是采集文件",
		idverify.CodeTooLarge:                  "字节数或像素超出厂商或网关的上限",
		idverify.CodeNoFace:                    "图片或采集数据中没有人脸",
		idverify.CodeMultipleFaces:             "厂商只要一张人脸，却有多张",
		idverify.CodePoorPhoto:                 "模糊、过暗、遮挡、不完整、侧脸或太小",
		idverify.CodePhotoRefused:              "因图片内容被拒绝",
		idverify.CodeBadCapture:                "采集 SDK 的数据不可用",
		idverify.CodeTooManyAttempts:           "对同一个人尝试次数过多：超出自设上限（请求未发出）或厂商的上限，请转人工",
		idverify.CodePersonRestricted:          "厂商不受理此人：风控规则、年龄限制，或没有可用的权威库",
		idverify.CodeInvalidConfig:             "配置有误：被构造函数、厂商或代理拒绝，或证书的签发机构不受信任",
		idverify.CodeUnauthorized:              "密钥、token 或签名被拒绝",
		idverify.CodeSignatureExpired:          "签名到达时已过期，请检查本机时钟",
		idverify.CodePermissionDenied:          "账号没有此接口的权限",
		idverify.CodeAccountSuspended:          "账号已过期或欠费",
		idverify.CodeQuotaExceeded:             "购买或允许的调用次数已用完",
		idverify.CodeRateLimited:               "此刻调用过于频繁",
		idverify.CodeCircuitOpen:               "该厂商连续故障，熔断器已打开，请求未发出",
		idverify.CodeStoreUnavailable:          "本系统自己的存储故障，请求未发出",
		idverify.CodeVendorUnavailable:         "厂商自身故障",
		idverify.CodeSourceUnavailable:         "厂商正常，但其权威库不可用",
		idverify.CodeNetwork:                   "连不上，或连接中断",
		idverify.CodeTimeout:                   "在时限内没有应答，错误写明是谁的时限",
		idverify.CodeCanceled:                  "调用方取消了 context",
		idverify.CodeBadResponse:               "应答不符合厂商文档",
		idverify.CodeInterrupted:               "批量核验的某一行在上次任务中断时已发出、未收到应答，可能已计费",
		idverify.CodeUnknown:                   "文档未列出的应答，保留厂商原始错误码",
	},
	advices: map[idverify.Advice]string{
		idverify.AdviceAccept:           "是本人，放行",
		idverify.AdviceReject:           "核验不一致或疑似攻击，拒绝",
		idverify.AdviceRetakePhoto:      "请用户重新拍照或重新采集",
		idverify.AdviceFixInput:         "请求有误，改正后再发；原样重试仍会失败",
		idverify.AdviceTryLater:         "请求没有问题，稍后再试",
		idverify.AdviceTryAnotherVendor: "这家厂商无法判定，可换一家",
		idverify.AdviceFixAccount:       "密钥、权限、额度或配置需要运维处理",
		idverify.AdviceReview:           "转人工审核",
	},
}
