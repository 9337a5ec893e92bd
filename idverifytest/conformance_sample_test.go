package idverifytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

const sampleKey = "EXAMPLE-SAMPLE-KEY"

var ways = []idverify.DecidedBy{idverify.DecidedByThreshold, idverify.DecidedByAnswer, idverify.DecidedByVendor}

// sample is a provider that follows the rules. The wrong ones are derived from it.
type sample struct {
	sampleMask
	vendor *providerkit.Vendor
	rule   idverify.Rule
}

type sampleMask = providerkit.Mask[sample]

func newSample(way idverify.DecidedBy, baseURL string, client *http.Client) (*sample, error) {
	rule := map[idverify.DecidedBy]idverify.Rule{
		idverify.DecidedByThreshold: ourRule, idverify.DecidedByAnswer: answersRule, idverify.DecidedByVendor: vendorsRule,
	}[way]
	vendor, err := providerkit.New(providerkit.Config{
		Name: "sample", Keys: map[string]string{"Key": sampleKey}, HTTP: idverify.HTTP{BaseURL: baseURL, Client: client, Timeout: 2 * time.Second},
		Codes: []idverify.CodeRow{
			{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
			{VendorCode: "pair", Code: idverify.CodeIdentityMismatch, Billed: idverify.BilledYes},
			{VendorCode: "face", Code: idverify.CodeNoFace, Billed: idverify.BilledNo},
		},
	})
	return &sample{vendor: vendor, rule: rule}, err
}

func (s *sample) Name() string           { return "sample" }
func (s *sample) Rules() []idverify.Rule { return []idverify.Rule{s.rule} }

func (s *sample) Accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, idverify.PhotoURLEvidence:
		return true
	}
	return false
}

func (s *sample) WithMaxFAR(rate float64) (idverify.Provider, error) {
	rule, err := s.vendor.MaxFAR(s.rule, rate)
	if err != nil {
		return nil, err
	}
	return &sample{vendor: s.vendor, rule: rule}, nil
}

func (s *sample) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return s.vendor.Ask(ctx, q, providerkit.Steps{Encode: s.encode, Decode: s.decode})
}

func (s *sample) encode(call *providerkit.Call) (req providerkit.Request, err error) {
	members := []providerkit.Member{
		providerkit.With("name", call.Subject().Name()), providerkit.With("number", call.Subject().IDNumber()), providerkit.With("key", sampleKey)}
	switch ev := call.Evidence().(type) {
	case idverify.PhotoEvidence:
		photo, err := call.Photo(ev.Media(), idverify.PhotoLimits{})
		if err != nil {
			return req, err
		}
		members = append(members, providerkit.With("photo", photo))
	case idverify.PhotoURLEvidence:
		members = append(members, providerkit.With("url", ev.URL()))
	default:
		return req, call.Refuse(idverify.CodeInvalidRequest, "Evidence", "not of ours")
	}
	req.Path = "/ask"
	req.Body, err = call.JSON(members...)
	return req, err
}

func (s *sample) decode(a *providerkit.Answer) (*idverify.Result, error) {
	var said struct {
		Code    providerkit.Text   `json:"code"`
		Score   providerkit.Score  `json:"score"`
		Rungs   providerkit.Rungs  `json:"rungs"`
		Verdict providerkit.Remark `json:"verdict"`
	}
	if err := a.JSON(&said); err != nil {
		return nil, err
	}
	switch said.Code {
	case "":
		return nil, a.Foreign("no code")
	case "ok":
		return a.Judge("ok", nil, providerkit.Measured{Field: "score", Score: said.Score, Rungs: said.Rungs, Rule: s.rule,
			Verdict: providerkit.VerdictIn(string(said.Verdict), "yes", "no")})
	}
	return a.Coded(providerkit.Said{Code: string(said.Code)})
}

var sampleCases = []Case{
	{Match().Name, Match().IDNumber, idverify.CodeMatch},
	{FaceMismatch().Name, FaceMismatch().IDNumber, idverify.CodeFaceMismatch},
	{"测试不符", numberOn(3), idverify.CodeIdentityMismatch},
	{"测试无脸", numberOn(8), idverify.CodeNoFace},
}

var sampleAnswers = map[idverify.Code]string{
	idverify.CodeMatch:            `{"code":"ok","score":91,"rungs":{"1e-3":62,"1e-4":69},"verdict":"yes"}`,
	idverify.CodeFaceMismatch:     `{"code":"ok","score":12,"rungs":{"1e-3":62,"1e-4":69},"verdict":"no"}`,
	idverify.CodeIdentityMismatch: `{"code":"pair"}`,
	idverify.CodeNoFace:           `{"code":"face"}`,
}

func answerSample(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	var asked struct{ Name, Number string }
	_ = json.Unmarshal(content, &asked)
	answer := `{"code":"lost"}`
	for _, c := range sampleCases {
		if c.Name == asked.Name && c.IDNumber == asked.Number {
			answer = sampleAnswers[c.Want]
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprint(w, answer)
}

// sampleHarness is for the sample provider, or one derived from it.
func sampleHarness(way idverify.DecidedBy, by func(*sample) idverify.Provider) Harness {
	decides := map[idverify.DecidedBy]string{
		idverify.DecidedByThreshold: "score", idverify.DecidedByAnswer: "rungs", idverify.DecidedByVendor: "verdict",
	}
	return Harness{
		New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			s, err := newSample(way, baseURL, client)
			if err != nil || by == nil {
				return s, err
			}
			return by(s), nil
		},
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(Photo())), idverify.PhotoURL(MediaURL)},
		StandIn:  http.HandlerFunc(answerSample), Cases: sampleCases, Decides: decides[way], Keys: []string{sampleKey},
	}
}

// Building blocks for wrong providers.

type named struct {
	*sample
	name string
}

func (n named) Name() string { return n.name }

type greedy struct{ *sample }

func (greedy) Accepts(idverify.Evidence) bool { return true }

type ruleless struct{ *sample }

func (r ruleless) Rules() []idverify.Rule {
	rule := r.rule
	rule.Kind = idverify.CheckLiveness
	return []idverify.Rule{rule}
}

type promising struct{ *sample }

func (p promising) WithMaxFAR(float64) (idverify.Provider, error) { return p, nil }

type asking struct {
	*sample
	ask func(context.Context, *idverify.Question) (*idverify.Result, error)
}

func (a asking) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return a.ask(ctx, q)
}

type changing struct {
	*sample
	change func(*idverify.Result, error) (*idverify.Result, error)
}

func (c changing) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return c.change(c.sample.Ask(ctx, q))
}

// failing changes every error.
func failing(s *sample, change func(*idverify.Error)) idverify.Provider {
	return changing{s, func(res *idverify.Result, err error) (*idverify.Result, error) {
		var e *idverify.Error
		if errors.As(err, &e) {
			own := *e
			change(&own)
			return nil, &own
		}
		return res, err
	}}
}

// open has its key in an exported field, and prints it.
type open struct {
	idverify.Provider
	Key string
}
