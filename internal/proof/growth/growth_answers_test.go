package growth_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// The limits for an answer's cost: for each byte, and for the texts and names of the
// few fields. An answer of 16 MiB may cost 58 MiB of memory, and 0.3 s if a plain
// loop takes a nanosecond for a byte.
const (
	maxAllocated   = 3.3
	maxOfTexts     = 8 << 20
	maxCost        = 12
	maxCostOfTexts = 50e6
)

// The limit for what a reply keeps, besides a picture: 64 texts of 4 KiB in a list,
// and some fields. The documents state it.
const maxKept = 320 << 10

// values are the worst ones that we know.
var values = growth.JSON()

// about is a request. A name that repeats itself is the most expensive to search for.
func about(v vendors.Vendor) *idverify.Request {
	return &idverify.Request{Name: strings.Repeat("测", cmp.Or(v.LongestName, 128)), IDNumber: "11010519000101001X",
		Evidence: v.OfMedia(idverify.Bytes(v.Media()))[:1]}
}

// shape is an answer of a vendor in which one value can have any size.
type shape struct {
	vendor   vendors.Vendor
	name     string
	text     string // with %[1]s for the value
	status   int    // 0 means 200
	ofTokens bool
	served   int // how often it was read lately
}

// shapes are the vendor's own answers with the value wherever they repeat the
// request's data, and one with the value where no field is known.
func shapes() []shape {
	var all []shape
	for _, v := range vendors.All() {
		for _, name := range slices.Sorted(maps.Keys(v.Repeats)) {
			text := v.Repeats[name]
			all = append(all, shape{vendor: v, name: name, status: v.RepeatsAt[name], text: strings.ReplaceAll(text, "PICTURE", "QUFBQQ==")})
		}
		scored := v.Scored(nil)
		all = append(all, shape{vendor: v, name: "beside a match", text: strings.TrimSuffix(scored, "}") + `,"x":%[1]s}`})
		if v.Picture != "" {
			all = append(all, shape{vendor: v, name: "picture", text: strings.TrimSuffix(scored, "}") + `,"` + v.Picture + `":%[1]s}`})
		}
		if v.Tokens != nil {
			says := v.Tokens.Says("EXAMPLE")
			all = append(all, shape{vendor: v, name: "token", ofTokens: true, text: `{"access_token":%[1]s,"expires_in":2592000}`},
				shape{vendor: v, name: "beside a token", ofTokens: true, text: strings.TrimSuffix(says, "}") + `,"x":%[1]s}`},
				shape{vendor: v, name: "token refused", ofTokens: true, text: `{"error":%[1]s,"error_description":%[1]s}`})
		}
	}
	return all
}

// answer is the shape with a value, in some shapes at many places.
func (s shape) answer(value func(size int) string, size int) []byte {
	return []byte(fmt.Sprintf(s.text, value(size/strings.Count(s.text, "%[1]s"))))
}

// verify is a call of the vendor's client with this answer, from memory. Its length
// is not announced, so that reading it allocates more.
func (s *shape) verify(t testing.TB, answer []byte) func() (*idverify.Result, error) {
	transport := roundTrip{s.status, func(r *http.Request) io.Reader {
		switch isToken := s.vendor.Tokens != nil && strings.HasSuffix(r.URL.Path, s.vendor.Tokens.Path); {
		case isToken == s.ofTokens:
			s.served++
			return bytes.NewReader(answer)
		case isToken:
			return strings.NewReader(s.vendor.Tokens.Says("EXAMPLE-TOKEN"))
		}
		return strings.NewReader(s.vendor.Scored(nil))
	}}
	account := vendors.Account{HTTP: idverify.HTTP{
		BaseURL: "https://vendor.example", Client: &http.Client{Transport: transport}, MaxResponseBytes: int64(max(len(answer), 1<<10))}}
	client, err := s.vendor.New(account)
	require.NoError(t, err)
	req := about(s.vendor)
	return func() (*idverify.Result, error) {
		if s.ofTokens {
			client, _ = s.vendor.New(account) // the old client would wait before it asks again
		}
		return client.Verify(t.Context(), req)
	}
}

// roundTrip is a vendor in memory. Status 0 means 200.
type roundTrip struct {
	status int
	answer func(*http.Request) io.Reader
}

func (v roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{StatusCode: cmp.Or(v.status, http.StatusOK), Header: http.Header{}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: -1, Body: io.NopCloser(v.answer(r))}, nil
}

// strongest are the values that every shape is tested with. The CPU time of the others
// is measured with a third of the main shapes, in turn.
var strongest = []string{"ones", "text of the name", "text that is no UTF-8", "long texts in a list", "a text that breaks off"}

// An answer of any shape costs time and memory in proportion to its size, with a
// small constant, and only the reply's few texts are kept.
// Holds P-WIRE-10.
func TestAnswers_CostIsLinear(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector would be measured")
	}
	for _, p := range pairs() {
		s, name, value := p.shape, p.value, values[p.value]
		if !p.timed {
			s.allocates(t, value, name)
			continue
		}
		s.expensive(t, value, name)
		if s.name == "picture" { // belongs to the reply, and may be as large as an answer
			continue
		}
		verify := s.verify(t, s.answer(value, long.Or(1<<20, 640<<10)))
		before := inUse()
		res, err := verify()
		if kept := inUse() - before; kept > maxKept {
			t.Errorf("%s, %s: %s keeps %d KB: %v %v", s.vendor.Name, s.name, name, kept>>10, res, err)
		}
		runtime.KeepAlive(verify)
		runtime.KeepAlive(res)
		runtime.KeepAlive(err)
	}
}

// pair is a shape with a value in it.
type pair struct {
	shape shape
	value string
	timed bool // otherwise only what it allocates is tested
}

// pairs are the tested combinations. In the short form each value is used in some
// shape, and each vendor with some value.
func pairs() (all []pair) {
	names := slices.Sorted(maps.Keys(values))
	if !long.Asked() {
		few := long.Some(len(names), shapes())
		for i, name := range names {
			all = append(all, pair{few[i%len(few)], name, true})
		}
		return all
	}
	for i, s := range shapes() {
		for j, name := range names {
			main, strong := s.name == "match" || s.name == "token" || s.name == "picture", slices.Contains(strongest, name)
			if main || strong {
				all = append(all, pair{s, name, strong || (i+j)%3 == 0})
			}
		}
	}
	return all
}

func TestAnswers_SampleHasEveryVendorAndValue(t *testing.T) {
	met := map[string]bool{}
	for _, p := range pairs() {
		if p.timed {
			met[p.value], met[p.shape.vendor.Name] = true, true
		}
	}
	for name := range values {
		assert.True(t, met[name], name)
	}
	for _, v := range vendors.All() {
		assert.True(t, met[v.Name], v.Name)
	}
}

// allocates fails the test if an answer with the value allocates too much.
func (s *shape) allocates(t *testing.T, value func(size int) string, name ...string) {
	answer := s.answer(value, 256<<10)
	_, allocated := growth.Cost(1, func() { _, _ = s.verify(t, answer)() })
	if allocated > maxAllocated*float64(len(answer))+maxOfTexts {
		t.Errorf("%s, %s, %q: allocates %.0f bytes: %.200q", s.vendor.Name, s.name, name, allocated, answer)
	}
}

// expensive fails the test if answers with the value cost too much.
func (s *shape) expensive(t *testing.T, value func(size int) string, name ...string) {
	if growth.UnderRace {
		return
	}
	if !long.Asked() {
		s.allocates(t, value, name...)
		return
	}
	// The first part is enough for all names and texts that an answer may have.
	const size = 960 << 10
	var small, large cost
	small, large = endless, endless
	for range 6 { // on a busy machine everything looks expensive
		small, large = small.least(s.cost(t, s.answer(value, size))), large.least(s.cost(t, s.answer(value, 2*size)))
		cpu, allocated := (large.cpu-small.cpu)/size, (large.allocated-small.allocated)/size
		if cpu <= maxCost && allocated <= maxAllocated && large.cpu <= maxCost*2*size+maxCostOfTexts && large.allocated <= maxAllocated*2*size+maxOfTexts {
			return
		}
	}
	t.Errorf("%s, %s, %q: the second of two equal parts costs %.1f plain bytes for each of its own and allocates %.1f, both cost %.0f and %.0f: %.200q", s.vendor.Name, s.name, name,
		(large.cpu-small.cpu)/size, (large.allocated-small.allocated)/size, large.cpu, large.allocated, s.answer(value, size))
}

// cost is in bytes of the plain loop, and in allocated bytes.
type cost struct{ cpu, allocated float64 }

var endless = cost{math.Inf(1), math.Inf(1)}

// cost is the cost of one answer; in some calls an answer is read twice.
func (s *shape) cost(t *testing.T, answer []byte) (c cost) {
	verify := s.verify(t, answer)
	c.cpu, c.allocated = growth.Cost(1, func() {
		s.served = 0
		_, _ = verify()
	})
	return cost{c.cpu / float64(s.served), c.allocated / float64(s.served)}
}

func (c cost) least(other cost) cost {
	return cost{min(c.cpu, other.cpu), min(c.allocated, other.allocated)}
}

// An answer of the largest default size costs at most 64 MiB in all, even with a
// picture in it.
// Holds P-WIRE-10.
func TestAnswers_LargestIsBounded(t *testing.T) {
	if growth.UnderRace || !long.Asked() {
		t.Skip("the race detector would be measured, and the short form measures no CPU time")
	}
	for _, s := range slices.DeleteFunc(shapes(), func(s shape) bool {
		return s.name != "match" && s.name != "picture" && s.name != "token"
	}) {
		for _, name := range []string{"text", "base64 with escapes", "ones", "white space"} {
			answer := s.answer(values[name], httpx.DefaultMaxResponseBytes-1<<10)
			c := s.cost(t, answer)
			t.Logf("%s, %s, %s: as much CPU time as a plain loop over %.0f MiB, and %.1f MiB allocated", s.vendor.Name, s.name, name, c.cpu/(1<<20), c.allocated/(1<<20))
			if c.allocated > 64<<20 || c.cpu > 300e6 {
				t.Error("too much")
			}
		}
	}
}

// An answer that breaks off or is too large is freed with the call, even if the error
// is kept.
func TestAnswers_ErrorKeepsNothing(t *testing.T) {
	size := long.Or(4<<20, 1<<20)
	for _, v := range long.Some(3, vendors.All()) {
		answer := []byte(strings.TrimSuffix(v.Scored(nil), "}") + `,"x":"` + strings.Repeat("a", size) + `"}`)
		for name, body := range map[string]func() io.Reader{
			"too large": func() io.Reader { return bytes.NewReader(append(slices.Clone(answer), answer...)) },
			"broken off": func() io.Reader {
				return io.MultiReader(bytes.NewReader(answer[:size]), iotest.ErrReader(io.ErrUnexpectedEOF))
			},
		} {
			transport := roundTrip{0, func(r *http.Request) io.Reader {
				if v.Tokens != nil && strings.HasSuffix(r.URL.Path, v.Tokens.Path) {
					return strings.NewReader(v.Tokens.Says("EXAMPLE-TOKEN"))
				}
				return body()
			}}
			client, err := v.New(vendors.Account{HTTP: idverify.HTTP{
				BaseURL: "https://vendor.example", Client: &http.Client{Transport: transport}, MaxResponseBytes: int64(size) + 1<<10}})
			require.NoError(t, err)
			before := inUse()
			_, err = client.Verify(t.Context(), about(v))
			kept := inUse() - before
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeBadResponse, e.Code, "%s, %s: %v", v.Name, name, err)
			assert.Less(t, kept, 256<<10, "%s, %s", v.Name, name)
			runtime.KeepAlive(client)
		}
	}
}

func inUse() int {
	runtime.GC()
	runtime.GC() // pools and finalizers need two
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// FuzzAnswerCost looks for answers with a high cost per byte: a beginning, a repeated
// unit, and an end, in place of a value in each vendor's answers.
// Holds P-WIRE-10.
func FuzzAnswerCost(f *testing.F) {
	all := shapes()
	for i := range all {
		if !long.Asked() && i%(len(all)-1) != 0 {
			continue // the first and the last
		}
		f.Add(uint8(i), `"`, `a`, `"`)
		f.Add(uint8(i), `[`, `[1,"a"],`, `1]`)
	}
	for _, seed := range [][3]string{{`{"`, `\u017f`, `":1}`}, {`{`, `"a":{"b":[1]},`, `"c":0}`}, {`"`, `\/`, `"`}, {``, `[{"a":`, ``}, {`1`, `0`, `e5`}, {`"[`, `7,`, `7]"`}} {
		f.Add(uint8(0), seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, which uint8, begin, unit, end string) {
		if unit == "" || len(begin)+len(end)+len(unit) > 1<<10 {
			return
		}
		all[int(which)%len(all)].expensive(t, growth.Filled(begin, unit, end), begin, unit, end)
	})
}
