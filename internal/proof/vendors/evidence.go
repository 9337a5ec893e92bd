package vendors

import (
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// OfMedia is every form of evidence that contains media.
func (v Vendor) OfMedia(m idverify.Media) []idverify.Evidence {
	var all []idverify.Evidence
	for _, f := range v.Forms {
		if f.Media != nil {
			all = append(all, f.Media(m))
		}
	}
	return all
}

// Accepted is every form of evidence that the stand-in accepts, the media first.
func (v Vendor) Accepted() []idverify.Evidence { return v.accepted(func(Form) bool { return true }) }

// Alike is every form that the stand-in accepts and that gets the same answer.
func (v Vendor) Alike() []idverify.Evidence {
	return v.accepted(func(f Form) bool { return !f.Fetched })
}

func (v Vendor) accepted(take func(Form) bool) []idverify.Evidence {
	all := v.OfMedia(idverify.Bytes(v.Media()))
	for _, f := range v.Forms {
		switch {
		case !take(f):
		case f.URL != nil:
			all = append(all, f.URL(idverifytest.MediaURL))
		case len(f.Known) > 0:
			all = append(all, f.Texts(f.Known...))
		}
	}
	return all
}

// Captures reports whether the vendor reads captures instead of pictures.
func (v Vendor) Captures() bool {
	return slices.ContainsFunc(v.Forms, func(f Form) bool { return f.Media != nil && f.Captured })
}

// About is a request for the stand-in's answer about a person.
func (v Vendor) About(p idverifytest.Person, m idverify.Media) *idverify.Request {
	return &idverify.Request{Name: p.Name, IDNumber: p.IDNumber, Evidence: v.OfMedia(m)[:1]}
}

// Match is a request that passes at the stand-in.
func (v Vendor) Match() *idverify.Request {
	req := v.About(idverifytest.Match(), idverify.Bytes(v.Media()))
	req.Reference = Reference
	return req
}

// Asking is Match with the evidence that the answer is about.
func (v Vendor) Asking(a Answer) *idverify.Request {
	req := v.Match()
	if a.Evidence != nil {
		req.Evidence = []idverify.Evidence{a.Evidence}
	}
	return req
}

// ForAll is evidence with one piece for every vendor.
func ForAll(picture, capture idverify.Media) []idverify.Evidence {
	var all []idverify.Evidence
	known := map[string]bool{}
	for _, v := range All() {
		media := picture
		if v.Captures() {
			media = capture
		}
		if ev := v.OfMedia(media)[0]; !known[ev.EvidenceKind()] {
			known[ev.EvidenceKind()] = true
			all = append(all, ev)
		}
	}
	return all
}

// Providers is every vendor's client with these settings; baseURL gives the base URL
// for a vendor's name.
func Providers(baseURL func(vendor string) string, settings idverify.HTTP) ([]idverify.Provider, error) {
	var all []idverify.Provider
	for _, v := range All() {
		settings.BaseURL = baseURL(v.Name)
		p, err := v.New(Account{HTTP: settings})
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Evenly is weights that give every vendor the same share.
func Evenly() map[string]float64 {
	all := map[string]float64{}
	for _, v := range All() {
		all[v.Name] = 1
	}
	return all
}

// Endpoints are the stand-in's names of all exchanges: every vendor's verification,
// and the token exchange before it.
func Endpoints() []string {
	var all []string
	for _, v := range All() {
		all = append(all, v.Name)
		if v.Tokens != nil {
			all = append(all, v.Tokens.Endpoint)
		}
	}
	return all
}

// Secrets are the keys of every vendor at the stand-in; they must not be printed.
func Secrets() []string {
	var all []string
	for _, v := range All() {
		for _, k := range v.Keys {
			if !k.Digits {
				all = append(all, k.Value)
			}
		}
	}
	return all
}

// AsksForTokens reports whether an endpoint of the stand-in's gives access tokens.
func AsksForTokens(endpoint string) bool {
	return slices.ContainsFunc(All(), func(v Vendor) bool { return v.Tokens != nil && v.Tokens.Endpoint == endpoint })
}
