// Package vendors is the one list of vendors for all proofs of the library: how a
// test makes a vendor's client, what evidence the client reads, and what the vendor's
// answers look like. Tests of common behaviour walk the list; a new vendor is one
// file here and one line in [All].
package vendors

import (
	"context"
	"net/http"

	"github.com/idverify/idverify"
)

// All is the list, including vendors under a build tag.
func All() []Vendor { return append(Listed(), Tagged()...) }

// Listed are the vendors in the documents, in their order.
func Listed() []Vendor {
	return []Vendor{
		linkfaceVendor(),
		baiduVendor(),
		tencentVendor(),
		tencentFaceIDVendor(),
		aliyunVendor(),
		huaweiIVSVendor(),
		volcengineVendor(),
		megviiVendor(),
	}
}

// Provider is the interface of every vendor's client.
type Provider interface {
	idverify.Provider
	idverify.Verifier
	Rules() []idverify.Rule
	CloseIdleConnections()
}

// Vendor is one entry.
type Vendor struct {
	// Name is the vendor's name in results, at the stand-in, and of its package.
	Name string
	// Keys are the fields of the Config that New requires.
	Keys []Key
	// Make returns a client with its Config.
	Make func(Account) (Provider, any, error)
	// OwnThreshold says that the Config has a Threshold for similarity.
	OwnThreshold bool
	// FixesLine says that the vendor itself answers no below its threshold: New
	// refuses a milder threshold, and a success with a lower score is a
	// contradiction.
	FixesLine bool
	// Refused are Configs that New refuses because of fields that only this vendor
	// has. Keys, Threshold and HTTP are tested for every vendor.
	Refused func(Account) []Refused
	// Anything are the fields of the Config that accept every value.
	Anything []string

	// Media is a picture, or a capture for a vendor that reads nothing else.
	Media func() []byte
	// Forms are the kinds of evidence that the client reads.
	Forms []Form
	// LongestName is the maximum number of characters in a name, 0 if the vendor has
	// no limit of its own.
	LongestName int
	// Smallest and Largest are sizes of media that the client sends. Twice the
	// largest is refused, unless there is no limit.
	Smallest, Largest int
	NoLimit           bool

	// Path is the path of the verification, below the base URL.
	Path string
	// Signs says that a request has a signature in its Authorization header. Digests
	// says that the signature covers the body, which is therefore read before it is
	// sent.
	Signs, Digests bool
	// Tokens is nil for a vendor that needs no access token.
	Tokens *Tokens

	// Codes is the vendor's table.
	Codes func() []idverify.CodeRow
	// LooksFirst reports whether the vendor finds a code about the account only after
	// it has looked at the request. It may be nil.
	LooksFirst func(code string) bool
	// Replayed is the code for a repeated request, where it is unknown whether the
	// first one was processed. Empty for a vendor without such a code.
	Replayed string
	// Lost are the codes with which a vendor's gateway says that it has no answer,
	// though there may have been one.
	Lost []string
	// FreeFaults are the codes for a vendor's own fault that is documented as free,
	// so that the call may be repeated.
	FreeFaults []string
	// NotRepeated are the codes that must not be repeated, although nothing would be
	// paid twice.
	NotRepeated []string
	// Says is the vendor's answer for a row of its table. For the success row it has
	// no scores, and so decides nothing.
	Says func(idverify.CodeRow) Answer
	// Scored is the body of a success that passes, with the given scores replaced: a
	// JSON literal for each kind.
	Scored func(map[idverify.CheckKind]string) string
	// Scores are the checks with a threshold of ours, with the field that an error
	// names if a score is missing. Empty for a vendor that decides by itself, or
	// sends its thresholds along.
	Scores map[idverify.CheckKind]string
	// Picture is the member of a success that has a picture in base64, if any.
	Picture string

	// Repeats are answers in the vendor's form that repeat the request's data
	// wherever they can, by a description. %[1]s is a JSON string of the data, and
	// PICTURE is replaced by a picture in base64.
	Repeats map[string]string
	// RepeatsAt is the HTTP status of such an answer, if it is not 200.
	RepeatsAt map[string]int
	// Samples are values of the package's exported types by name, such as
	// "linkface.Reply", besides those from Make and Forms. words is in each field
	// with the vendor's words, and picture in each field with a picture.
	Samples func(words string, picture []byte) map[string]any
	// Open are the types whose exported fields have data that must not be printed,
	// besides the Config.
	Open []any
	// Reveals are the fields and methods, by type, that return data that must not be
	// printed, besides the Config's keys.
	Reveals map[string][]string

	// Allocations is the maximum for one call of the client.
	Allocations float64
	// Documented is the name of the client's evidence in the documents.
	Documented string
}

// Key is a credential: the field of the Config, and the value that the stand-in
// accepts.
type Key struct {
	Field, Value string
	// Digits says that the vendor accepts only digits. Such a number is no secret.
	Digits bool
}

// Account is the input for a client.
type Account struct {
	HTTP idverify.HTTP
	// Keys has values for some fields in place of the stand-in's.
	Keys map[string]string
	// Threshold 0 means the default.
	Threshold float64
	// Tokens is the vendor's store of tokens, nil for the default.
	Tokens any
}

// Form is a kind of evidence. Exactly one of Media, URL and Texts is set.
type Form struct {
	Media func(idverify.Media) idverify.Evidence
	// Fetched says that the vendor fetches the picture itself, and has one code for
	// every problem with it.
	Fetched bool
	// Captured says that Media is a recording of the vendor's capture SDK, not a
	// picture.
	Captured bool
	// AnyBytes says that media of unknown format is sent too.
	AnyBytes bool
	// JPEGOnly says that only JPEG pictures are sent.
	JPEGOnly bool
	URL      func(string) idverify.Evidence
	Texts    func(...string) idverify.Evidence
	// Short says that Texts are names and ids, any number of them.
	Short bool
	// Known are texts that the stand-in accepts. If there are none, the stand-in
	// accepts none, and Texts takes one.
	Known []string
	// AnyText says that the last text may have line feeds and spaces.
	AnyText bool
}

// Tokens is the exchange for an access token, before the verification.
type Tokens struct {
	// Endpoint is the stand-in's name for it, and Path its path below the base URL.
	Endpoint, Path string
	// Says is an answer with the token.
	Says func(token string) string
	// Decides is the number in the answer that is required.
	Decides string
	// Fetch returns a store with a token that it fetches at this base URL.
	Fetch func(base string, client *http.Client) (any, error)
}

// Reference is the reference of the requests that Says answers: some vendors repeat
// it.
const Reference = "EXAMPLE-1"

// Answer is a vendor's answer in JSON.
type Answer struct {
	// Status 0 means 200.
	Status int
	Header http.Header
	Body   string
	// ID is the vendor's request id, and Message its text.
	ID, Message string
	// OfTokens says that it answers the token exchange.
	OfTokens bool
	// Evidence is the request's evidence, for an answer that is about one form only.
	// nil means the first of Accepted.
	Evidence idverify.Evidence
	// Exchanges is how many verifications one call of the client makes for it; 0
	// means one.
	Exchanges int
}

// Refused is a Config that New refuses, and the field in the error.
type Refused struct {
	Field  string
	Config any
	New    func() (Provider, error)
}

// Named is the vendor of that name. It panics without one.
func Named(name string) Vendor {
	for _, v := range All() {
		if v.Name == name {
			return v
		}
	}
	panic("vendors: there is no " + name)
}

// WithTokens is a vendor that needs access tokens. It panics without one.
func WithTokens() Vendor {
	for _, v := range All() {
		if v.Tokens != nil {
			return v
		}
	}
	panic("vendors: none has tokens")
}

// New makes a client.
func (v Vendor) New(a Account) (Provider, error) {
	p, _, err := v.Make(a)
	return p, err
}

// key is the value of a credential. It panics for a field that is not in Keys.
func (v Vendor) key(a Account, field string) string {
	if value, ok := a.Keys[field]; ok {
		return value
	}
	for _, k := range v.Keys {
		if k.Field == field {
			return k.Value
		}
	}
	panic("vendors: " + v.Name + " has no key " + field)
}

// Keyed are keys of a test, with the same value for every field that accepts it.
func (v Vendor) Keyed(value string) map[string]string {
	keys := map[string]string{}
	for _, k := range v.Keys {
		if !k.Digits {
			keys[k.Field] = value
		}
	}
	return keys
}

// refused are Configs that differ from an accepted one in one field.
func refused[C any, P Provider](accepted C, create func(C) (P, error), field string, changes ...func(*C)) []Refused {
	var all []Refused
	for _, change := range changes {
		cfg := accepted
		change(&cfg)
		all = append(all, Refused{field, cfg, func() (Provider, error) { return made(create(cfg)) }})
	}
	return all
}

// noCredentials is a source of keys that is never called.
func noCredentials(context.Context) (idverify.Credentials, error) {
	return idverify.Credentials{}, nil
}

// made returns a nil Provider for a nil client, not an interface that contains nil.
func made[P Provider](p P, err error) (Provider, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

// given is a test's score, or that of a pass.
func given(scores map[idverify.CheckKind]string, kind idverify.CheckKind, passes string) string {
	if score, ok := scores[kind]; ok {
		return score
	}
	return passes
}
