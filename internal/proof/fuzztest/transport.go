// Package fuzztest is shared by the fuzz targets of the vendors' packages: a vendor
// that answers from memory, a second reader of its answer that shares no code with
// the first, and the checks for every outcome.
package fuzztest

import (
	"bytes"
	"io"
	"net/http"
)

// Answer is a vendor's HTTP answer.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Of makes an answer from a fuzzer's arguments. Any number becomes a final HTTP
// status from 200 to 599; a valid status stays as it is.
func Of(status int, contentType string, body []byte) Answer {
	if status < 200 || status > 599 {
		status = 200 + int(uint(status)%400)
	}
	return Answer{status, contentType, body}
}

// JSON is an answer in the vendors' usual form.
func JSON(status int, body string) Answer {
	return Answer{status, "application/json", []byte(body)}
}

// Transport is a vendor in memory. It reads each request completely, as a vendor does
// before it decides.
type Transport func(*http.Request) Answer

// RoundTrip implements [http.RoundTripper].
func (vendor Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	given := vendor(r)
	header := http.Header{}
	if given.ContentType != "" {
		header.Set("Content-Type", given.ContentType)
	}
	return &http.Response{
		StatusCode: given.Status, Header: header, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(given.Body)), Body: io.NopCloser(bytes.NewReader(given.Body)),
	}, nil
}
