package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/connwatch"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// outcome is a way for a call to end, and whether its connection can be reused.
type outcome struct {
	name           string
	fault          idverifytest.Fault                       // of the stand-in
	answer         http.HandlerFunc                         // in place of the stand-in, if set
	request        func(v vendors.Vendor) *idverify.Request // instead of a match
	leaves         bool                                     // the caller leaves after the request has arrived
	tokens         bool                                     // only for vendors with access tokens
	want           idverify.Code                            // "" is the vendor's code for a poor photo
	of             idverify.Code                            // the vendor's code, in place of want
	kept           bool
	keptIfDigested bool // found while the digest is computed, before anything is sent
}

func outcomes() []outcome {
	return []outcome{
		{name: "match", want: idverify.CodeMatch, kept: true},
		{name: "another decision", want: idverify.CodeFaceMismatch, kept: true, request: func(v vendors.Vendor) *idverify.Request {
			return asking(v, idverify.CodeFaceMismatch)
		}},
		{name: "poor photo", kept: true, request: func(v vendors.Vendor) *idverify.Request {
			return asking(v, poorPhoto(v))
		}},
		{name: "rate limited", fault: idverifytest.RateLimited(), want: idverify.CodeRateLimited, kept: true},
		{name: "quota exceeded", fault: idverifytest.QuotaExceeded(), of: idverify.CodeQuotaExceeded, kept: true},
		{name: "out of order", fault: idverifytest.Unavailable(), want: idverify.CodeVendorUnavailable, kept: true},
		{name: "token refused", fault: idverifytest.RevokedToken(), want: idverify.CodeMatch, kept: true, tokens: true},
		{name: "page", fault: idverifytest.HTML502(), want: idverify.CodeBadResponse, kept: true},
		{name: "refused page", fault: idverifytest.HTMLStatus(http.StatusForbidden), want: idverify.CodeBadResponse, kept: true},
		{name: "not json", fault: idverifytest.MalformedJSON(), want: idverify.CodeBadResponse, kept: true},
		{name: "empty", fault: idverifytest.EmptyBody(), want: idverify.CodeBadResponse, kept: true},
		{name: "wrong content type", fault: idverifytest.WrongContentType(), want: idverify.CodeBadResponse, kept: true},
		{name: "redirect", fault: idverifytest.Redirect307("/elsewhere"), want: idverify.CodeBadResponse, kept: true},
		{name: "broken off", fault: idverifytest.Truncated(), want: idverify.CodeBadResponse},
		{name: "reset at once", fault: idverifytest.ResetBeforeBody(), want: idverify.CodeNetwork},
		{name: "reset after the request", fault: idverifytest.ResetAfterBody(), want: idverify.CodeNetwork},
		{name: "too large", want: idverify.CodeBadResponse, answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat(" ", 2*limitOfAnswers))
		}},
		{name: "caller leaves", fault: idverifytest.Hang(), leaves: true, want: idverify.CodeCanceled},
		{name: "caller leaves amid the answer", leaves: true, want: idverify.CodeCanceled, answer: func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"half":`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
		{name: "media breaks off", keptIfDigested: true, want: idverify.CodeUnreadableEvidence, request: func(v vendors.Vendor) *idverify.Request {
			return v.About(idverifytest.Match(), breakingMedia(v.Media(), v.Largest))
		}},
		{name: "refused on our side", want: idverify.CodeUnreadableEvidence, kept: true, request: func(v vendors.Vendor) *idverify.Request {
			return v.About(idverifytest.Match(), idverify.Bytes(nil))
		}},
	}
}

const limitOfAnswers = 64 << 10

// poorPhoto is the stand-in's code for a picture that it cannot use.
func poorPhoto(v vendors.Vendor) idverify.Code {
	for _, person := range idverifytest.Persons() {
		if code := person.CodeAt(v.Name); code.Advice() == idverify.AdviceRetakePhoto {
			return code
		}
	}
	panic("the stand-in refuses no picture for " + v.Name)
}

// asking is a request for which the stand-in gives this answer.
func asking(v vendors.Vendor, code idverify.Code) *idverify.Request {
	for _, person := range idverifytest.Persons() {
		if person.CodeAt(v.Name) == code {
			req := v.Match()
			req.Name, req.IDNumber = person.Name, person.IDNumber
			return req
		}
	}
	panic("the stand-in knows nobody for " + code)
}

// breakingMedia is fine at the first look, but cannot be read to its end. It is no
// larger than the vendor's limit.
func breakingMedia(content []byte, largest int) idverify.Media {
	size := int64(min(1<<20, largest))
	return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		begin := bytes.NewReader(append(bytes.Clone(content), make([]byte, size/2)...))
		return io.NopCloser(io.MultiReader(begin, iotest.ErrReader(errors.New("gone")))), size, nil
	})
}

// scene is a vendor's server that behaves differently for one verification.
type scene struct {
	outcome
	standIn     *idverifytest.Server
	server      *httptest.Server
	connections *connwatch.Watch
	odd         atomic.Bool // the next verification gets the odd behaviour
}

func newScene(o outcome, v vendors.Vendor, leave context.CancelFunc) *scene {
	s := &scene{outcome: o, standIn: idverifytest.New()}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, v.Path) || !s.odd.CompareAndSwap(true, false) {
			s.standIn.ServeHTTP(w, r)
			return
		}
		if o.leaves || o.answer != nil {
			content, _ := io.ReadAll(r.Body) // the server notices that the client left only after reading everything
			r.Body = io.NopCloser(bytes.NewReader(content))
		}
		if o.leaves {
			leave()
		}
		if o.answer != nil {
			o.answer(w, r)
			return
		}
		if o.fault != (idverifytest.Fault{}) {
			s.standIn.Inject(v.Name, o.fault)
		}
		s.standIn.ServeHTTP(w, r)
	}))
	s.connections = connwatch.On(s.server)
	s.server.Start()
	return s
}

func (s *scene) close() {
	s.standIn.Close()
	s.server.Close()
}

// A normal call, the odd one, and another normal one. The last call reuses the
// connection if it was left in order, and opens a new one if not. No connection stays
// in use.
// Holds P-LIVE-2.
func TestPool_ConnectionsAreReusedOrClosed(t *testing.T) {
	for n, o := range outcomes() {
		meets := one(n)
		if o.tokens && !long.Asked() {
			meets = []vendors.Vendor{vendors.WithTokens()}
		}
		for _, v := range meets {
			if o.tokens && v.Tokens == nil {
				continue
			}
			t.Run(o.name+"/"+v.Name, func(t *testing.T) {
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				s := newScene(o, v, leave)
				defer s.close()
				p := provider(t, v, account{base: idverifytest.BaseURLAt(s.server.URL, v.Name), limit: limitOfAnswers})
				s.ordinary(t, v, p)
				first := 1
				if v.Tokens != nil {
					first++ // the token's connection, which is closed after the answer
				}
				assert.Equal(t, first, s.connections.Opened())

				req := v.Match()
				if o.request != nil {
					req = o.request(v)
				}
				s.odd.Store(true)
				res, err := p.Verify(ctx, req)
				s.odd.Store(false) // for a call that sends nothing
				want := o.want
				switch {
				case o.of != "":
					want = idverifytest.PersonFor(o.of).CodeAt(v.Name)
				case want == "":
					want = poorPhoto(v)
				}
				assert.Equal(t, want, codeOf(res, err), "%v", err)
				left := map[bool]int{true: 1, false: 0}[o.kept || o.keptIfDigested && v.Digests]
				s.connections.Settle(t, left)

				s.ordinary(t, v, p)
				if o.tokens {
					first++ // the new token's connection was closed, too
				}
				assert.Equal(t, first+1-left, s.connections.Opened())
			})
		}
	}
}

func (s *scene) ordinary(t *testing.T, v vendors.Vendor, p vendors.Provider) {
	t.Helper()
	res, err := p.Verify(t.Context(), v.Match())
	require.NoError(t, err)
	require.True(t, res.Passed())
	s.connections.Settle(t, 1)
}

func codeOf(res *idverify.Result, err error) idverify.Code {
	if err != nil {
		return idverify.CodeOf(err)
	}
	return res.Code
}

func TestPool_CloseIdleConnections(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			s := newScene(outcome{}, v, nil)
			defer s.close()
			p := provider(t, v, account{base: idverifytest.BaseURLAt(s.server.URL, v.Name)})
			s.ordinary(t, v, p)
			p.CloseIdleConnections()
			s.connections.Settle(t, 0)
			s.ordinary(t, v, p)
		})
	}
}
