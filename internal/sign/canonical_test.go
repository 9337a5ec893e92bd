package sign_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/sign"
)

func TestCanonical_MatchesSentRequest(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "https://api.example.com:8443/a%20b/%E6%B5%8B*?b=2&a=x%20y%2B&a=%7E", nil)
	r.Header = http.Header{"X-Example-B": {" second ", "first"}, "X-Example-A": {"\t1 "}, "X-Other": {"2"}, "Host": {"evil.example"}}
	q := sign.Of(r, sha256.Sum256([]byte("{}")))
	want := "POST\n/a%20b/%E6%B5%8B%2A\na=x%20y%2B&a=~&b=2\n" +
		"host:api.example.com:8443\nx-example-a:1\nx-example-b:first,second\n\nhost;x-example-a;x-example-b\n" +
		"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
	assert.Equal(t, want, q.Text("x-example-*", "host", "x-absent"))
	hash, names := q.Canonical("host", "x-example-*")
	assert.Equal(t, sign.Hex(sha256.Sum256([]byte(want))), hash)
	assert.Equal(t, "host;x-example-a;x-example-b", names)

	r.Host = "" // then net/http sends the URL's host
	assert.Equal(t, "api.example.com:8443", sign.Of(r, [32]byte{}).Host)
	assert.True(t, strings.HasPrefix(sign.Request{Method: "GET"}.Text(), "GET\n/\n\n\n\n"), "a path is never empty")
}

// Only the unreserved characters of RFC 3986 stay unescaped.
func TestEscape_KeepsOnlyUnreserved(t *testing.T) {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for c := range 256 {
		s := string([]byte{byte(c)})
		want := s
		if !strings.Contains(unreserved, s) {
			want = "%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15]))
		}
		assert.Equal(t, want+"="+want, sign.CanonicalQuery(url.Values{s: {s}}))
		if s != "/" {
			assert.Equal(t, "/x"+want, sign.EscapePath("/x"+s))
		}
	}
	assert.Equal(t, "%F0%A0%80%80=%E6%B5%8B", sign.CanonicalQuery(url.Values{"𠀀": {"测"}}))
}

func TestQuery_SortedByNameThenValue(t *testing.T) {
	for range 20 {
		assert.Equal(t, "A=&a=1&a=2&a-=3&a0=4&a_=5", sign.CanonicalQuery(url.Values{"a": {"2", "1"}, "a_": {"5"}, "A": {""}, "a0": {"4"}, "a-": {"3"}}))
	}
	assert.Empty(t, sign.CanonicalQuery(nil))
}

// An already sorted query is signed as if it had been parsed and sorted.
func TestQuery_SortedInputIsUnchanged(t *testing.T) {
	for _, escaped := range []string{
		"", "a", "a=", "=", "&", "a=1&", "&a=1", "a=1&&b=2", "a=1", "a=1&b=2", "b=2&a=1", "a=2&a=1", "a=1&a=1", "a-=1&a=2", "a=2&a-=1",
		"a=1&a", "a=b=c", "a=b;c", "a=%41", "a=%2F", "a=%2f", "a=x+y", "a=x%20y", "a=%zz", "a=*", "A=1&a=1&a0=2&a_=3&a~=4", "测=1",
	} {
		values, _ := url.ParseQuery(escaped)
		text := sign.Request{Method: "POST", Query: escaped}.Text()
		assert.True(t, strings.HasPrefix(text, "POST\n/\n"+sign.CanonicalQuery(values)+"\n"), "%q: %q", escaped, text)
	}
}

func TestCanonical_HeadersSortedByLowerCaseName(t *testing.T) {
	r := sign.Request{Method: "POST", Header: http.Header{"X-Ab": {"3"}, "X-A-C": {"2"}, "X-A": {"1"}, "X-AZ": {"4"}, "Y": {"5"}, "X": {"0"}}}
	_, names := r.Canonical("x-*")
	assert.Equal(t, "x-a;x-a-c;x-ab;x-az", names)
	_, names = r.Canonical("y", "x")
	assert.Equal(t, "x;y", names)
}

// The room on the stack is enough for most requests, and longer ones are still signed
// whole.
func TestCanonical_LongRequest(t *testing.T) {
	r := sign.Request{Method: "POST", Host: "h", Header: http.Header{}}
	want := "POST\n/\n\n"
	var names []string
	for i := range 40 {
		name, value := fmt.Sprintf("x-%02d", i), strings.Repeat("v", 100)
		r.Header.Set(name, value)
		want += name + ":" + value + "\n"
		names = append(names, name)
	}
	signed := strings.Join(names, ";")
	want += "\n" + signed + "\n" + sign.Hex(r.Digest)
	hash, got := r.Canonical("x-*")
	assert.Equal(t, signed, got)
	assert.Equal(t, sign.Hex(sha256.Sum256([]byte(want))), hash)
}

// The canonical request is on the stack: only the results are allocated.
func TestCanonical_AllocatesLittle(t *testing.T) {
	r := sign.Request{Method: "POST", Host: "h", Path: "/", Query: "A=1&B=2", Header: http.Header{"X-B": {"2"}, "X-A": {"1"}}}
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { r.Canonical("host", "x-*") }), 4.0)
}
