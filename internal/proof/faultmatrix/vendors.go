//go:build linux

package faultmatrix

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// reached is how the SDK reaches a vendor.
type reached struct {
	root       string // https://host:port
	httpClient *http.Client
	http2      bool
	timeout    time.Duration
}

// answerLimit is small, so that a larger answer is quickly made.
const answerLimit = 256 << 10

// subjects are the rows: the vendors, and the access tokens of one.
func subjects() []string { return vendors.Endpoints() }

// tokens are the subjects that fetch an access token.
func tokens() []string {
	return slices.DeleteFunc(subjects(), func(s string) bool { return !vendors.AsksForTokens(s) })
}

func vendorOf(subject string) vendors.Vendor {
	name, _, _ := strings.Cut(subject, "/")
	return vendors.Named(name)
}

// Behind is the healthy vendor of a pair. It reads another form of evidence, so that
// broken media does not affect it.
func Behind(subject string) string {
	list, captures := vendors.All(), vendorOf(subject).Captures()
	return list[slices.IndexFunc(list, func(v vendors.Vendor) bool { return v.Captures() != captures })].Name
}

// pathOf is the path of the subject's requests.
func pathOf(subject string) string {
	v := vendorOf(subject)
	if vendors.AsksForTokens(subject) {
		return "/" + v.Name + v.Tokens.Path
	}
	return "/" + v.Name + v.Path
}

// provider is the SDK's client of a vendor. If the vendor has access tokens, the
// client has one already, so that the verification is the only exchange.
func (r *running) provider(subject string, at reached) (vendors.Provider, error) {
	v := vendorOf(subject)
	account := vendors.Account{HTTP: idverify.HTTP{
		BaseURL: idverifytest.BaseURLAt(at.root, v.Name),
		Client:  at.httpClient, HTTP2: at.http2, Timeout: at.timeout, MaxResponseBytes: answerLimit,
	}}
	if at.httpClient == nil {
		account.HTTP.TLSConfig = r.certs.trust()
	}
	if v.Tokens != nil && subject == v.Name {
		transport := &http.Transport{TLSClientConfig: r.certs.trust()}
		defer transport.CloseIdleConnections()
		var err error
		account.Tokens, err = v.Tokens.Fetch(idverifytest.BaseURLAt("https://"+r.vendorAddr, v.Name), &http.Client{Transport: transport, Timeout: patience})
		if err != nil {
			return nil, err
		}
	}
	return v.New(account)
}

// Sizes of a picture: one that takes a while to send, and one that does not.
const (
	largePicture = 3 << 20
	smallPicture = 16 << 10
)

// picture is a photo of the stand-in, padded to size, and capture one of its
// captures. They are only read, and the longest of each is made once.
func picture(size int) []byte { return longestPicture()[:max(size, len(idverifytest.Photo()))] }

func capture(size int) []byte { return longestCapture()[:max(size, len(idverifytest.Capture()))] }

var (
	longestPicture = sync.OnceValue(func() []byte { return extended(idverifytest.Photo(), 0xA5) })
	longestCapture = sync.OnceValue(func() []byte { return extended(idverifytest.Capture(), 0x5A) })
)

func extended(data []byte, with byte) []byte {
	return append(data, bytes.Repeat([]byte{with}, largePicture)...)
}

// request is one that every vendor can read. size is for the vendor under fault, and
// media wraps its evidence.
func request(subject string, size int, media func([]byte) idverify.Media) *idverify.Request {
	if media == nil {
		media = idverify.Bytes
	}
	size = min(size, vendorOf(subject).Largest)
	ofCapture, ofPhoto := idverify.Bytes(capture(smallPicture)), idverify.Bytes(picture(smallPicture))
	if vendorOf(subject).Captures() {
		ofCapture = media(capture(size))
	} else {
		ofPhoto = media(picture(size))
	}
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: vendors.ForAll(ofPhoto, ofCapture)}
}

// Secrets must not be printed: data of the person and of the accounts, addresses and
// tokens.
func Secrets() []string {
	person := idverifytest.Match()
	return append(vendors.Secrets(), person.Name, person.IDNumber, "access_token=", "127.0.0.1", vendorHost, "EXAMPLE noise")
}
