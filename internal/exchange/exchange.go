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
	// Subject, Evidence and Reference are the caller's, zero if nobody is verified.
	Subject   idverify.Subject
	Evidence  idverify.Evidence
	Reference string
	// OwnID is our id of the call, for a vendor that is sent one. It is used as the
	// request id if the answer has none or did not come.
	OwnID string

	response  *httpx.Response
	requestID string
	repeated  bool // the previous answer had the same id: it belongs to another call

	// These fields are only for a Call. They are here because that makes a Call
	// smaller.
	charged     idverify.Billed // what the answer itself says; BilledUnknown if nothing
	worked      bool            // the answer shows that the vendor worked on the person
	looked      bool            // the answer shows that the vendor looked at the request
	partly      bool            // a JSON object came, and broke off
	milder      bool            // the client's rules are milder than the vendor recommends
	suspect     bool            // the capture itself cannot be trusted
	orientation uint8           // of the picture, as in EXIF

	theirTime int64 // time of the answer in nanoseconds since 1970; 0 if it has none
	secrets   []string
	room      [roomForSecrets]string // for the secrets
	address   string                 // address of the picture, one of the secrets

	identifier, shown string // the last identifier checked: an answer's id is checked more than once
}

// roomForSecrets is how many secrets most calls have: name, number, credentials, and
// a token or the words of a signature.
const roomForSecrets = 9

// Exchange makes an exchange that verifies nobody.
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

// Hide adds secrets, which are removed from the vendor's messages.
func (x *Exchange) Hide(secrets ...string) {
	x.secrets = append(x.secrets, secrets...)
	x.identifier, x.shown = "", ""
}

// Scrub removes the request's personal data and every credential from a vendor's
// text.
func (x *Exchange) Scrub(text string) string { return redact.Scrub(text, x.secrets...) }

// Identifier is Scrub for a text that is shown if it looks like an identifier. It
// returns nothing if the text still contains a part of personal data or of another
// hidden text, also in base64 or hexadecimal. Only the caller's own reference may
// contain parts of the picture's address, because pictures are often named after it.
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

// This many bytes in a row reveal too much. Identifiers often contain dates, which
// have eight bytes; nine bytes of a person's data occur by chance once in millions of
// identifiers. Keys are longer and contain words. Pictures are named after orders and
// upload times; a signature in an address is longer.
const (
	tellingOfThePerson = 9
	tellingOfAKey      = 12
	tellingOfAnAddress = 24
)

// Send makes the exchange. Its error is an *idverify.Error.
func (x *Exchange) Send(ctx context.Context, req httpx.Request) error {
	x.response, x.requestID, x.repeated, x.theirTime = nil, "", false, 0
	x.charged, x.worked, x.looked, x.partly = idverify.BilledUnknown, false, false, false
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

// Answer is the vendor's answer, for an exchange that did not fail.
func (x *Exchange) Answer() *httpx.Response { return x.response }

// OK reports whether the answer came with the HTTP status of success.
func (x *Exchange) OK() bool { return x.response.Status == http.StatusOK }

// Status is the HTTP status of the answer.
func (x *Exchange) Status() int { return x.response.Status }

// ServerFailed reports whether the HTTP status says that the server failed.
func (x *Exchange) ServerFailed() bool { return x.response.Status >= http.StatusInternalServerError }

// Header is the first value of a header of the answer.
func (x *Exchange) Header(name string) string { return x.response.Header.Get(name) }

// SetBilled stores what the answer itself says about its price, which takes
// precedence over the table. BilledUnknown means that the answer says nothing.
func (x *Exchange) SetBilled(b idverify.Billed) { x.charged = b }

// SetWorked notes whether the answer shows that the vendor worked on the person, for
// example by a score. Then the request was not turned away, whatever code and HTTP
// status say, and it is not repeated.
func (x *Exchange) SetWorked(worked bool) { x.worked = worked }

// SetLooked notes that the answer has something that a request which was turned away
// never gets, for example a liveness score. A fault that is documented as free may have
// it, and may still be repeated.
func (x *Exchange) SetLooked(looked bool) { x.looked = looked }

// hasWorked reports whether the answer shows work or a charge for it, so that the
// request was not turned away.
func (x *Exchange) hasWorked() bool {
	return x.worked || x.looked || x.charged == idverify.BilledYes
}

// billed is the price of an answer with a row's code. A request that was turned away,
// or whose answer a gateway lost, has the row's price.
func (x *Exchange) billed(row idverify.CodeRow) idverify.Billed {
	if x.charged == idverify.BilledUnknown || row.Delivery != idverify.DeliveryAnswered {
		return row.Billed
	}
	return x.charged
}

// SetAnsweredAt stores the vendor's own time of the answer, if a field has it: the
// Date header may be a gateway's.
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
// that does not look like an id is kept only in the typed reply, unless it contains
// personal data.
//
// If the previous answer, about another person, had the same id, a gateway has sent
// that answer twice. If the vendor repeats our own id, it is compared with ours.
func (x *Exchange) SetRequestID(id string) {
	x.requestID = redact.Word(x.Identifier(id))
	if x.response != nil && id != x.OwnID {
		x.repeated = x.repeated || x.response.IsRepeated(id, x.person())
	}
}

var persons = maphash.MakeSeed()

// person is a number for the person, valid only in this process.
func (x *Exchange) person() uint64 {
	return maphash.Comparable(persons, [2]string{x.Subject.Name(), x.Subject.IDNumber()})
}
