package idverifytest

import (
	"strings"
	"time"

	"github.com/idverify/idverify"
)

// Person is a made-up person with a fixed outcome, the same at every vendor that
// can express it. The name must match byte for byte: the number with another name
// is an identity mismatch. A well-formed number that belongs to no Person is not
// found, or an identity mismatch at a vendor that has one answer for both.
//
// The numbers are well-formed resident ID numbers of people born in January 1900,
// with a sequence number that was never assigned.
type Person struct {
	Name     string
	IDNumber string
	Code     idverify.Code // the meaning at most vendors; see [Person.CodeAt]
	About    string        // one line of English
	AboutZH  string        // one line of Chinese
}

// Match is the person who passes at every vendor, unless [Server.SetScores] says
// otherwise.
func Match() Person { return PersonFor(idverify.CodeMatch) }

// FaceMismatch is a person whose picture shows somebody else.
func FaceMismatch() Person { return PersonFor(idverify.CodeFaceMismatch) }

// IdentityMismatch is a person whose name and number do not match.
func IdentityMismatch() Person { return PersonFor(idverify.CodeIdentityMismatch) }

// IdentityNotFound is a person whose number the source does not hold. A vendor
// without a documented answer for that uses one that it may still send, so that the
// outcome can be tested: the package documentation says which.
func IdentityNotFound() Person { return PersonFor(idverify.CodeIdentityNotFound) }

// ReferencePhotoUnavailable is a person without a photo in the source.
func ReferencePhotoUnavailable() Person {
	return PersonFor(idverify.CodeReferencePhotoUnavailable)
}

// AttackSuspected is a person whose picture is a presentation attack. At a vendor
// that does not check for attacks, or was asked not to, this person passes: see
// [Person.CodeAt].
//
// Some stand-ins report an attack although the real interface has no such check, so
// that a service can be tested. At the real interface a photo of a photo may pass:
// the package documentation says where.
func AttackSuspected() Person { return PersonFor(idverify.CodeAttackSuspected) }

// SyntheticFace is a person whose picture is synthetic. For vendors that do not
// check for it, see [AttackSuspected].
func SyntheticFace() Person { return personSynthetic.person() }

// AtThreshold is a person whose similarity is exactly the vendor's recommended
// threshold. This person passes only where the threshold is inclusive: see
// [Person.CodeAt]. A vendor whose own threshold is not published refuses this
// person.
func AtThreshold() Person { return personAtThreshold.person() }

// AboveThreshold is a person whose similarity is just above the threshold: by
// 0.0001 on a scale to 1, by 0.01 on one to 100. A vendor whose own threshold is
// not published says yes.
func AboveThreshold() Person { return personAboveThreshold.person() }

// BelowThreshold is a person whose similarity is just below the threshold: by
// 0.0001 on a scale to 1, by 0.01 on one to 100. A vendor whose own threshold is
// not published says no.
func BelowThreshold() Person { return personBelowThreshold.person() }

// PersonFor returns the person who represents a code: all six decisions, and
// no_face, multiple_faces, poor_photo, bad_capture, rate_limited, quota_exceeded,
// vendor_unavailable and source_unavailable. For any other code it returns the zero
// Person, which every vendor refuses.
func PersonFor(code idverify.Code) Person {
	for _, p := range people() {
		if p.Code == code {
			return p.Person
		}
	}
	return Person{}
}

// Persons lists all persons.
func Persons() []Person {
	all := make([]Person, len(people()))
	for i, p := range people() {
		all[i] = p.Person
	}
	return all
}

// CodeAt is the meaning of a vendor's answer for this person, given evidence that
// the vendor accepts, with all optional checks turned on. It differs from Code
// where the vendor cannot express it. It is empty for an unknown vendor.
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

// validNumber checks the number's form. A lower-case x is not valid, because the
// standard uses a capital.
func validNumber(id string) bool {
	if len(id) != 18 || strings.Trim(id[:17], "0123456789") != "" || id[0] == '0' {
		return false
	}
	_, err := time.Parse("20060102", id[6:14])
	return err == nil && id[17] == checkDigit(id)
}
