package idverifytest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/idverify/idverify"
)

// Person is somebody made up whose outcome is fixed, the same at every vendor
// as far as the vendors have words for it. The name must be given with it,
// byte for byte: the number with another name is an identity mismatch. A
// well-formed number that belongs to no Person is not found at Linkface and
// Tencent; at Baidu it is an identity mismatch, because verify_status 1 means
// either.
//
// The numbers are well-formed resident ID numbers of people who would have
// been born in January 1900, with a sequence number that was never reached.
type Person struct {
	Name     string
	IDNumber string
	Code     idverify.Code // what most vendors make of it; see [Person.CodeAt]
	About    string        // one line of English
	AboutZH  string        // one line of Chinese
}

// Match is the person who passes everywhere, unless [Server.SetScores] says
// otherwise.
func Match() Person { return PersonFor(idverify.CodeMatch) }

// FaceMismatch is a person whose picture is somebody else's.
func FaceMismatch() Person { return PersonFor(idverify.CodeFaceMismatch) }

// IdentityMismatch is a person whose name and number do not belong together.
func IdentityMismatch() Person { return PersonFor(idverify.CodeIdentityMismatch) }

// IdentityNotFound is a person whose number the source does not hold. Baidu's
// page has no answer of its own for that: it is verify_status 1 there, as for a
// name that does not agree, and so a number that belongs to no [Person] is
// answered. For this person the stand-in gives the error 222354 of the older
// interface V3, which V4 may still send, so that the outcome can be tested.
func IdentityNotFound() Person { return PersonFor(idverify.CodeIdentityNotFound) }

// ReferencePhotoUnavailable is a person without a photo in the source.
func ReferencePhotoUnavailable() Person {
	return PersonFor(idverify.CodeReferencePhotoUnavailable)
}

// AttackSuspected is a person whose face is not alive. Baidu finds it only if
// it was asked to: with liveness_control NONE this person passes there.
//
// At Tencent this is the stand-in's only: it answers -5016, so that a service
// can be tested with it, but the real interface has no liveness check for
// photos, and a real photo of a photo may pass there.
func AttackSuspected() Person { return PersonFor(idverify.CodeAttackSuspected) }

// SyntheticFace is a person whose picture was computed. Baidu finds it only if
// it was asked to: with spoofing_control NONE this person passes there.
//
// At Tencent this is the stand-in's only, as for [AttackSuspected]: the real
// interface does not look for computed pictures, and one may pass there.
func SyntheticFace() Person { return personOn(syntheticDay) }

// AtThreshold is a person whose similarity is exactly the threshold that the
// vendor recommends. It passes at Linkface, whose 0.7 is inclusive, and fails
// at Baidu and Tencent, where 80 and 75 must be exceeded.
func AtThreshold() Person { return personOn(atDay) }

// AboveThreshold is a person whose similarity is a hair above the threshold:
// by 0.0001 at Linkface, by 0.01 elsewhere.
func AboveThreshold() Person { return personOn(aboveDay) }

// BelowThreshold is a person whose similarity is a hair below the threshold:
// by 0.0001 at Linkface, by 0.01 elsewhere.
func BelowThreshold() Person { return personOn(belowDay) }

// PersonFor returns the person who stands for a code: all six decisions, and
// no_face, multiple_faces, poor_photo, bad_capture, rate_limited,
// quota_exceeded, vendor_unavailable and source_unavailable. For any other
// code it is the zero Person, whom every vendor refuses.
func PersonFor(code idverify.Code) Person {
	for _, r := range cast() {
		if r.Code == code {
			return r.Person
		}
	}
	return Person{}
}

// Persons lists everybody.
func Persons() []Person {
	roles := cast()
	all := make([]Person, len(roles))
	for i, r := range roles {
		all[i] = r.Person
	}
	return all
}

// CodeAt is what a vendor's answer for this person means, given evidence that
// the vendor accepts and, at Baidu, controls other than NONE. It differs from
// Code where the vendor has no word for it. It is empty for an unknown vendor.
func (p Person) CodeAt(vendor string) idverify.Code {
	return actFor(p.Name, p.IDNumber, vendor).code
}

// Scores is what a vendor's comparison yields.
type Scores struct {
	Similarity float64 // Linkface 0 to 1, Baidu and Tencent 0 to 100
	Hack       float64 // Linkface only: 0 to 1, and 1 is the worst
	Liveness   float64 // Baidu only: 0 to 1, and 1 is the best
	Spoofing   float64 // Baidu only: 0 to 1, and 1 is the worst
}

// DefaultScores is what [Match] gets at a vendor: a clear pass. Take it,
// change what the test is about, and give it to [Server.SetScores]. It is zero
// for an unknown vendor.
func DefaultScores(vendor string) Scores {
	switch vendor {
	case Linkface:
		return Scores{Similarity: 0.9312, Hack: 0.0214}
	case BaiduV4:
		return Scores{Similarity: 92.75, Liveness: 0.9934, Spoofing: 0.0000125}
	case Tencent:
		return Scores{Similarity: 89.25}
	}
	return Scores{}
}

// SetScores sets what [Match] gets at a vendor from now on. Values outside the
// vendor's range are sent as they are. It panics for an unknown vendor, and for
// NaN and infinities, which JSON has no form for: those are for [Server.Script].
func (s *Server) SetScores(vendor string, scores Scores) {
	mustKnow(vendor)
	for _, v := range [...]float64{scores.Similarity, scores.Hack, scores.Liveness, scores.Spoofing} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			panic("idverifytest: a score that JSON cannot express")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scores[vendor] = scores
}

// actFor finds what a vendor does for a name and a number.
func (s *Server) actFor(name, idNumber, vendor string) act {
	a := actFor(name, idNumber, vendor)
	match := Match()
	if idNumber != match.IDNumber || name != match.Name {
		return a
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.scores[vendor]; ok {
		a.scores = set
	}
	return a
}

func actFor(name, idNumber, vendor string) act {
	for _, r := range cast() {
		switch {
		case r.IDNumber != idNumber:
		case r.Name != name:
			return roleOn(mismatchDay).at(vendor)
		default:
			return r.at(vendor)
		}
	}
	if vendor == BaiduV4 {
		// verify_status 1: they do not agree, or there is no such number.
		return roleOn(mismatchDay).at(vendor)
	}
	return roleOn(notFoundDay).at(vendor)
}

func personOn(day int) Person { return roleOn(day).Person }

func roleOn(day int) role {
	roles := cast()
	i := slices.IndexFunc(roles, func(r role) bool { return r.IDNumber == numberOn(day) })
	return roles[i]
}

// numberOn makes the ID number of somebody born on a day of January 1900.
func numberOn(day int) string {
	body := fmt.Sprintf("110105190001%02d999", day)
	return body + string(checkDigit(body))
}

// checkDigit is that of GB 11643-1999, for the first 17 digits.
func checkDigit(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// validNumber checks what can be seen from the number alone. A lower-case x
// is not valid: the standard writes a capital.
func validNumber(id string) bool {
	if len(id) != 18 || strings.Trim(id[:17], "0123456789") != "" || id[0] == '0' {
		return false
	}
	_, err := time.Parse("20060102", id[6:14])
	return err == nil && id[17] == checkDigit(id)
}
