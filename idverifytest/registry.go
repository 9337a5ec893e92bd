package idverifytest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
)

// registered are all vendors, with those that exist under a build tag only. Each
// call makes them anew.
func registered() registry { return append(listed(), tagged()...) }

// listed lists the vendors: one line for each. Everything else about a vendor is in
// the file named for it.
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

// vendor is what the stand-in must know to speak for a vendor.
type vendor struct {
	name string
	// credentials are those that the stand-in accepts, and evidence is what can
	// be sent without a picture, both under the vendor's own parameter names.
	credentials, evidence map[string]string
	// endpoints are the vendor's. The first one verifies, and says what is
	// wrong with a path.
	endpoints []endpoint
	// means has the people whose answer here does not mean what [Person.Code]
	// says. What the vendor answers for each is the business of its endpoints.
	means map[personID]idverify.Code
	// seesNoAttacks says that the vendor does not look for them: whoever is one passes.
	seesNoAttacks bool
	// stranger is the person like whom a number that is nobody's is answered.
	stranger personID
	// scores is what Match gets.
	scores Scores
	// decides is the member of an answer without which nothing is decided.
	decides string
	// state makes what the stand-in must remember for this vendor, such as
	// revoked tokens and used nonces. It must not grow without bound, and locks
	// itself. It is nil for a vendor without any.
	state func() any
}

// endpoint is one path of a vendor.
type endpoint struct {
	// name is the vendor's for the endpoint that verifies, and otherwise begins
	// with it and a slash. Faults and scripted answers go by it.
	name string
	path string // as the vendor sees it
	// claims tells apart vendors that share a path, for clients that can be
	// given a host but no path: whether a request without the vendor's prefix
	// is for this endpoint. nil takes all at the path.
	claims func(*http.Request) bool
	// maxBody is the largest body, and 0 is the limit for all.
	maxBody int64
	// holds is how many bytes read keeps beyond the texts of the fields, for
	// instance to check a signature that is over all of them.
	holds int64
	// read takes in a request to the end of its body, and notes its shape.
	read func(*call) request
	// says puts a trouble into the vendor's words.
	says func(*Server, trouble) reply
	// fails is the vendor's answer for one of its own error codes. ok is false
	// for what cannot be such a code.
	fails func(s *Server, code string) (rep reply, ok bool)
}

// request is what one exchange asks for.
type request interface {
	// subject is the ID number, and empty when none arrived.
	subject() string
	judge(*Server) reply
}

// trouble is what can be wrong whatever a request asks for.
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

// endpoint finds an endpoint by its name.
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

// route finds who answers a request. The path begins with the vendor's name,
// or is the vendor's own path and nothing else, as it is from clients that can
// be given a host only. There, inside is the path as the vendor sees it, and e
// is nil when the vendor has no such path.
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

// Vendors lists the vendors that the stand-in speaks for.
func Vendors() []string { return registered().names() }

// BaseURLAt is the base URL of a vendor on a stand-in that is served at root,
// for instance "http://localhost:8080". It is empty for an unknown vendor.
//
// A client that can be given a host but no path, such as a vendor's own kit,
// may leave the path out: the stand-in knows the vendors' paths.
func BaseURLAt(root, vendor string) string {
	if registered().find(vendor) == nil {
		return ""
	}
	return strings.TrimRight(root, "/") + "/" + vendor
}

// Credentials are those that the stand-in accepts from clients of a vendor, by
// the vendor's own parameter names: "api_id" and "api_secret" for [Linkface].
// They are made up and open nothing. It is nil for an unknown vendor.
func Credentials(vendor string) map[string]string {
	v := registered().find(vendor)
	if v == nil {
		return nil
	}
	return v.credentials
}

// SampleEvidence is what a vendor takes instead of a picture, by the
// vendor's own parameter names. It is nil for a vendor that has nothing of the
// kind, and for an unknown vendor. Addresses are [MediaURL] and its like.
func SampleEvidence(vendor string) map[string]string {
	v := registered().find(vendor)
	if v == nil {
		return nil
	}
	return v.evidence
}
