// Package fuzztest is what the fuzz targets of the vendors' packages have in
// common: a vendor that answers from memory, a second reading of its answer
// that shares no code with the first, and what must hold of every outcome.
package fuzztest

import (
	"bytes"
	"io"
	"net/http"
)

// Answer is what a vendor says.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Of makes an answer from a fuzzer's arguments: any number becomes a final
// HTTP status from 200 to 599, and a status that is one stays what it is.
func Of(status int, contentType string, body []byte) Answer {
	if status < 200 || status > 599 {
		status = 200 + int(uint(status)%400)
	}
	return Answer{status, contentType, body}
}

// JSON is an answer as the vendors give it.
func JSON(status int, body string) Answer {
	return Answer{status, "application/json", []byte(body)}
}

// Transport is a vendor in memory. It takes each request to its last byte, as
// a vendor does that has decided.
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
