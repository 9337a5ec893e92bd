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

// Call is one question under way, for [Steps]. It is not to be kept, and prints as its
// name.
type Call struct {
	callMask
	vendor *Vendor
	hidden hidden[exchange.Call]
}

func (c *Call) own() *exchange.Call { return c.hidden.reveal() }

type callMask = Mask[Call]

// Subject is the person: name and number, checked and folded.
func (c *Call) Subject() idverify.Subject { return c.own().Subject }

// Evidence is one that the provider accepts.
func (c *Call) Evidence() idverify.Evidence { return c.own().Evidence }

// Now is the time to sign for: that of HTTP.Clock, put right by what the vendor's
// clock is known to say.
func (c *Call) Now() time.Time { return c.own().At() }

// Trace is an id of ours for the call: Request.Reference, or else 32 random hexadecimal
// digits, always the same for one call. It is the RequestID of result and error where
// the vendor gives none. Whoever sends it holds the answer to it: [Answer.CheckTrace].
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

// Hide has texts taken out of the vendor's messages, such as a token that was fetched.
// Name, number and the keys of [Config] are, in any case.
func (c *Call) Hide(texts ...string) { c.own().Hide(texts...) }

// Refuse is an error that is found before anything is sent. detail is printed, and must
// hold nothing of the person.
func (c *Call) Refuse(code idverify.Code, field, detail string) *idverify.Error {
	return c.own().Refuse(code, field, detail)
}

// URL holds the address of a picture, such as that of an [idverify.PhotoURLEvidence], to
// http or https with a host, and at most 4,096 bytes, and hides it. Its error is that of
// a request that was not sent.
func (c *Call) URL(address string) error { return c.own().URL(address, "the URL") }

// Attachment is media that was looked at, for one member of a body. It prints as its
// name.
type Attachment struct {
	attachmentMask
	media exchange.Seen
	size  int64
}

type attachmentMask = Mask[Attachment]

// Photo looks at a picture and holds it to limits, of which Formats, MaxBytes, LongSide
// and ShortSide count; bytes of no known format are left to the vendor. Its error is
// that of a request that was not sent, such as CodeUnsupportedFormat, CodeTooLarge or
// CodeUnreadableEvidence.
func (c *Call) Photo(m idverify.Media, limits idverify.PhotoLimits) (Attachment, error) {
	seen, err := c.own().Picture(m, exchange.LimitsOf(limits))
	return attached(seen, err)
}

// Capture looks at what a vendor's own software recorded: anything but a picture or a
// page, of at most 64 MiB.
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

// Request is what is sent. It prints as its name, except where fmt asks for no method:
// do not keep it in a field that is not exported of a struct that is printed.
type Request struct {
	requestMask

	// Method is POST where it is empty.
	Method string
	// Path is below the base URL, with a leading slash.
	Path string
	// Query is shown in no error. It is no place for a key: servers log it.
	Query url.Values
	// Header stands beside our own. Content-Type is the body's.
	Header http.Header
	// Body is made by [Call.JSON], [Call.Form] or [Call.Multipart]. Default: an
	// empty form.
	Body Body
}

type requestMask = Mask[Request]

// Body is the body of a request, which streams. It prints as its name.
type Body struct {
	bodyMask
	length  int64
	content hidden[body.Body]
}

type bodyMask = Mask[Body]

// Len is the length in bytes, for a vendor that bounds the whole request.
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
