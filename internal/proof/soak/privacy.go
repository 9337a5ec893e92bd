package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// privacy searches everything that is printed for secrets. It is an io.Writer for
// logs, and keeps nothing.
type privacy struct {
	ledger  *ledger
	secrets []secret
}

type secret struct{ what, text string }

// tokens matches the stand-in's access tokens.
var tokens = regexp.MustCompile(`24\.[0-9a-f]{32}\.`)

func newPrivacy(l *ledger) *privacy {
	p := &privacy{ledger: l, secrets: []secret{
		{"a key", personKey}, {"a key", storeKey},
		{"a picture", tagMark}, {"a picture", tagMarkBase64}, {"a query", "access_token="},
	}}
	for _, key := range vendors.Secrets() {
		p.secrets = append(p.secrets, secret{"a key", key})
	}
	for _, person := range idverifytest.Persons() {
		p.secrets = append(p.secrets, secret{"a name", person.Name}, secret{"an ID number", person.IDNumber})
	}
	return p
}

// spoken searches what an answer prints.
func (p *privacy) spoken(res *idverify.Result, err error) {
	if res != nil {
		p.look("a result", fmt.Sprintf("%+v %#v", res, *res))
		p.lookJSON("a result", res)
	}
	if err != nil {
		p.look("an error", fmt.Sprintf("%v %+v %#v", err, err, err))
		p.lookJSON("an error", err)
	}
}

// spokenAtLength is spoken with every way to print.
func (p *privacy) spokenAtLength(res *idverify.Result, err error) {
	var v any = res
	if err != nil {
		v = err
	}
	for _, text := range idverifytest.Spoken(v) {
		p.look("an answer", text)
	}
}

func (p *privacy) lookJSON(where string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		p.ledger.broken(rulePrivacy, "%s cannot be written as JSON", where)
		return
	}
	p.look(where, string(text))
}

// look reports what kind of secret it finds, without the secret.
func (p *privacy) look(where, text string) {
	for _, s := range p.secrets {
		if strings.Contains(text, s.text) {
			p.ledger.broken(rulePrivacy, "%s tells %s", where, s.what)
		}
	}
	if tokens.MatchString(text) {
		p.ledger.broken(rulePrivacy, "%s tells an access token", where)
	}
}

// Write implements [io.Writer].
func (p *privacy) Write(line []byte) (int, error) {
	p.look("a log", string(line))
	return len(line), nil
}

// serverLog is the servers' log: broken connections are expected, panics are not.
type serverLog struct{ ledger *ledger }

// Write implements [io.Writer].
func (s serverLog) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "panic") {
		s.ledger.broken(ruleStandIn, "a handler panicked")
	}
	return len(line), nil
}
