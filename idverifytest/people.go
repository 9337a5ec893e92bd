package idverifytest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/idverify/idverify"
)

// personID names one of the people.
type personID int

const (
	personMatch personID = iota + 1
	personFaceMismatch
	personIdentityMismatch
	personNotFound
	personNoReference
	personAttack
	personSynthetic
	personNoFace
	personBlurred
	personSeveral
	personRateLimited
	personQuota
	personSourceDown
	personVendorDown
	personBadCapture
	personAtThreshold
	personAboveThreshold
	personBelowThreshold
)

// someone is a person with the code that every vendor gives if it can. The vendors'
// files have the exceptions.
type someone struct {
	id personID
	Person
}

// people are all persons. The first one with a code represents it.
var people = sync.OnceValue(func() []someone {
	person := func(id personID, name string, code idverify.Code, about, aboutZH string) someone {
		return someone{id, Person{Name: name, IDNumber: numberOn(int(id)), Code: code, About: about, AboutZH: aboutZH}}
	}
	return []someone{
		person(personMatch, "测试一致", idverify.CodeMatch, "the face is the person's", "人证一致"),
		person(personFaceMismatch, "测试不像", idverify.CodeFaceMismatch, "the face is somebody else's", "人脸不是本人"),
		person(personIdentityMismatch, "测试不符", idverify.CodeIdentityMismatch, "name and number do not belong together", "姓名与号码不符"),
		person(personNotFound, "测试查无", idverify.CodeIdentityNotFound, "the source holds no such number", "库中查无此号"),
		person(personNoReference, "测试无照", idverify.CodeReferencePhotoUnavailable, "name and number agree, the source holds no photo", "库中无登记照"),
		person(personAttack, "测试攻击", idverify.CodeAttackSuspected, "a photo of a photo: similar, and not alive", "翻拍等非活体攻击"),
		person(personSynthetic, "测试合成", idverify.CodeAttackSuspected, "a synthetic picture: similar, and generated", "合成图攻击"),
		person(personNoFace, "测试无脸", idverify.CodeNoFace, "no face in the picture", "图片中没有人脸"),
		person(personBlurred, "测试模糊", idverify.CodePoorPhoto, "the picture is blurred", "图片模糊"),
		person(personSeveral, "测试多脸", idverify.CodeMultipleFaces, "several faces in the picture", "图片中有多张人脸"),
		person(personRateLimited, "测试限流", idverify.CodeRateLimited, "too many calls at the moment", "调用频率超限"),
		person(personQuota, "测试欠量", idverify.CodeQuotaExceeded, "the calls bought are used up", "调用次数用尽"),
		person(personSourceDown, "测试断源", idverify.CodeSourceUnavailable, "the identity source does not answer the vendor", "权威库不可用"),
		person(personVendorDown, "测试故障", idverify.CodeVendorUnavailable, "internal error at the vendor", "厂商内部故障"),
		person(personBadCapture, "测试坏包", idverify.CodeBadCapture, "what was captured cannot be used", "采集数据不可用"),
		person(personAtThreshold, "测试临界", idverify.CodeFaceMismatch, "similarity exactly at the vendor's threshold", "相似度恰为阈值"),
		person(personAboveThreshold, "测试略高", idverify.CodeMatch, "similarity just above the vendor's threshold", "相似度略高于阈值"),
		person(personBelowThreshold, "测试略低", idverify.CodeFaceMismatch, "similarity just below the vendor's threshold", "相似度略低于阈值"),
	}
})

// unseen reports whether every vendor refuses the person before it examines the
// evidence.
func (id personID) unseen() bool {
	return id == personRateLimited || id == personQuota || id == personVendorDown
}

func (id personID) person() Person {
	all := people()
	i := slices.IndexFunc(all, func(p someone) bool { return p.id == id })
	return all[i].Person
}

// whoIs finds the person whom a name and a number mean at the vendor. The right
// number with another name is answered like an identity mismatch.
func (v *vendor) whoIs(name, idNumber string) personID {
	for _, p := range people() {
		switch {
		case p.IDNumber != idNumber:
		case p.Name != name:
			return personIdentityMismatch
		default:
			return p.id
		}
	}
	return v.stranger
}

// codeOf is the meaning of the vendor's answer for a person.
func (v *vendor) codeOf(id personID) idverify.Code {
	if code, ok := v.means[id]; ok {
		return code
	}
	if v.seesNoAttacks && id.person().Code == idverify.CodeAttackSuspected {
		return idverify.CodeMatch
	}
	return id.person().Code
}

// numberOn makes the ID number of a person born on a day of January 1900.
func numberOn(day int) string {
	body := fmt.Sprintf("110105190001%02d999", day)
	return body + string(checkDigit(body))
}
