package idverifytest

import (
	"sync"

	"github.com/idverify/idverify"
)

// role is a person and what every vendor does for it.
type role struct {
	Person
	acts map[string]act
}

func (r role) at(vendor string) act { return r.acts[vendor] }

// act is what one vendor does for one person.
type act struct {
	code   idverify.Code // what it means
	says   string        // status at Linkface, error code elsewhere
	detail string        // reason at Linkface, verify_status at Baidu
	scores Scores
	billed bool
}

// early reports whether the vendor stops before it looks at the evidence.
func (a act) early() bool {
	switch a.code {
	case idverify.CodeRateLimited, idverify.CodeQuotaExceeded, idverify.CodeVendorUnavailable:
		return true
	}
	return false
}

// Days of birth that other code asks for.
const (
	mismatchDay  = 3
	notFoundDay  = 4
	syntheticDay = 7
	atDay        = 16
	aboveDay     = 17
	belowDay     = 18
)

// Linkface's reasons.
const (
	reasonNoPhoto  = "Gongan photo doesn’t exist"
	reasonMismatch = "Name and idcard number doesn’t match"
	reasonNoNumber = "Invalid idcard number"
	reasonTimeout  = "Gongan service timeout"
	reasonOK       = "Gongan status OK"
	reasonPoor     = "poor picture quality"
)

// similar is an act that ends in scores, all good but the similarity.
func similar(code idverify.Code, vendor string, similarity float64) act {
	scores := DefaultScores(vendor)
	scores.Similarity = similarity
	return scored(code, scores)
}

func scored(code idverify.Code, scores Scores) act {
	// Whichever vendor this is for: Linkface says OK, the others 0.
	return act{code: code, scores: scores, detail: "0", billed: true}
}

// cast is everybody. The first with a code stands for it.
var cast = sync.OnceValue(casting)

// casting is the table of everybody.
func casting() []role {
	person := func(day int, name string, code idverify.Code, about, aboutZH string) Person {
		return Person{Name: name, IDNumber: numberOn(day), Code: code, About: about, AboutZH: aboutZH}
	}
	acts := func(linkface, baidu, tencent act) map[string]act {
		if baidu.scores == (Scores{}) {
			baidu.scores = DefaultScores(BaiduV4) // what stops it is no control
		}
		return map[string]act{Linkface: linkface, BaiduV4: baidu, Tencent: tencent}
	}
	lf, bd := DefaultScores(Linkface), DefaultScores(BaiduV4)
	tc := DefaultScores(Tencent)
	with := func(s Scores, change func(*Scores)) Scores {
		change(&s)
		return s
	}

	return []role{
		{
			person(1, "测试一致", idverify.CodeMatch, "the face is the person's", "人证一致"),
			acts(
				scored(idverify.CodeMatch, lf),
				scored(idverify.CodeMatch, bd),
				scored(idverify.CodeMatch, tc),
			),
		},
		{
			person(2, "测试不像", idverify.CodeFaceMismatch, "the face is somebody else's", "人脸不是本人"),
			acts(
				similar(idverify.CodeFaceMismatch, Linkface, 0.3127),
				similar(idverify.CodeFaceMismatch, BaiduV4, 40.884),
				similar(idverify.CodeFaceMismatch, Tencent, 31.5),
			),
		},
		{
			person(mismatchDay, "测试不符", idverify.CodeIdentityMismatch, "name and number do not belong together", "姓名与号码不符"),
			acts(
				act{code: idverify.CodeIdentityMismatch, says: "PHOTO_SERVICE_ERROR", detail: reasonMismatch, billed: true},
				act{code: idverify.CodeIdentityMismatch, detail: "1", billed: true},
				act{code: idverify.CodeIdentityMismatch, says: "-5803", billed: true},
			),
		},
		{
			person(notFoundDay, "测试查无", idverify.CodeIdentityNotFound, "the source holds no such number", "库中查无此号"),
			acts(
				act{code: idverify.CodeIdentityNotFound, says: "PHOTO_SERVICE_ERROR", detail: reasonNoNumber},
				act{code: idverify.CodeIdentityNotFound, says: "222354", billed: true},
				act{code: idverify.CodeIdentityNotFound, says: "-5804", billed: true},
			),
		},
		{
			person(5, "测试无照", idverify.CodeReferencePhotoUnavailable, "name and number agree, the source holds no photo", "库中无登记照"),
			acts(
				act{code: idverify.CodeReferencePhotoUnavailable, says: "PHOTO_SERVICE_ERROR", detail: reasonNoPhoto, billed: true},
				act{code: idverify.CodeReferencePhotoUnavailable, detail: "2", billed: true},
				act{code: idverify.CodeReferencePhotoUnavailable, says: "-5809", billed: true},
			),
		},
		{
			person(6, "测试攻击", idverify.CodeAttackSuspected, "a photo of a photo: similar, and not alive", "翻拍等非活体攻击"),
			acts(
				scored(idverify.CodeAttackSuspected, with(lf, func(s *Scores) { s.Hack = 0.9953 })),
				scored(idverify.CodeAttackSuspected, with(bd, func(s *Scores) { s.Liveness = 0.0021 })),
				act{code: idverify.CodeAttackSuspected, says: "-5016"},
			),
		},
		{
			person(syntheticDay, "测试合成", idverify.CodeAttackSuspected, "a computed picture: similar, and synthetic", "合成图攻击"),
			acts(
				scored(idverify.CodeAttackSuspected, with(lf, func(s *Scores) { s.Hack = 0.9871 })),
				scored(idverify.CodeAttackSuspected, with(bd, func(s *Scores) { s.Spoofing = 0.4172 })),
				act{code: idverify.CodeAttackSuspected, says: "-5016"},
			),
		},
		{
			person(8, "测试无脸", idverify.CodeNoFace, "no face in the picture", "图片中没有人脸"),
			acts(
				act{code: idverify.CodeNoFace, says: "NO_FACE_DETECTED", detail: reasonOK},
				act{code: idverify.CodeNoFace, says: "222202"},
				act{code: idverify.CodeNoFace, says: "-4012"},
			),
		},
		{
			person(9, "测试模糊", idverify.CodePoorPhoto, "the picture is blurred", "图片模糊"),
			acts(
				act{code: idverify.CodePoorPhoto, says: "NO_FACE_DETECTED", detail: reasonPoor, billed: true},
				act{code: idverify.CodePoorPhoto, says: "222356"},
				act{code: idverify.CodeNoFace, says: "-4015"}, // no word for a poor picture
			),
		},
		{
			person(10, "测试多脸", idverify.CodeMultipleFaces, "several faces in the picture", "图片中有多张人脸"),
			acts(
				scored(idverify.CodeMatch, lf), // takes the largest face
				act{code: idverify.CodeMultipleFaces, says: "216507"},
				act{code: idverify.CodeNoFace, says: "-4012"}, // no word for several
			),
		},
		{
			person(11, "测试限流", idverify.CodeRateLimited, "too many calls for the moment", "调用频率超限"),
			acts(
				act{code: idverify.CodeRateLimited, says: "RATE_LIMIT_EXCEEDED"},
				act{code: idverify.CodeRateLimited, says: "18"},
				act{code: idverify.CodeRateLimited, says: "15"},
			),
		},
		{
			person(12, "测试欠量", idverify.CodeQuotaExceeded, "the calls bought are used up", "调用次数用尽"),
			acts(
				act{code: idverify.CodeQuotaExceeded, says: "OUT_OF_QUOTA"},
				act{code: idverify.CodeQuotaExceeded, says: "17"},
				act{code: idverify.CodeQuotaExceeded, says: "25"},
			),
		},
		{
			person(13, "测试断源", idverify.CodeSourceUnavailable, "the identity source does not answer the vendor", "数据源不可用"),
			acts(
				act{code: idverify.CodeSourceUnavailable, says: "PHOTO_SERVICE_ERROR", detail: reasonTimeout},
				act{code: idverify.CodeSourceUnavailable, says: "222361"},
				act{code: idverify.CodeVendorUnavailable, says: "-5802"}, // does not tell them apart
			),
		},
		{
			person(14, "测试故障", idverify.CodeVendorUnavailable, "the vendor has a fault of its own", "厂商内部故障"),
			acts(
				act{code: idverify.CodeVendorUnavailable, says: "INTERNAL_ERROR"},
				act{code: idverify.CodeVendorUnavailable, says: "2"},
				act{code: idverify.CodeVendorUnavailable, says: "213"},
			),
		},
		{
			person(15, "测试坏包", idverify.CodeBadCapture, "what was captured cannot be used", "采集数据不可用"),
			acts(
				act{code: idverify.CodeBadCapture, says: "WRONG_LIVENESS_DATA", detail: reasonOK},
				act{code: idverify.CodeNoFace, says: "222203"},   // no word for captures: face not parseable
				act{code: idverify.CodePoorPhoto, says: "-4011"}, // no word for captures: not decodable
			),
		},
		{
			person(atDay, "测试临界", idverify.CodeFaceMismatch, "similarity exactly at the vendor's threshold", "相似度恰为阈值"),
			acts(
				similar(idverify.CodeMatch, Linkface, 0.7), // inclusive
				similar(idverify.CodeFaceMismatch, BaiduV4, 80),
				similar(idverify.CodeFaceMismatch, Tencent, 75),
			),
		},
		{
			person(aboveDay, "测试略高", idverify.CodeMatch, "similarity just above the vendor's threshold", "相似度略高于阈值"),
			acts(
				similar(idverify.CodeMatch, Linkface, 0.7001),
				similar(idverify.CodeMatch, BaiduV4, 80.01),
				similar(idverify.CodeMatch, Tencent, 75.01),
			),
		},
		{
			person(belowDay, "测试略低", idverify.CodeFaceMismatch, "similarity just below the vendor's threshold", "相似度略低于阈值"),
			acts(
				similar(idverify.CodeFaceMismatch, Linkface, 0.6999),
				similar(idverify.CodeFaceMismatch, BaiduV4, 79.99),
				similar(idverify.CodeFaceMismatch, Tencent, 74.99),
			),
		},
	}
}
