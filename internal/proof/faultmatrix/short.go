//go:build linux

package faultmatrix

import (
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// chosen reports whether the short form runs a fault, the nth in the list, for a
// subject. Each fault runs for one subject, in turn. Faults while a body is sent run for
// the vendors with different body shapes, in turn, and faults with each vendor's own
// words for a third of the vendors. Of unusual answers and of faults of HTTP/2 every
// other one is left out.
func (f fault) chosen(n int, subject string) bool {
	switch f.phase {
	case HalfBody, Unwritten, Written, Media:
		return subject == ofEachShape()[n%len(ofEachShape())]
	}
	if (f.phase == Answer || f.phase == HTTP2) && n%2 > 0 { // the longest lists
		return false
	}
	if f.own {
		return slices.Index(subjects(), subject)%3 == n%3
	}
	all := slices.DeleteFunc(subjects(), func(s string) bool { return !f.concerns(s) })
	return subject == all[n%len(all)]
}

// ofEachShape are the first vendors with each shape of body.
var ofEachShape = sync.OnceValue(func() []string {
	var names, shapes []string
	for _, v := range vendors.All() {
		if s := shape(v); !slices.Contains(shapes, s) {
			names, shapes = append(names, v.Name), append(shapes, s)
		}
	}
	return names
})

// shape distinguishes the bodies of vendors: their content type, and whether the body
// is read for a digest before it is sent.
func shape(v vendors.Vendor) string {
	var seen looking
	client, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: "https://" + vendorHost, Client: &http.Client{Transport: &seen}}})
	if err != nil {
		panic(err) // the account is the stand-in's
	}
	_, _ = client.Verify(context.Background(), request(v.Name, smallPicture, nil)) // the empty answer decides nothing
	if v.Digests {
		return seen.contentType + ", digested"
	}
	return seen.contentType
}

// looking is a vendor in memory that records the content type of a verification.
type looking struct{ contentType string }

func (l *looking) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	answer := "{}"
	for _, v := range vendors.All() {
		if v.Tokens != nil && strings.HasSuffix(r.URL.Path, v.Tokens.Path) {
			answer = v.Tokens.Says("EXAMPLE-TOKEN")
		}
	}
	if answer == "{}" {
		l.contentType, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type"))
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(answer))}, nil
}
