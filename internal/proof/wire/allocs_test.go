package wire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// The limits for a call's allocations: measured with Go 1.26, with a little more for
// other releases. They may be lowered, but not raised. The number of allocations is
// in each vendor's entry.
const (
	maxBytesPerCall   = 10 << 10
	maxBytesSigned    = 14_000
	maxClientOnTop    = 12
	differenceOfSizes = 1 << 10
)

func stillProvider(tb testing.TB, v vendors.Vendor, base string, trust *tls.Config) vendors.Provider {
	tb.Helper()
	p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: base + "/" + v.Name, TLSConfig: trust}})
	require.NoError(tb, err)
	return p
}

// pictureOf is a JPEG of the size: the test picture with its data repeated, or only a
// beginning and an end.
func pictureOf(tb testing.TB, size int) []byte {
	tb.Helper()
	const begin, scan, end = "\xff\xd8\xff\xdb\x00\x02", "\xff\xda", "\xff\xd9"
	face, err := os.ReadFile("../../../testdata/face.jpg")
	require.NoError(tb, err)
	picture := []byte(begin)
	if size >= len(face) {
		picture = bytes.TrimSuffix(face, []byte(end))
	}
	data := bytes.TrimSuffix(face[bytes.Index(face, []byte(scan))+len(scan)+10:], []byte(end))
	for size -= len(end); len(picture) < size; {
		picture = append(picture, data[:min(len(data), size-len(picture))]...)
	}
	return append(picture, end...)
}

// captureOf is a capture of the size.
func captureOf(size int) []byte {
	return append(idverifytest.Capture(), make([]byte, max(0, size-len(idverifytest.Capture())))...)[:size]
}

func requestFor(tb testing.TB, size int) *idverify.Request {
	picture, capture := idverify.Bytes(pictureOf(tb, size)), idverify.Bytes(captureOf(size))
	return &idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Reference: vendors.Reference, Evidence: vendors.ForAll(picture, capture)}
}

// perCall is the allocations of one call in the whole process, in steady state: the
// least of several rounds, because the runtime also allocates now and then. The
// garbage collector is off, because it empties the pools. Only one processor is used,
// because each processor has its own pools. So every call finds what the last one
// left.
func perCall(call func()) (allocations, size float64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const warm, rounds, calls = 5, 8, 2
	for range warm {
		call()
	}
	for round := range rounds {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range calls {
			call()
		}
		runtime.ReadMemStats(&after)
		n, b := float64(after.Mallocs-before.Mallocs)/calls, float64(after.TotalAlloc-before.TotalAlloc)/calls
		if round == 0 || n < allocations {
			allocations = n
		}
		if round == 0 || b < size {
			size = b
		}
	}
	return allocations, size
}

// maxBytes includes the texts of a signature, if the vendor's signature covers a
// digest of the body.
func maxBytes(v vendors.Vendor) int {
	if v.Digests {
		return maxBytesSigned
	}
	return maxBytesPerCall
}

// Holds P-DATA-7.
func TestAllocs_CallIsSmallAtEverySize(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, too")
	}
	for _, secure := range []bool{false, true} {
		base, trust := stillServer(t, secure, 0)
		list := vendors.All()
		if secure && !long.Asked() {
			list = list[:1] // what TLS allocates is the same for all
		}
		for _, v := range list {
			provider := stillProvider(t, v, base, trust)
			least, most := 0.0, 0.0
			sizes := []int{1 << 10, 512 << 10, v.Largest, 100 << 10, 1 << 20}
			for _, size := range long.Or(sizes, sizes[:2]) {
				size = max(v.Smallest, min(size, v.Largest))
				req := requestFor(t, size)
				allocations, used := perCall(func() {
					res, err := provider.Verify(t.Context(), req)
					if err != nil || !res.Passed() {
						t.Fatal(res, err)
					}
				})
				t.Logf("%s, TLS %t, %d bytes: %.0f allocations, %.0f bytes", v.Name, secure, size, allocations, used)
				assert.LessOrEqual(t, allocations, v.Allocations)
				assert.LessOrEqual(t, used, float64(maxBytes(v)))
				if least == 0 || used < least {
					least = used
				}
				most = max(most, used)
			}
			assert.LessOrEqual(t, most-least, float64(differenceOfSizes), "%s: the same for all sizes", v.Name)
		}
	}
}

// The data of a sealed capture is text, and every byte may need an escape.
// Holds P-DATA-7.
func TestAllocs_SealedCaptureIsTheSameAtEverySize(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, too")
	}
	base, trust := stillServer(t, false, 0)
	tried := 0
	for _, v := range vendors.All() {
		for _, f := range v.Forms {
			if f.Texts == nil || len(f.Known) < 2 || f.Short {
				continue // it is an id or a token
			}
			tried++
			sameForEveryText(t, stillProvider(t, v, base, trust), f)
		}
	}
	assert.Positive(t, tried)
}

func sameForEveryText(t *testing.T, p vendors.Provider, f vendors.Form) {
	t.Helper()
	least, most := 0.0, 0.0
	all := []string{strings.Repeat("A", 100<<10), strings.Repeat("\x01", 200<<10), strings.Repeat("A", 1<<20), strings.Repeat("A", 20<<20), strings.Repeat("\x01", 3<<20)}
	for _, data := range long.Or(all, all[:2]) {
		req := requestFor(t, 1)
		texts := slices.Clone(f.Known)
		texts[len(texts)-1] = data
		req.Evidence = []idverify.Evidence{f.Texts(texts...)}
		_, used := perCall(func() {
			res, err := p.Verify(t.Context(), req)
			if err != nil || !res.Passed() {
				t.Fatal(res, err)
			}
		})
		t.Logf("%d bytes: %.0f bytes", len(data), used)
		if least == 0 || used < least {
			least = used
		}
		most = max(most, used)
	}
	assert.LessOrEqual(t, most, float64(64<<10))
	assert.LessOrEqual(t, most-least, float64(differenceOfSizes))
}

// effortless is a provider without any work.
type effortless struct{ result *idverify.Result }

func (effortless) Name() string                   { return "effortless" }
func (effortless) Accepts(idverify.Evidence) bool { return true }
func (effortless) Rules() []idverify.Rule         { return nil }
func (p effortless) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return p.result, nil
}

func TestAllocs_ClientAddsLittle(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, too")
	}
	client, err := idverify.New([]idverify.Provider{effortless{&idverify.Result{Code: idverify.CodeFaceMismatch}}})
	require.NoError(t, err)
	req := requestFor(t, 1<<10)
	allocations, _ := perCall(func() { _, _ = client.Verify(t.Context(), req) })
	t.Logf("%.0f allocations", allocations)
	assert.LessOrEqual(t, allocations, float64(maxClientOnTop))
}

// Holds P-DATA-7.
func TestAllocs_PictureInAnswerIsCopiedOnce(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, too")
	}
	size := long.Or(4<<20, 2<<20)
	base, trust := stillServer(t, false, size)
	tried := 0
	for _, v := range vendors.All() {
		if v.Picture == "" {
			continue
		}
		tried++
		provider := stillProvider(t, v, base, trust)
		req := requestFor(t, 1<<10)
		_, used := perCall(func() {
			res, err := provider.Verify(t.Context(), req)
			if err != nil || !res.Passed() {
				t.Fatal(res, err)
			}
		})
		t.Logf("%.2f times the picture", used/float64(size))
		assert.Less(t, used, 2.2*float64(size), "once from the socket, once into the reply")
	}
	assert.Positive(t, tried)
}

// entered is a transport that records how much of the media had been read when it was
// called.
type entered struct{ read, whenEntered *int }

func (e entered) RoundTrip(*http.Request) (*http.Response, error) {
	*e.whenEntered = *e.read
	return nil, http.ErrHandlerTimeout
}

// Holds P-DATA-7.
func TestAllocs_PictureIsReadInsideTransport(t *testing.T) {
	const size = 5 << 20
	for _, v := range vendors.All() {
		if v.Tokens != nil || v.Digests {
			continue // the first exchange is another, or a digest is computed first
		}
		size := min(size, v.Largest)
		content := pictureOf(t, size)
		if v.Captures() {
			content = captureOf(size)
		}
		read, whenEntered := 0, -1
		media := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return io.NopCloser(&counted{bytes.NewReader(content), &read}), int64(len(content)), nil
		})
		p, err := v.New(vendors.Account{HTTP: idverify.HTTP{Client: &http.Client{Transport: entered{&read, &whenEntered}}}})
		require.NoError(t, err)
		_, err = p.Verify(t.Context(), v.About(idverifytest.Match(), media))
		require.Error(t, err)
		assert.NotEqual(t, -1, whenEntered, v.Name)
		assert.Positive(t, whenEntered, "the head is read")
		assert.LessOrEqual(t, whenEntered, 64<<10, v.Name)
	}
}

type counted struct {
	io.Reader
	n *int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	*c.n += n
	return n, err
}

func BenchmarkProvider(b *testing.B) {
	base, trust := stillServer(b, false, 0)
	for _, v := range vendors.All() {
		p := stillProvider(b, v, base, trust)
		for _, size := range []int{1 << 10, 100 << 10, 1 << 20, 2 << 20} {
			size = min(size, v.Largest)
			b.Run(fmt.Sprint(v.Name, "/", size), func(b *testing.B) {
				req := requestFor(b, size)
				_, err := p.Verify(b.Context(), req)
				require.NoError(b, err)
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					res, err := p.Verify(b.Context(), req)
					if err != nil || !res.Passed() {
						b.Fatal(err, res)
					}
				}
			})
		}
	}
}
