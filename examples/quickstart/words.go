package main

import "github.com/idverify/idverify"

type word int

const (
	wordStandIn word = iota
	wordAsked
	wordLegend
	wordNarrowLegend
	wordExample
	wordAnswer
	wordAttempt
	wordCheck
	wordNext
)

func (a *asking) say(w word) string { return words[w][a.lang] }

var words = [...][2]string{
	wordStandIn: {"No credentials in the environment: asking the stand-in\nvendors at %s. The people are made up,\nnothing leaves this machine, nothing is billed.",
		"环境变量里没有密钥，问的是本机上的模拟厂商：\n%s。\n人物都是虚构的，数据不出本机，不会计费。"},
	wordAsked: {"you asked", "您问的人"},
	wordLegend: {"A word is a decision (for an attack, the check that found it); – is none, with what to do next.",
		"有字表示有结论（疑似攻击时写的是查出它的检查项）；– 表示没有结论，后面是该怎么办。"},
	wordNarrowLegend: {"y yes   n no   ? review by hand   – no decision, then:\np new photo   i correct input   l later   v another vendor\na check the account   ? review by hand",
		"y 是   n 否   ? 人工复核   – 没有结论，后面是：\np 重拍   i 改输入   l 稍后再试   v 换一家\na 查账号   ? 人工复核"},
	wordExample: {"One answer in full: the first vendor's gateway is broken,\nand the client asks the next.", "一次完整的应答：第一家的网关坏了，客户端自动转移到下一家。"},
	wordAnswer: {"%s by %s, billed %s, advice %s\n  request id %s",
		"结论 %s，由 %s 给出，计费 %s，建议 %s\n  请求号 %s"},
	wordAttempt: {"attempt %d: %v", "第 %d 次尝试：%v"},
	wordCheck:   {"check: %v, margin %+.3f", "检查项：%v，余量 %+.3f"},
	wordNext:    {"Next:", "接着试试："},
}

// heads are the columns of a vendor's own table.
var heads = [2][]string{
	{"WHO", "CODE", "PASSED", "SIMILARITY", "MARGIN", "FALSE-ACCEPT RATE", "BILLED", "ADVICE", "REQUEST ID"},
	{"谁", "结果码", "通过", "相似度", "余量", "误识率", "计费", "建议", "请求号"},
}

// cells are the words in those tables.
var cells = struct{ yes, no, pass, verdict, unpublished [2]string }{
	yes: [2]string{"yes", "是"}, no: [2]string{"no", "否"}, pass: [2]string{"pass", "通过线"},
	verdict: [2]string{"the vendor's word", "厂商判定"}, unpublished: [2]string{"not published", "未公布"},
}

// labels name the stand-in's people in a few letters, by the stand-in's description.
var labels = map[string][2]string{
	"the face is the person's":                         {"the right face", "本人"},
	"the face is somebody else's":                      {"another's face", "不是本人"},
	"name and number do not belong together":           {"name ≠ number", "姓名与号码不一致"},
	"the source holds no such number":                  {"no such number", "查无此号"},
	"name and number agree, the source holds no photo": {"no photo on record", "库中无照片"},
	"a photo of a photo: similar, and not alive":       {"photo of a photo", "翻拍的照片"},
	"a synthetic picture: similar, and generated":      {"synthetic picture", "合成的照片"},
	"no face in the picture":                           {"no face", "没有人脸"},
	"the picture is blurred":                           {"blurred", "照片模糊"},
	"several faces in the picture":                     {"several faces", "多张人脸"},
	"too many calls at the moment":                     {"too many calls", "调用过频"},
	"the calls bought are used up":                     {"calls used up", "次数用完"},
	"the identity source does not answer the vendor":   {"source is down", "权威库故障"},
	"internal error at the vendor":                     {"vendor is down", "厂商故障"},
	"what was captured cannot be used":                 {"unusable capture", "采集不可用"},
	"similarity exactly at the vendor's threshold":     {"at the threshold", "恰在阈值上"},
	"similarity just above the vendor's threshold":     {"just above it", "略高于阈值"},
	"similarity just below the vendor's threshold":     {"just below it", "略低于阈值"},
}

// outcomes are decisions in at most eight columns.
var outcomes = map[idverify.Code][2]string{
	idverify.CodeMatch:                     {"match", "一致"},
	idverify.CodeFaceMismatch:              {"no match", "不一致"},
	idverify.CodeIdentityMismatch:          {"name≠no.", "证不符"},
	idverify.CodeIdentityNotFound:          {"no such", "查无此号"},
	idverify.CodeReferencePhotoUnavailable: {"no photo", "无照片"},
	idverify.CodeAttackSuspected:           {"attack", "疑似攻击"},
}

// kinds are the checks that find an attack.
var kinds = map[idverify.CheckKind][2]string{
	idverify.CheckLiveness:  {"not live", "非活体"},
	idverify.CheckSynthetic: {"synthet.", "合成图"},
}

// todo says what to do, after a dash.
var todo = map[idverify.Advice][2]string{
	idverify.AdviceRetakePhoto:      {"retake", "重拍"},
	idverify.AdviceFixInput:         {"input", "改输入"},
	idverify.AdviceTryLater:         {"later", "稍后"},
	idverify.AdviceTryAnotherVendor: {"other", "换一家"},
	idverify.AdviceFixAccount:       {"accnt.", "查账号"},
	idverify.AdviceReview:           {"review", "复核"},
}

// marks are for terminals too narrow for words.
var marks = map[idverify.Advice]string{
	idverify.AdviceAccept: "y", idverify.AdviceReject: "n", idverify.AdviceReview: "?",
	idverify.AdviceRetakePhoto: "p", idverify.AdviceFixInput: "i", idverify.AdviceTryLater: "l",
	idverify.AdviceTryAnotherVendor: "v", idverify.AdviceFixAccount: "a",
}
