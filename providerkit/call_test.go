package providerkit_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

// An answer to another call is recognised only if no two calls have the same trace.
func TestTrace_IsNewForEveryCall(t *testing.T) {
	cfg := config(serve(t, answering(`{}`)))
	var traces []string
	steps := providerkit.Steps{
		Encode: func(c *providerkit.Call) (providerkit.Request, error) {
			traces = append(traces, c.Trace())
			assert.Equal(t, traces[len(traces)-1], c.Trace(), "the same for the whole call")
			return empty(c)
		},
		Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			assert.NoError(t, a.CheckTrace(traces[len(traces)-1]))
			assert.Error(t, a.CheckTrace(""))
			return nil, a.Foreign("made up")
		},
	}
	for range 2 {
		_, err := asked(t, cfg, steps)
		require.ErrorContains(t, err, "made up")
	}
	assert.Regexp(t, "^[0-9a-f]{32}$", traces[0])
	assert.NotEqual(t, traces[0], traces[1])

	q, err := (&idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Reference: "order-7",
		Evidence: []idverify.Evidence{idverify.PhotoURL("https://photos.example/1.jpg")}}).Question(anyURL{})
	require.NoError(t, err)
	vendor, err := providerkit.New(cfg)
	require.NoError(t, err)
	_, err = vendor.Ask(t.Context(), q, steps)
	require.ErrorContains(t, err, "made up")
	assert.Equal(t, "order-7", traces[2], "the caller's own")
}

func TestRequest_MethodIsPOSTByDefault(t *testing.T) {
	for method, want := range map[string]string{"": http.MethodPost, http.MethodPut: http.MethodPut} {
		var got string
		base := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Method })
		_, err := asked(t, config(base), providerkit.Steps{
			Encode: func(*providerkit.Call) (providerkit.Request, error) {
				return providerkit.Request{Method: method, Path: "/"}, nil
			},
			Decode: func(a *providerkit.Answer) (*idverify.Result, error) { return nil, a.Foreign("made up") },
		})
		require.Error(t, err)
		assert.Equal(t, want, got)
	}
}

// Each side has a limit of its own, and 0 means none.
func TestPhoto_LimitOfOneSide(t *testing.T) {
	cfg := config(serve(t, answering(`{}`)))
	for _, test := range []struct {
		long, short, width, height int
		problem                    string
	}{
		{long: 30, width: 30, height: 30}, {short: 20, width: 20, height: 99}, {long: 30, short: 20, width: 20, height: 30},
		{long: 30, width: 9, height: 31, problem: "has 9×31 pixels, the vendor takes at most 30 on the longer side"},
		{short: 20, width: 99, height: 21, problem: "has 99×21 pixels, the vendor takes at most 20 on the shorter side"},
		{long: 30, short: 20, width: 21, height: 30, problem: "has 21×30 pixels, the vendor takes 30×20"},
	} {
		var file bytes.Buffer
		require.NoError(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, test.width, test.height))))
		_, err := asked(t, cfg, providerkit.Steps{
			Encode: func(c *providerkit.Call) (providerkit.Request, error) {
				_, err := c.Photo(idverify.Bytes(file.Bytes()), idverify.PhotoLimits{LongSide: test.long, ShortSide: test.short})
				return providerkit.Request{Path: "/"}, err
			},
			Decode: func(a *providerkit.Answer) (*idverify.Result, error) { return nil, a.Foreign("was sent") },
		})
		if test.problem == "" {
			assert.ErrorContains(t, err, "was sent", "%+v", test)
			continue
		}
		assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
		assert.ErrorContains(t, err, test.problem)
	}
}
