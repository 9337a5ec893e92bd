package linkface

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
)

const path = "/identity/liveness_idnumber_verification"

// encode builds the multipart form: credentials, name, number, and exactly one
// of the three forms of a capture.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	form, err := c.form(call)
	return httpx.Request{Method: http.MethodPost, Path: path, Body: form}, err
}

func (c *Client) form(call *exchange.Call) (*body.Body, error) {
	fields := append(c.credentials.fields(),
		body.Field{Name: "name", Value: call.Subject.Name()},
		body.Field{Name: "id_number", Value: call.Subject.IDNumber()},
	)
	capture := call.Evidence.(CaptureEvidence)
	text := capture.text.Reveal()
	var err error
	switch capture.form {
	case fieldFile:
		return withFile(call, fields, capture.media)
	case fieldURL:
		err = call.URL(text, "CaptureURL")
	default:
		err = call.ID(text, "CaptureID")
	}
	if err != nil {
		return nil, err
	}
	return body.Multipart(append(fields, body.Field{Name: capture.form, Value: text}), nil)
}

func withFile(call *exchange.Call, fields []body.Field, media idverify.Media) (*body.Body, error) {
	file, err := call.Capture(media)
	if err != nil {
		return nil, err
	}
	return body.Multipart(fields, &body.File{
		Field:       fieldFile,
		FileName:    "capture.pb",
		ContentType: "application/octet-stream",
		Media:       file,
	})
}
