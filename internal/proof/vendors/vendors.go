// Package vendors is the one list of vendors for everything that proves the
// library: how a test makes a vendor's client, what evidence the client reads,
// and what the vendor's answers look like. What holds for every vendor is
// tested by walking the list; a new vendor is one file here and one line in
// [All].
package vendors

import (
	"context"
	"net/http"

	"github.com/idverify/idverify"
)

// All is the list, with the vendors that exist under a build tag only.
func All() []Vendor { return append(Listed(), Tagged()...) }

// Listed are the vendors that the documents speak of, in their order.
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

// Provider is what every vendor's client is.
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
	// Make gives a client with the Config that it was made of.
	Make func(Account) (Provider, any, error)
	// OwnThreshold says that the Config has a Threshold for similarity.
	OwnThreshold bool
	// FixesLine says that the vendor itself says no below its line: New refuses a
	// milder threshold, and a success with a score below it contradicts itself.
	FixesLine bool
	// Refused are Configs that New refuses for what only this vendor has. Keys,
	// Threshold and HTTP are tried for every vendor.
	Refused func(Account) []Refused
	// Anything are the fields of the Config of which New takes every value.
	Anything []string

	// Media is a picture, or a capture for a vendor that reads nothing else.
	Media func() []byte
	// Forms are the kinds of evidence that the client reads.
	Forms []Form
	// LongestName is how many characters of a name it sends, 0 where it has no limit of
	// its own.
	LongestName int
	// Smallest and Largest are sizes of media that it sends. Twice the largest is
	// refused, unless there is no limit.
	Smallest, Largest int
	NoLimit           bool

	// Path is that of the verification, below the base URL.
	Path string
	// Signs says that a request has a signature in its Authorization header, and
	// Digests that this is over the body, which so is read before it is sent.
	Signs, Digests bool
	// Tokens is nil for a vendor that needs no access token.
	Tokens *Tokens

	// Codes is the vendor's table.
	Codes func() []idverify.CodeRow
	// LooksFirst says of which codes about the account the vendor finds them only
	// when it has looked at the request. It may be nil.
	LooksFirst func(code string) bool
	// Replayed is the code for a request that came before, of which nobody can tell
	// whether that one was worked on. Empty for a vendor that has none.
	Replayed string
	// Lost are the codes with which a gateway of the vendor's says that it has no answer,
	// though there may have been one.
	Lost []string
	// FreeFaults are the codes for a fault of the vendor's own that is documented as
	// free, so that the call may be repeated.
	FreeFaults []string
	// Says is the vendor's answer for a row of its table. For the row of
	// success it has no scores, and so decides nothing.
	Says func(idverify.CodeRow) Answer
	// Scored is the body of a success that passes, but for the scores given: a
	// JSON literal for each kind.
	Scored func(map[idverify.CheckKind]string) string
	// Scores are the checks that are held to a threshold of ours, with the field
	// that an error names for a score that is missing. A vendor that decides by
	// itself, or sends its thresholds along, has none.
	Scores map[idverify.CheckKind]string
	// Picture is the member of a success that holds a picture in base64, if there is one.
	Picture string

	// Repeats are answers in the vendor's form that repeat what it was told
	// wherever they can, by what is special about them. %[1]s is a JSON string of
	// it, and PICTURE stands for a picture in base64.
	Repeats map[string]string
	// RepeatsAt is the HTTP status of such an answer, where it is not 200.
	RepeatsAt map[string]int
	// Samples are values of the package's exported types by their names, such as
	// "linkface.Reply", besides those that Make and Forms give. The text stands in each
	// field that keeps the vendor's words, and the picture where there is one.
	Samples func(words string, picture []byte) map[string]any
	// Open are the types whose exported fields hold what must not be printed,
	// besides the Config.
	Open []any
	// Reveals are the fields and methods, by type, that give what must not be
	// printed, besides the Config's keys.
	Reveals map[string][]string

	// Allocations is the most that one call of the client may make.
	Allocations float64
	// Documented is the client's evidence as the documents name it.
	Documented string
}

// Key is a credential: the field of the Config, and what the stand-in accepts.
type Key struct {
	Field, Value string
	// Digits says that the vendor takes digits only. Such a number is no secret.
	Digits bool
}

// Account is what a client is made of.
type Account struct {
	HTTP idverify.HTTP
	// Keys has values for some fields instead of the stand-in's.
	Keys map[string]string
	// Threshold is the default's where it is 0.
	Threshold float64
	// Tokens is the vendor's store of tokens, nil for the default.
	Tokens any
}

// Form is a kind of evidence. One of Media, URL and Texts is set.
type Form struct {
	Media func(idverify.Media) idverify.Evidence
	// Fetched says that the vendor fetches the picture, and has one code for whatever is
	// wrong with one that it fetches.
	Fetched bool
	// Captured says that Media is what the vendor's capture SDK gives, and no picture.
	Captured bool
	// AnyBytes says that media of no known format is sent as well.
	AnyBytes bool
	// JPEGOnly says that no other format of pictures is sent.
	JPEGOnly bool
	URL      func(string) idverify.Evidence
	Texts    func(...string) idverify.Evidence
	// Short says that Texts are names and ids, however many.
	Short bool
	// Known are texts that the stand-in accepts. Without them it accepts none,
	// and Texts takes one.
	Known []string
	// AnyText says that the last of the texts may have line feeds and blanks.
	AnyText bool
}

// Tokens is the exchange for an access token, before the verification.
type Tokens struct {
	// Endpoint is the stand-in's name for it, and Path that below the base URL.
	Endpoint, Path string
	// Says is an answer with the token.
	Says func(token string) string
	// Decides is the number in the answer without which it is of no use.
	Decides string
	// Fetch gives a store with a token of the vendor's at this base URL.
	Fetch func(base string, client *http.Client) (any, error)
}

// Reference is that of the requests which Says answers: some vendors repeat it.
const Reference = "EXAMPLE-1"

// Answer is what a vendor says, as JSON.
type Answer struct {
	// Status is 200 where it is 0.
	Status int
	Header http.Header
	Body   string
	// ID is the vendor's id for the request, and Message its words.
	ID, Message string
	// OfTokens says that it answers the exchange for a token.
	OfTokens bool
	// Evidence is what the request has, for an answer that says something of one form
	// only. nil is the first of Accepted.
	Evidence idverify.Evidence
	// Exchanges is how many verifications one call of the client makes of it; 0
	// is one.
	Exchanges int
}

// Refused is a Config that New refuses, and the field that the error names.
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

// key is the value of a credential. It panics for a field that is none of Keys.
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

// Keyed are keys of a test's own, the same for every field that takes it.
func (v Vendor) Keyed(value string) map[string]string {
	keys := map[string]string{}
	for _, k := range v.Keys {
		if !k.Digits {
			keys[k.Field] = value
		}
	}
	return keys
}

// refused are Configs that differ from one that New accepts, for one field.
func refused[C any, P Provider](accepted C, create func(C) (P, error), field string, changes ...func(*C)) []Refused {
	var all []Refused
	for _, change := range changes {
		cfg := accepted
		change(&cfg)
		all = append(all, Refused{field, cfg, func() (Provider, error) { return made(create(cfg)) }})
	}
	return all
}

// noCredentials is a source of keys that is never asked.
func noCredentials(context.Context) (idverify.Credentials, error) {
	return idverify.Credentials{}, nil
}

// made keeps a client that is nil from becoming a Provider that is not.
func made[P Provider](p P, err error) (Provider, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

// given is a score of a test's, or that of a pass.
func given(scores map[idverify.CheckKind]string, kind idverify.CheckKind, passes string) string {
	if score, ok := scores[kind]; ok {
		return score
	}
	return passes
}
