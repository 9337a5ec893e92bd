//go:build acme

package idverifytest

import (
	"net/http"

	"github.com/idverify/idverify"
)

// Acme is the vendor under the name that its package gives it.
const Acme = "acme"

// Credentials that Acme's stand-in accepts. They are made up and open nothing.
const (
	AcmeKeyID     = "EXAMPLE-ACME-KEY-ID-0001"
	AcmeKeySecret = "EXAMPLE-ACME-KEY-SECRET-00000001"
)

const acmePath = "/v1/face/compare"

func acmeVendor() *vendor {
	return &vendor{
		name:        Acme,
		credentials: map[string]string{"key_id": AcmeKeyID, "key_secret": AcmeKeySecret},
		endpoints:   []endpoint{{name: Acme, path: acmePath, maxBody: 4 << 20, read: readAcme, says: acmeSays, fails: acmeFails}},
		means: map[personID]idverify.Code{
			personBadCapture:  idverify.CodePoorPhoto, // no answer of its own for captures
			personAtThreshold: idverify.CodeMatch,     // at the vendor's own threshold its verdict is yes
		},
		stranger: personNotFound,
		scores:   Scores{Similarity: 81.5},
		decides:  "Verdict",
		state:    func() any { return &acmeKeys{} },
	}
}

// acmeAnswer is what the vendor answers for one person: an error, or a verdict with
// a similarity.
type acmeAnswer struct {
	code, verdict string
	similarity    float64
	billed        bool
}

var acmePeople = map[personID]acmeAnswer{
	personMatch:            {verdict: "same", billed: true}, // with the similarity of SetScores
	personFaceMismatch:     {verdict: "other", similarity: 31.5, billed: true},
	personIdentityMismatch: {code: "Identity.Mismatch", billed: true},
	personNotFound:         {code: "Identity.NotFound"},
	personNoReference:      {code: "Identity.NoPhoto"},
	personAttack:           {code: "Face.Attack", billed: true},
	personSynthetic:        {code: "Face.Attack", billed: true},
	personNoFace:           {code: "Face.None"},
	personBlurred:          {code: "Face.Poor"},
	personSeveral:          {code: "Face.Several"},
	personRateLimited:      {code: "Busy"},
	personQuota:            {code: "Account.Quota"},
	personSourceDown:       {code: "Source.Down"},
	personVendorDown:       {code: "Internal"},
	personBadCapture:       {code: "Face.Poor"},
	personAtThreshold:      {verdict: "same", similarity: 70, billed: true},
	personAboveThreshold:   {verdict: "same", similarity: 70.01, billed: true},
	personBelowThreshold:   {verdict: "other", similarity: 69.99, billed: true},
}

// acmeReply makes an answer: all fields are in one object.
func acmeReply(status int, code, trace string, more map[string]any) reply {
	said := map[string]any{"RequestId": hexID(), "Code": code, "Message": code, "Trace": trace}
	for name, value := range more {
		said[name] = value
	}
	return jsonReply(status, code, map[string]any{"Response": said})
}

// acmeError is the answer for an error. The vendor's gateway, which checks
// signatures and the call rate, has statuses of its own.
func acmeError(code, trace string) reply {
	status := http.StatusBadRequest
	switch code {
	case "Busy":
		status = http.StatusTooManyRequests
	case "Auth.Signature", "Auth.Expired", "Auth.Locked":
		status = http.StatusUnauthorized
	case "Account.Quota":
		status = http.StatusForbidden
	case "Internal", "Source.Down":
		status = http.StatusInternalServerError
	}
	return acmeReply(status, code, trace, nil)
}

func acmeSays(_ *Server, t trouble) reply {
	rep := acmeError(map[trouble]string{
		rateLimited: "Busy", quotaExceeded: "Account.Quota", unavailable: "Internal", expired: "Auth.Expired", revoked: "Auth.Signature",
		notFound: "Request.Invalid", tooLarge: "Image.TooLarge", tooMany: "Request.Invalid",
	}[t], "")
	if t == notFound {
		rep.status = http.StatusNotFound
	}
	return rep
}

// acmeFails accepts any code except that of success.
func acmeFails(_ *Server, code string) (reply, bool) {
	return acmeError(code, ""), code != "" && code != "OK"
}
