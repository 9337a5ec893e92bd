package exchange

import (
	"cmp"
	"context"
	"hash/maphash"
	"net/http"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// Exchange is one request to a vendor and its answer. A [Call] is built on one; an
// Exchange by itself, such as the one for Baidu's access token, decides nothing.
type Exchange struct {
	*Vendor
	// Subject, Evidence and Reference are the caller's, zero where nobody is verified.
	Subject   idverify.Subject
	Evidence  idverify.Evidence
	Reference string
	// OwnID is our id of the call, where the vendor is sent one. It is the
	// request id when the answer has none or did not come.
	OwnID string

	response  *httpx.Response
	requestID string
	repeated  bool // the previous answer had the same id: it belongs to another call

	// Of a Call, which has fewer bytes so.
	charged     idverify.Billed // by the answer's own word; BilledUnknown where it has none
	worked      bool            // on the person has the vendor, by what the answer shows
	partly      bool            // came a JSON object, and broke off
	milder      bool            // than the vendor recommends are the client's rules
	suspect     bool            // the capture itself cannot be trusted
	orientation uint8           // EXIF's, of the picture

	theirTime int64 // of the answer, in nanoseconds since 1970; 0 where it says none
	secrets   []string
	room      [roomForSecrets]string // for them
	address   string                 // of the picture, one of them

	identifier, shown string // the last that was looked at: an answer's own id is, more than once
}

// roomForSecrets is what most calls hide: name, number, credentials, and a token
// or the words of a signature.
const roomForSecrets = 9

// Exchange is one that verifies nobody.
func (v *Vendor) Exchange() *Exchange {
	x := &Exchange{Vendor: v}
	x.secrets = x.room[:0]
	x.hideCredentials()
	return x
}

func (x *Exchange) hideCredentials() {
	for _, s := range x.Vendor.Secrets {
		x.Hide(s.Reveal())
	}
}

// Hide adds to what is taken out of the vendor's messages.
func (x *Exchange) Hide(secrets ...string) {
	x.secrets = append(x.secrets, secrets...)
	x.identifier, x.shown = "", ""
}

// Scrub removes the request's personal data and every credential from a vendor's
// text.
func (x *Exchange) Scrub(text string) string { return redact.Scrub(text, x.secrets...) }

// Identifier is Scrub for a text that is shown if it looks like an identifier: it
// returns nothing if the text still contains a part of personal data or of another
// hidden text, also in base64 or hexadecimal. Only the caller's own reference may
// contain parts of the picture's address, because pictures are often named after
// it.
func (x *Exchange) Identifier(text string) string {
	if text != x.identifier {
		x.identifier, x.shown = text, x.identify(text)
	}
	return x.shown
}

func (x *Exchange) identify(text string) string {
	text = x.Scrub(text)
	var spelling redact.Spelling
	spelling.Read(text)
	if spelling.Tells(tellingOfThePerson, x.Subject.Name(), x.Subject.IDNumber()) {
		return redact.Hidden
	}
	for _, secret := range x.secrets {
		telling := tellingOfAKey
		if secret == x.address {
			telling = tellingOfAnAddress
		}
		isOurs := secret == x.address && text == x.Reference
		if !isOurs && spelling.Tells(telling, secret) {
			return redact.Hidden
		}
	}
	return text
}

// So many bytes in a row tell too much. Identifiers are full of dates, which have
// eight; nine of a person's are chance once in millions of identifiers. Keys are
// longer, and full of words. Pictures are called after orders and the second of
// their upload; what signs an address is longer than that.
const (
	tellingOfThePerson = 9
	tellingOfAKey      = 12
	tellingOfAnAddress = 24
)

// Send makes the exchange. Its error is an *idverify.Error.
func (x *Exchange) Send(ctx context.Context, req httpx.Request) error {
	x.response, x.requestID, x.repeated, x.theirTime = nil, "", false, 0
	x.charged, x.worked, x.partly = idverify.BilledUnknown, false, false
	req.Broken = func(part []byte) {
		x.requestID = redact.Word(x.Identifier(findText(part, x.RequestIDField)))
		x.partly = isObject(unmarked(part))
	}
	var signed *signature
	if req.Sign != nil {
		signed = new(signature)
		req.Sign = signed.of(req.Sign)
	}
	response, err := x.HTTP.Do(ctx, req)
	if signed != nil {
		x.Hide(signed.texts()...)
		x.requestID = redact.Word(x.Identifier(x.requestID)) // of an answer that broke off
	}
	if err != nil {
		return x.failed(err)
	}
	x.response = response
	if x.RequestIDHeader != "" {
		x.repeated = response.IsRepeated(response.Header.Get(x.RequestIDHeader), x.person())
	}
	return nil
}

// Answer is what came, for an exchange that did not fail.
func (x *Exchange) Answer() *httpx.Response { return x.response }

// OK reports whether the answer came with the HTTP status of success.
func (x *Exchange) OK() bool { return x.response.Status == http.StatusOK }

// Status is the HTTP status of the answer.
func (x *Exchange) Status() int { return x.response.Status }

// ServerFailed reports whether the answer came with an HTTP status that says so.
func (x *Exchange) ServerFailed() bool { return x.response.Status >= http.StatusInternalServerError }

// Header is the first value of a header of the answer.
func (x *Exchange) Header(name string) string { return x.response.Header.Get(name) }

// SetBilled stores what the answer itself says about its price, which takes
// precedence over the table. BilledUnknown means that the answer says nothing.
func (x *Exchange) SetBilled(b idverify.Billed) { x.charged = b }

// SetWorked notes whether the answer shows that somebody worked on the person, such as by
// a score. It was not turned away then, whatever its code and HTTP status say: nobody asks
// again.
func (x *Exchange) SetWorked(worked bool) { x.worked = worked }

// hasWorked reports whether the answer shows work, or a charge for it.
func (x *Exchange) hasWorked() bool { return x.worked || x.charged == idverify.BilledYes }

// billed is for an answer with the code of a row. What was turned away has the row's
// price, and so has what a gateway lost.
func (x *Exchange) billed(row idverify.CodeRow) idverify.Billed {
	if x.charged == idverify.BilledUnknown || row.Delivery != idverify.DeliveryAnswered {
		return row.Billed
	}
	return x.charged
}

// SetAnsweredAt keeps the vendor's own time of the answer, where the answer says it
// in a field: the Date may be a gateway's.
func (x *Exchange) SetAnsweredAt(t time.Time) { x.theirTime = t.UnixNano() }

// AnsweredAt is the vendor's own time of the answer, from its own field or else its
// Date header.
func (x *Exchange) AnsweredAt() (time.Time, bool) {
	if x.theirTime != 0 {
		return time.Unix(0, x.theirTime), true
	}
	t, err := http.ParseTime(x.response.Header.Get("Date"))
	return t, err == nil
}

// id is the vendor's id of the call, or our own when there is none.
func (x *Exchange) id() string {
	if x.requestID == "" && x.RequestIDHeader != "" && x.response != nil {
		return cmp.Or(redact.Word(x.Identifier(x.response.Header.Get(x.RequestIDHeader))), x.OwnID)
	}
	return cmp.Or(x.requestID, x.OwnID)
}

// SetRequestID stores the vendor's id of the call for the result or error. A value
// that does not look like an id is only in the typed reply, unless it contains
// personal data.
//
// If the previous answer, about another person, had the same id, a gateway has sent
// that answer twice. An id that repeats ours is compared with ours.
func (x *Exchange) SetRequestID(id string) {
	x.requestID = redact.Word(x.Identifier(id))
	if x.response != nil && id != x.OwnID {
		x.repeated = x.repeated || x.response.IsRepeated(id, x.person())
	}
}

var persons = maphash.MakeSeed()

// person is a number that stands for the person, in this process only.
func (x *Exchange) person() uint64 {
	return maphash.Comparable(persons, [2]string{x.Subject.Name(), x.Subject.IDNumber()})
}
