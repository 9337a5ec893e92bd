package idverifytest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// acme is a vendor that does not exist, made of what real ones have and the
// registered ones have not: it shares the path "/" with others and is told by a
// header, signs headers and the hash of the body, takes JSON within JSON, knows
// its nonces, locks a key after three wrong signatures, passes a verdict of its
// own, tells its thresholds with each answer in a JSON text within JSON, and
// has a gateway that speaks in plain text. That it fits the registry without a
// change of any other file is what the tests here show.
const acme, acmeKey = "acme", "EXAMPLE-ACME-KEY"

func acmeVendor() *vendor {
	return &vendor{
		name:        acme,
		credentials: map[string]string{"key": acmeKey},
		endpoints: []endpoint{{
			name: acme, path: "/", maxBody: 1 << 20, holds: 4 << 10,
			claims: func(r *http.Request) bool { return r.Header.Get("X-Acme-Action") != "" },
			read:   readAcme, says: acmeSays, fails: acmeFails,
		}},
		means:    map[personID]idverify.Code{personSeveral: idverify.CodeMatch, personAtThreshold: idverify.CodeMatch},
		stranger: personNotFound,
		scores:   Scores{Similarity: 81.5},
		decides:  "verdict",
		state:    func() any { return &acmeState{} },
	}
}

// acmeState is bounded: the last nonces, and when a locked key opens again.
type acmeState struct {
	mu     sync.Mutex
	nonces []string
	wrong  int
	locked time.Time
}

// enter checks what only the server can know of a signature.
func (a *acmeState) enter(now time.Time, nonce string, signed bool) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case now.Before(a.locked):
		return "KeyLocked"
	case !signed:
		if a.wrong++; a.wrong == 3 {
			a.wrong, a.locked = 0, now.Add(5*time.Minute)
		}
		return "WrongSignature"
	case slices.Contains(a.nonces, nonce):
		return "NonceUsed"
	}
	a.wrong = 0
	a.nonces = append(a.nonces, nonce)
	a.nonces = a.nonces[max(0, len(a.nonces)-100):]
	return ""
}

// acmePeople has the verdict or the error, and the similarity.
var acmePeople = map[personID]struct {
	verdict    string
	similarity float64
	billed     bool
}{
	personMatch:            {"same", 0, true},
	personFaceMismatch:     {"other", 31, true},
	personIdentityMismatch: {"no-such-pair", 0, true},
	personNotFound:         {"no-such-number", 0, false},
	personAtThreshold:      {"same", 69, true},
}

func acmeBody(status int, code string, billed bool, data map[string]any) reply {
	inner, _ := json.Marshal(data)
	rep := jsonReply(status, code, map[string]any{"Response": map[string]any{"Code": code, "Data": string(inner)}})
	rep.header.Set("X-Request-Id", hexID())
	rep.billed = billed
	return rep
}

func acmeSays(_ *Server, t trouble) reply {
	if t == tooLarge {
		return reply{status: http.StatusRequestEntityTooLarge, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("Request Entity Too Large")}
	}
	return acmeBody(http.StatusForbidden, map[trouble]string{
		rateLimited: "Throttling", quotaExceeded: "Quota", unavailable: "Internal", expired: "SignatureExpired", revoked: "WrongSignature", notFound: "NoSuchAction", tooMany: "TooManyMembers",
	}[t], false, nil)
}

func acmeFails(s *Server, code string) (reply, bool) {
	return acmeBody(http.StatusBadRequest, code, false, nil), code != "" && code != "OK"
}

type acmeRequest struct {
	vendor *vendor
	root   *node
	refuse string
}

// readAcme takes the hash of the body while it reads it.
func readAcme(c *call) request {
	hash := sha256.New()
	c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, hash))
	req := acmeRequest{vendor: c.vendor, root: c.readJSON("image")}
	nonce, date := c.r.Header.Get("X-Acme-Nonce"), c.r.Header.Get("X-Acme-Date")
	text := strings.Join([]string{c.inside, c.r.Host, nonce, date, hex.EncodeToString(hash.Sum(nil))}, "\n")
	signed := hmac.Equal([]byte(c.r.Header.Get("Authorization")), []byte(acmeSign(text)))
	now := c.server.now()
	if at, err := time.Parse(time.RFC3339, date); err != nil || now.Sub(at).Abs() > 5*time.Minute {
		req.refuse = "SignatureExpired"
	} else {
		req.refuse = stateOf[*acmeState](c.server, acme).enter(now, nonce, signed)
	}
	return req
}

func acmeSign(text string) string {
	h := hmac.New(sha256.New, []byte(acmeKey))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// data is the one question of a request.
func (q acmeRequest) data() *node {
	list := q.root.at("data").at("list")
	if list == nil || len(list.items) != 1 {
		return nil
	}
	return list.items[0]
}

func (q acmeRequest) subject() string { return q.data().at("number").text() }

func (q acmeRequest) judge(s *Server) reply {
	image := q.data().at("image")
	switch {
	case q.refuse != "":
		return acmeBody(http.StatusUnauthorized, q.refuse, false, nil)
	case q.root.at("data") == nil || q.data() == nil || q.root.repeated != "":
		return acmeBody(http.StatusBadRequest, "BadRequest", false, nil)
	case image.isEmpty() || image.value.notBase64 || image.value.image.format != "jpeg" || image.value.image.width < 300:
		return acmeBody(http.StatusBadRequest, "BadImage", false, nil)
	}
	who := q.vendor.whoIs(q.data().at("name").text(), q.subject())
	a := acmePeople[who]
	if who == personMatch {
		a.similarity = s.scoresOfMatch(q.vendor).Similarity
	}
	return acmeBody(http.StatusOK, "OK", a.billed, map[string]any{
		"verdict": a.verdict, "similarity": a.similarity, "thresholds": map[string]float64{"1e-3": 64, "1e-4": 69, "1e-5": 74},
	})
}

// askAcme asks as a client of acme does; change has the last word.
func askAcme(s *Server, root string, p Person, nonce string, change func(*http.Request)) (status int, code string, data map[string]any) {
	body, _ := json.Marshal(map[string]any{"data": map[string]any{"list": []any{map[string]any{
		"name": p.Name, "number": p.IDNumber, "image": base64.StdEncoding.EncodeToString(Photo())}}}})
	r := httptest.NewRequest(http.MethodPost, root+"/", bytes.NewReader(body))
	hash := sha256.Sum256(body)
	date := s.now().UTC().Format(time.RFC3339)
	r.Header.Set("X-Acme-Action", "Compare")
	r.Header.Set("X-Acme-Nonce", nonce)
	r.Header.Set("X-Acme-Date", date)
	r.Header.Set("Authorization", acmeSign(strings.Join([]string{"/", r.Host, nonce, date, hex.EncodeToString(hash[:])}, "\n")))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var said struct{ Response struct{ Code, Data string } }
	_ = json.Unmarshal(w.Body.Bytes(), &said)
	_ = json.Unmarshal([]byte(said.Response.Data), &data)
	return w.Code, said.Response.Code, data
}

func TestRegistry_TakesAnotherVendor(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newServer(append(registered(), acmeVendor()), WithClock(func() time.Time { return now }))
	defer s.Close()
	nonces := 0
	ask := func(root string, p Person, change func(*http.Request)) string {
		nonces++
		status, code, data := askAcme(s, root, p, fmt.Sprint(nonces), change)
		return fmt.Sprint(status, " ", code, " ", data["verdict"], " ", data["similarity"])
	}

	for _, root := range []string{"/acme", ""} { // with the vendor's prefix, and by what the request says
		assert.Equal(t, "200 OK same 81.5", ask(root, Match(), nil))
		assert.Equal(t, "200 OK other 31", ask(root, FaceMismatch(), nil))
		assert.Equal(t, "200 OK same 69", ask(root, AtThreshold(), nil))
		assert.Equal(t, "200 OK no-such-pair 0", ask(root, Person{Name: "张三", IDNumber: Match().IDNumber}, nil))
		assert.Equal(t, "200 OK no-such-number 0", ask(root, Person{Name: "张三", IDNumber: "11010519491231002X"}, nil))
	}
	assert.Equal(t, map[string]int{acme: 8}, s.Bill().ByVendor())
	e := s.Exchanges()[0]
	assert.Equal(t, []any{acme, "/", "OK", []string{"data"}}, []any{e.Vendor, e.Path, e.VendorCode, e.Fields})
	assert.Equal(t, acme, s.Exchanges()[9].Vendor)
	status, _, _ := askAcme(s, "", Match(), "x", func(r *http.Request) { r.Header.Del("X-Acme-Action") })
	assert.Equal(t, http.StatusNotFound, status, "it is nobody's")

	s.SetScores(acme, Scores{Similarity: 75})
	assert.Equal(t, "200 OK same 75", ask("", Match(), nil))
	s.Script(acme, Answer{Status: 418, Body: "{}"})
	assert.Equal(t, "418  <nil> <nil>", ask("", Match(), nil))

	// Faults: those for all vendors, and its own by their codes.
	s.Inject(acme, RateLimited(), VendorError("RiskControl"), HTML502())
	assert.Equal(t, "403 Throttling <nil> <nil>", ask("", Match(), nil))
	assert.Equal(t, "400 RiskControl <nil> <nil>", ask("", Match(), nil))
	assert.Equal(t, "502  <nil> <nil>", ask("", Match(), nil))

	// Its own protocol.
	_, code, _ := askAcme(s, "", Match(), "1", nil)
	assert.Equal(t, "NonceUsed", code)
	unsigned := func(r *http.Request) { r.Header.Set("Authorization", "x") }
	for _, want := range []string{"WrongSignature", "WrongSignature", "WrongSignature", "KeyLocked"} {
		assert.Equal(t, "401 "+want+" <nil> <nil>", ask("", Match(), unsigned))
	}
	assert.Equal(t, "401 KeyLocked <nil> <nil>", ask("", Match(), nil), "right ones fail too")
	now = now.Add(5 * time.Minute)
	assert.Equal(t, "200 OK same 75", ask("", Match(), nil))
	assert.Equal(t, "401 SignatureExpired <nil> <nil>", ask("", Match(), func(r *http.Request) { r.Header.Set("X-Acme-Date", "2030-01-02T00:00:00Z") }))

	// Its own words for what is too much, each from another voice.
	large := func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", 1<<20+1))), -1
	}
	assert.Equal(t, "413  <nil> <nil>", ask("", Match(), large))
	many := func(r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader("[" + strings.Repeat("0,", 100) + "0]"))
	}
	assert.Equal(t, "403 TooManyMembers <nil> <nil>", ask("", Match(), many))

	// The others are as they were.
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/linkface"+linkfacePath, nil))
	assert.Contains(t, w.Body.String(), "UNAUTHORIZED")
	assert.Panics(t, func() { New().Inject(acme, RateLimited()) }, "it is registered nowhere else")
	assert.EqualValues(t, bodyMemory, s.memory.free)
}
