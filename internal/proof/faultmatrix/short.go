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

// chosen reports whether the short form lets a fault, the nth in the list, strike a
// subject. What a vendor says in its own words strikes every vendor. What breaks
// while a body is sent strikes one vendor of each shape of body. Everything else is
// the same code for all and strikes one subject, another each time.
func (f fault) chosen(n int, subject string) bool {
	switch f.phase {
	case HalfBody:
		return slices.Contains(ofEachShape(), subject)
	case Unwritten, Written, Media: // there are many sizes and ways
		return subject == ofEachShape()[n%len(ofEachShape())]
	}
	if f.own {
		return true
	}
	all := slices.DeleteFunc(subjects(), func(s string) bool { return !f.concerns(s) })
	return subject == all[n%len(all)]
}

// ofEachShape are the first vendors that send a body of each shape.
var ofEachShape = sync.OnceValue(func() []string {
	var names, shapes []string
	for _, v := range vendors.All() {
		if s := shape(v); !slices.Contains(shapes, s) {
			names, shapes = append(names, v.Name), append(shapes, s)
		}
	}
	return names
})

// shape is what tells the bodies of vendors apart: their content type, and whether
// the body is read for a digest before it is sent.
func shape(v vendors.Vendor) string {
	var seen looking
	client, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: "https://" + vendorHost, Client: &http.Client{Transport: &seen}}})
	if err != nil {
		panic(err) // it is the stand-in's own account
	}
	_, _ = client.Verify(context.Background(), request(v.Name, smallPicture, nil)) // no answer decides anything
	if v.Digests {
		return seen.contentType + ", digested"
	}
	return seen.contentType
}

// looking is a vendor in memory that keeps the content type of a verification.
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
