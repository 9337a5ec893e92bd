package main

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

func TestPrivacy_DetectsLeaks(t *testing.T) {
	person := idverifytest.FaceMismatch()
	for name, text := range map[string]string{
		"a name":             "asked about " + person.Name,
		"a number":           "asked about " + person.IDNumber,
		"a key":              "with " + vendors.Secrets()[0],
		"a picture":          tag(7).mark(),
		"a picture, encoded": base64.StdEncoding.EncodeToString([]byte(tag(7).mark())),
		"an access token":    "24.0123456789abcdef0123456789abcdef.2592000.1",
		"a query":            "/verify?access_token=x",
	} {
		l := newLedger()
		newPrivacy(l).look("a test", text)
		assert.Equal(t, []rule{rulePrivacy}, brokenIn(l), name)
		for _, c := range l.breaks[rulePrivacy].Cases {
			assert.NotContains(t, c, text, "the report does not repeat the leaked text")
		}
	}
}

func TestPrivacy_SearchesEveryPlace(t *testing.T) {
	person := idverifytest.Match()
	detail := &idverify.Error{Code: idverify.CodeTimeout, Detail: "about " + person.Name}
	for name, tell := range map[string]func(*privacy){
		"an error":            func(p *privacy) { p.spoken(nil, detail) },
		"an error of another": func(p *privacy) { p.spoken(nil, errors.New(person.IDNumber)) },
		"an error at length":  func(p *privacy) { p.spokenAtLength(nil, detail) },
		"a result": func(p *privacy) {
			p.spoken(&idverify.Result{Code: idverify.CodeMatch, VendorReason: person.Name, VendorCode: "1"}, nil)
		},
		"a result at length": func(p *privacy) {
			p.spokenAtLength(&idverify.Result{Code: idverify.CodeMatch, VendorReason: person.Name, VendorCode: "1"}, nil)
		},
		"a log": func(p *privacy) { slog.New(slog.NewJSONHandler(p, nil)).Info("call", "of", person.Name) },
	} {
		l := newLedger()
		tell(newPrivacy(l))
		assert.Equal(t, []rule{rulePrivacy}, brokenIn(l), name)
	}
	l := newLedger()
	p := newPrivacy(l)
	p.spoken(&idverify.Result{Code: idverify.CodeMatch}, nil)
	p.spoken(nil, &idverify.Error{Code: idverify.CodeTimeout})
	assert.Empty(t, brokenIn(l))
}

func TestPrivacy_DetectsHandlerPanic(t *testing.T) {
	l := newLedger()
	_, _ = serverLog{l}.Write([]byte("http: TLS handshake error\n"))
	assert.Empty(t, brokenIn(l))
	_, _ = serverLog{l}.Write([]byte("http: panic serving 127.0.0.1:1\n"))
	assert.Equal(t, []rule{ruleStandIn}, brokenIn(l))
}
