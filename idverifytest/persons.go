package idverifytest

import (
	"strings"
	"time"

	"github.com/idverify/idverify"
)

// Person is somebody made up whose outcome is fixed, the same at every vendor
// as far as the vendors have words for it. The name must be given with it,
// byte for byte: the number with another name is an identity mismatch. A
// well-formed number that belongs to no Person is not found, and an identity
// mismatch at a vendor that has one answer for both.
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

// IdentityNotFound is a person whose number the source does not hold. A vendor
// that documents no answer of its own for that says here what it may still send,
// so that the outcome can be tested: the package documentation says which.
func IdentityNotFound() Person { return PersonFor(idverify.CodeIdentityNotFound) }

// ReferencePhotoUnavailable is a person without a photo in the source.
func ReferencePhotoUnavailable() Person {
	return PersonFor(idverify.CodeReferencePhotoUnavailable)
}

// AttackSuspected is a person whose face is not alive. At a vendor that looks for
// no attacks, or was asked not to, this person passes: see [Person.CodeAt].
//
// Some stand-ins find an attack for which the real interface has no check, so that
// a service can be tested with it. A real photo of a photo may pass there: the
// package documentation says where.
func AttackSuspected() Person { return PersonFor(idverify.CodeAttackSuspected) }

// SyntheticFace is a person whose picture was computed. What [AttackSuspected] says
// of vendors that do not look for it holds here too.
func SyntheticFace() Person { return personSynthetic.person() }

// AtThreshold is a person whose similarity is exactly the threshold that the
// vendor recommends. It passes where that is inclusive, and nowhere else: see
// [Person.CodeAt]. Of a vendor that decides by a line of its own which nobody
// knows, this person is refused.
func AtThreshold() Person { return personAtThreshold.person() }

// AboveThreshold is a person whose similarity is a hair above the threshold:
// by 0.0001 on a scale to 1, by 0.01 on one to 100. A vendor that decides by a line
// which nobody knows says yes.
func AboveThreshold() Person { return personAboveThreshold.person() }

// BelowThreshold is a person whose similarity is a hair below the threshold:
// by 0.0001 on a scale to 1, by 0.01 on one to 100. A vendor that decides by a line
// which nobody knows says no.
func BelowThreshold() Person { return personBelowThreshold.person() }

// PersonFor returns the person who stands for a code: all six decisions, and
// no_face, multiple_faces, poor_photo, bad_capture, rate_limited,
// quota_exceeded, vendor_unavailable and source_unavailable. For any other
// code it is the zero Person, whom every vendor refuses.
func PersonFor(code idverify.Code) Person {
	for _, p := range people() {
		if p.Code == code {
			return p.Person
		}
	}
	return Person{}
}

// Persons lists everybody.
func Persons() []Person {
	all := make([]Person, len(people()))
	for i, p := range people() {
		all[i] = p.Person
	}
	return all
}

// CodeAt is what a vendor's answer for this person means, given evidence that
// the vendor accepts and, where what it looks for can be turned off, with all of it
// on. It differs from
// Code where the vendor has no word for it. It is empty for an unknown vendor.
func (p Person) CodeAt(vendor string) idverify.Code {
	v := registered().find(vendor)
	if v == nil {
		return ""
	}
	return v.codeOf(v.whoIs(p.Name, p.IDNumber))
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
