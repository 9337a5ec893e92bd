package idverifytest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
)

// registered are all vendors, including those behind a build tag. Each call creates
// them again.
func registered() registry { return append(listed(), tagged()...) }

// listed lists the vendors: one line for each. Everything else about a vendor is in
// the file named after it.
func listed() registry {
	return registry{
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

// vendor is what the stand-in needs to know about a vendor.
type vendor struct {
	name string
	// credentials are those that the stand-in accepts, and evidence is what can be
	// sent instead of a picture, both under the vendor's own parameter names.
	credentials, evidence map[string]string
	// endpoints are the vendor's. The first one verifies, and answers requests to a
	// wrong path.
	endpoints []endpoint
	// means lists the people whose answer here differs in meaning from
	// [Person.Code]. The endpoints define the vendor's answer for each person.
	means map[personID]idverify.Code
	// seesNoAttacks says that the vendor does not check for attacks: they pass.
	seesNoAttacks bool
	// stranger is the person whose answer a number gets that belongs to nobody.
	stranger personID
	// scores are the scores of Match.
	scores Scores
	// decides is the member of an answer that decides.
	decides string
	// state makes what the stand-in has to remember for this vendor, such as
	// revoked tokens and used nonces. It must be bounded, and safe for concurrent
	// use. It is nil for a vendor without state.
	state func() any
}

// endpoint is one path of a vendor.
type endpoint struct {
	// name is the vendor's for the endpoint that verifies, and otherwise begins
	// with it and a slash. Faults and scripted answers use this name.
	name string
	path string // as the vendor sees it
	// claims distinguishes vendors that share a path, for clients that can be
	// configured with a host but no path: it reports whether a request without the
	// vendor's prefix is for this endpoint. nil accepts all requests at the path.
	claims func(*http.Request) bool
	// maxBody is the largest body; 0 means the limit for all.
	maxBody int64
	// holds is how many bytes read keeps in addition to the texts of the fields,
	// for instance to check a signature over all of them.
	holds int64
	// read reads a request to the end of its body, and records its shape.
	read func(*call) request
	// says turns a trouble into the vendor's error.
	says func(*Server, trouble) reply
	// fails returns the vendor's answer for one of its own error codes. ok is false
	// for something that cannot be such a code.
	fails func(s *Server, code string) (rep reply, ok bool)
}

// request is what one exchange asks for.
type request interface {
	// subject is the ID number, empty when none arrived.
	subject() string
	judge(*Server) reply
}

// trouble is what can be wrong with any request.
type trouble int

const (
	noTrouble trouble = iota
	rateLimited
	quotaExceeded
	unavailable
	expired
	revoked
	notFound
	tooLarge // the body
	tooMany  // fields, headers, parameters; or a name that is too long
)

type registry []*vendor

func (g registry) find(name string) *vendor {
	i := slices.IndexFunc(g, func(v *vendor) bool { return v.name == name })
	if i < 0 {
		return nil
	}
	return g[i]
}

func (g registry) names() []string {
	all := make([]string, len(g))
	for i, v := range g {
		all[i] = v.name
	}
	return all
}

// endpoint finds an endpoint by name.
func (g registry) endpoint(name string) *endpoint {
	for _, v := range g {
		for i := range v.endpoints {
			if v.endpoints[i].name == name {
				return &v.endpoints[i]
			}
		}
	}
	return nil
}

// mustKnow finds the endpoint of that name, and panics without one.
func (g registry) mustKnow(name string) *endpoint {
	e := g.endpoint(name)
	if e == nil {
		panic("idverifytest: unknown vendor " + strconv.Quote(name))
	}
	return e
}

// route finds the endpoint for a request. The path begins with the vendor's name,
// or is exactly the vendor's own path, as from clients that can be configured with
// a host only. inside is the path as the vendor sees it, and e is nil when the
// vendor has no such path.
func (g registry) route(r *http.Request) (v *vendor, e *endpoint, inside string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if v := g.find(first); v != nil {
		inside = "/" + rest
		for i := range v.endpoints {
			if v.endpoints[i].path == inside {
				return v, &v.endpoints[i], inside
			}
		}
		return v, nil, inside
	}
	for _, v := range g {
		for i := range v.endpoints {
			e := &v.endpoints[i]
			if e.path == r.URL.Path && (e.claims == nil || e.claims(r)) {
				return v, e, e.path
			}
		}
	}
	return nil, nil, r.URL.Path
}

// Vendors lists the vendors of the stand-in.
func Vendors() []string { return registered().names() }

// BaseURLAt returns the base URL of a vendor on a stand-in that is served at root,
// for instance "http://localhost:8080". It is empty for an unknown vendor.
//
// A client that can be configured with a host but no path, such as a vendor's own
// SDK, may leave the path out: the stand-in knows the vendors' paths.
func BaseURLAt(root, vendor string) string {
	if registered().find(vendor) == nil {
		return ""
	}
	return strings.TrimRight(root, "/") + "/" + vendor
}

// Credentials returns those that the stand-in accepts from clients of a vendor, by
// the vendor's own parameter names: "api_id" and "api_secret" for [Linkface]. They
// are made up and open nothing. It is nil for an unknown vendor.
func Credentials(vendor string) map[string]string {
	v := registered().find(vendor)
	if v == nil {
		return nil
	}
	return v.credentials
}

// SampleEvidence returns what a vendor accepts instead of a picture, by the
// vendor's own parameter names. It is nil for a vendor that accepts only pictures,
// and for an unknown vendor. Addresses are [MediaURL] and similar ones.
func SampleEvidence(vendor string) map[string]string {
	v := registered().find(vendor)
	if v == nil {
		return nil
	}
	return v.evidence
}
