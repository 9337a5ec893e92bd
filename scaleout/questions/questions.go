// Package questions makes the questions that the processes ask. A number means the
// same question in all processes, and says what a vendor must answer.
package questions

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

// Key is the idempotency key of a question, and the key of a row.
func Key(kind string, n int) string { return fmt.Sprintf("%s-%d", kind, n) }

// Surname is the surname of everybody whom the stand-in does not know; tests search
// for it.
const Surname = "覃蠡"

// known are the stand-in's persons for whom a vendor gives a billed decision, or asks
// for a new photo. The other persons are outages, and attacks: for some attacks Baidu
// answers with an error that it does not bill.
var known = sync.OnceValue(func() (known []idverifytest.Person) {
	for _, p := range idverifytest.Persons() {
		if p.Code == idverify.CodeAttackSuspected {
			continue
		}
		if p.Code.IsDecision() || p.Code.Advice() == idverify.AdviceRetakePhoto {
			known = append(known, p)
		}
	}
	return known
})

// Person is the person of a question: every fourth is known to the stand-in, the
// others are unknown.
func Person(n int) idverifytest.Person {
	if n%4 == 0 {
		return known()[n/4%len(known())]
	}
	return idverifytest.Person{Name: Surname + "伟", IDNumber: number(n)}
}

// Alike are n questions about one person, chosen among those that vendors decide
// about.
func Alike(person, n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = 4 * (person%3 + len(known())*i)
	}
	return all
}

const firstRegion = 320102

// number is a well-formed ID number of a person born in January 1900. There are some
// millions of them.
func number(n int) string {
	day, sequence, region := n%31+1, n/31%1000, n/31_000
	body := fmt.Sprintf("%06d190001%02d%03d", firstRegion+region%97, day, sequence)
	weights := [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}

// Want is a vendor's answer to a question: a decision, or the code of an error that
// costs nothing.
func Want(n int, vendor string) idverify.Code {
	if n%4 == 0 {
		return Person(n).CodeAt(vendor)
	}
	if vendor == baiduv4.Name {
		return idverify.CodeIdentityMismatch // this vendor has one answer for both
	}
	return idverify.CodeIdentityNotFound
}

// Request is the request of a question.
func Request(kind string, n int) *idverify.Request {
	p := Person(n)
	return &idverify.Request{
		Name: p.Name, IDNumber: p.IDNumber, IdempotencyKey: Key(kind, n),
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(photo()))},
	}
}

// photo is as small as the vendors accept: nothing tested here depends on its size.
var photo = sync.OnceValue(func() []byte {
	picture := image.NewGray(image.Rect(0, 0, 128, 128))
	for i := range picture.Pix {
		picture.SetGray(i%128, i/128, color.Gray{Y: uint8(i / 128 * 2)})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		panic(err) // a picture in memory
	}
	return out.Bytes()
})

// Secrets are the texts that nothing may print or store, besides ID numbers. The
// names of all the stand-in's persons begin with the same text.
func Secrets() []string {
	return []string{
		Surname, "测试", idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey, idverifytest.MegviiAPIKey, idverifytest.MegviiAPISecret,
	}
}

// aToken matches every access token of the stand-in.
var aToken = regexp.MustCompile(`2[45]\.[0-9a-f]{32}\.\d+\.\d+\.`)

// numbersIn finds the ID numbers of the persons asked about. Only theirs: among
// millions of digits of hashes some look like an ID number by chance.
func numbersIn(text string) (found []string) {
	const born = "190001"
	for at := 0; ; at++ {
		next := strings.Index(text[at:], born)
		if next < 0 {
			return found
		}
		if at += next; at >= 6 && at+12 <= len(text) && isAskedAbout(text[at-6:at+12]) {
			found = append(found, text[at-6:at+12])
		}
	}
}

// isAskedAbout says whether an ID number is that of a person of any question.
func isAskedAbout(id string) bool {
	id = strings.ToUpper(id)
	for _, p := range idverifytest.Persons() {
		if p.IDNumber == id {
			return true
		}
	}
	region, err1 := strconv.Atoi(id[:6])
	day, err2 := strconv.Atoi(id[12:14])
	sequence, err3 := strconv.Atoi(id[14:17])
	if err1 != nil || err2 != nil || err3 != nil || region < firstRegion {
		return false
	}
	return number((region-firstRegion)*31_000+sequence*31+day-1) == id
}

// Told finds personal data, keys and tokens in a text: as they are, and in the
// encodings that logs and dumps use.
func Told(text string) (told []string) {
	for _, secret := range Secrets() {
		for _, form := range []string{secret, fmt.Sprintf("%x", secret), escaped(secret), fmt.Sprintf("%+q", secret)[1:]} {
			if strings.Contains(text, strings.TrimSuffix(form, `"`)) {
				told = append(told, secret)
			}
		}
	}
	told = append(told, numbersIn(text)...)
	return append(told, aToken.FindAllString(text, 3)...)
}

// aBase64 matches what may be base64 of something longer than an id.
var aBase64 = regexp.MustCompile(`[A-Za-z0-9+/_-]{40,}`)

// Decoded is the decoded base64 of a text.
func Decoded(text string) string {
	var all strings.Builder
	for _, piece := range aBase64.FindAllString(text, -1) {
		piece = strings.NewReplacer("-", "+", "_", "/").Replace(piece)
		decoded, _ := base64.RawStdEncoding.DecodeString(piece[:len(piece)/4*4])
		all.Write(decoded)
		all.WriteByte('\n')
	}
	return all.String()
}

// escaped is a text as Redis's MONITOR writes it.
func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Of parses the name of a call, which begins with the question's key.
func Of(call string) (kind string, n int, ok bool) {
	key, _, _ := strings.Cut(call, "/")
	kind, digits, ok := strings.Cut(key, "-")
	n, err := strconv.Atoi(digits)
	return kind, n, ok && err == nil
}
