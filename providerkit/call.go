package providerkit

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
)

// Call is one question in progress, for [Steps]. Do not keep it; it prints as its
// type's name.
type Call struct {
	callMask
	vendor *Vendor
	hidden hidden[exchange.Call]
}

// own panics for a Call that Ask did not make, and names the type.
func (c *Call) own() *exchange.Call {
	if c == nil || c.hidden.twice == nil {
		panic("providerkit: a Call is made by Vendor.Ask, for Encode and Sign, and an Answer for Decode")
	}
	return c.hidden.reveal()
}

type callMask = Mask[Call]

// Subject is the person: name and number, checked and folded.
func (c *Call) Subject() idverify.Subject { return c.own().Subject }

// Evidence is the evidence; the provider accepts its form.
func (c *Call) Evidence() idverify.Evidence { return c.own().Evidence }

// Now is the time to sign with: that of HTTP.Clock, corrected by the known
// difference from the vendor's clock.
func (c *Call) Now() time.Time { return c.own().At() }

// Trace is our own id of the call: Request.Reference, or else 32 random hexadecimal
// digits, the same for the whole call. It is the RequestID of result and error where
// the vendor gives none. If you send it, check it in the answer with
// [Answer.CheckTrace].
func (c *Call) Trace() string {
	if c.own().OwnID == "" {
		c.own().OwnID = c.own().Reference
	}
	if c.own().OwnID == "" {
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
		c.own().OwnID = hex.EncodeToString(id[:])
	}
	return c.own().OwnID
}

// Hide makes texts, such as a token that was fetched, be removed from the vendor's
// messages. Name, number and the keys of [Config] are always removed.
func (c *Call) Hide(texts ...string) { c.own().Hide(texts...) }

// Refuse makes an error found before anything is sent. detail is printed, and must
// contain no personal data.
func (c *Call) Refuse(code idverify.Code, field, detail string) *idverify.Error {
	return c.own().Refuse(code, field, detail)
}

// URL checks the address of a picture, such as that of an [idverify.PhotoURLEvidence]:
// http or https with a host, and at most 4,096 bytes. It also hides the address in
// messages. Its error says that nothing was sent.
func (c *Call) URL(address string) error { return c.own().URL(address, "the URL") }

// Attachment is checked media for one member of a body. It prints as its type's
// name.
type Attachment struct {
	attachmentMask
	media exchange.Seen
	size  int64
}

type attachmentMask = Mask[Attachment]

// Photo checks a picture against limits, of which it uses Formats, MaxBytes, LongSide
// and ShortSide; an unknown format is left to the vendor. Its error says that nothing
// was sent, with a code such as CodeUnsupportedFormat, CodeTooLarge or
// CodeUnreadableEvidence.
func (c *Call) Photo(m idverify.Media, limits idverify.PhotoLimits) (Attachment, error) {
	seen, err := c.own().Picture(m, exchange.LimitsOf(limits))
	return attached(seen, err)
}

// Capture checks a recording of a vendor's own SDK: at most 64 MiB, and neither a
// picture nor a page.
func (c *Call) Capture(m idverify.Media) (Attachment, error) {
	seen, err := c.own().Capture(m)
	return attached(seen, err)
}

func attached(seen exchange.Seen, err error) (Attachment, error) {
	if err != nil {
		return Attachment{}, err
	}
	return Attachment{media: seen, size: seen.Size()}, nil
}

// Len is the size of the media in bytes, without base64.
func (a Attachment) Len() int64 { return a.size }

// Request is what is sent. It prints as its type's name, except where fmt bypasses its
// methods: do not keep it in an unexported field of a struct that is printed.
type Request struct {
	requestMask

	// Method is POST where it is empty.
	Method string
	// Path is below the base URL, with a leading slash.
	Path string
	// Query is shown in no error. Do not put a key into it, because servers log it.
	Query url.Values
	// Header is added to our own headers. Content-Type comes from the body.
	Header http.Header
	// Body is made by [Call.JSON], [Call.Form] or [Call.Multipart]. Default: an
	// empty form.
	Body Body
}

type requestMask = Mask[Request]

// Body is the body of a request, which is streamed. It prints as its type's name.
type Body struct {
	bodyMask
	length  int64
	content hidden[body.Body]
}

type bodyMask = Mask[Body]

// Len is the length in bytes, for a vendor that limits the whole request.
func (b Body) Len() int64 { return b.length }

// sent is the request as it goes out.
func (r Request) sent() httpx.Request {
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	content := r.Body.content.reveal()
	if content == nil {
		content = body.Form(nil)
	}
	return httpx.Request{Method: method, Path: r.Path, Query: r.Query, Header: r.Header, Body: content}
}
