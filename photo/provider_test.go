package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"net/http"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/photo"
)

// phonePhoto is a picture of 12 megapixels on its side.
func phonePhoto() []byte {
	return withSegments(blank(0xc0, 4032, 3024, 3), exifSegment(binary.BigEndian, 6))
}

// readsPhotos are the vendors that do, each with a client at a stand-in of its own.
func readsPhotos(t *testing.T, use func(t *testing.T, srv *idverifytest.Server, p idverify.Provider)) {
	some := false
	for _, v := range vendors.All() {
		srv := idverifytest.Start(t)
		p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: srv.BaseURL(v.Name)}})
		require.NoError(t, err)
		_, limited := p.(interface{ PhotoLimits() idverify.PhotoLimits })
		assert.Equal(t, p.Accepts(idverify.Photo(idverify.Media{})), limited, "%s publishes its limits if it reads photos", v.Name)
		if limited {
			some = true
			t.Run(v.Name, func(t *testing.T) { use(t, srv, p) })
		}
	}
	assert.True(t, some)
}

func asked(file []byte) *idverify.Request {
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(file))}}
}

func TestFitted_PhonesPhotoAtEveryVendor(t *testing.T) {
	tried := 0
	readsPhotos(t, func(t *testing.T, _ *idverifytest.Server, p idverify.Provider) {
		if tried++; tried > 1 && !long.Asked() {
			return // what each vendor takes is held to its stand-in with small pictures
		}
		client, err := idverify.New(photo.Fitted(p))
		require.NoError(t, err)
		keys := []string{"EXAMPLE-KEY", ""}
		for _, key := range long.Or(keys, keys[:1]) {
			req := asked(phonePhoto())
			req.IdempotencyKey = key
			res, err := client.Verify(t.Context(), req)
			require.NoError(t, err)
			assert.True(t, res.Passed())
			assert.Equal(t, p.Name(), res.Vendor)
		}
	})
}

// watching is a provider that keeps what it was asked.
type watching struct {
	limits idverify.PhotoLimits
	fails  int // so often at first
	got    [][]byte
	lent   []*byte // where they are in memory
	sent   []*idverify.Question
}

func (w *watching) Name() string                      { return "watching" }
func (w *watching) Accepts(ev idverify.Evidence) bool { return ev.EvidenceKind() != "photo_url" }
func (w *watching) PhotoLimits() idverify.PhotoLimits { return w.limits }
func (w *watching) Ask(_ context.Context, q *idverify.Question) (*idverify.Result, error) {
	w.sent = append(w.sent, q)
	if photo, ok := q.Evidence().(idverify.PhotoEvidence); ok {
		r, size, err := photo.Media().Open()
		if err != nil {
			return nil, err
		}
		if lends, ok := r.(interface{ Next(n int) []byte }); ok {
			all := lends.Next(int(size))
			w.lent, r = append(w.lent, &all[0]), io.NopCloser(bytes.NewReader(all))
		}
		file, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		w.got = append(w.got, file)
	}
	if len(w.sent) <= w.fails {
		return nil, &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	}
	return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
}

// counted is media that counts how often it is opened. It is no Bytes.
func counted(file []byte, opened *atomic.Int32) idverify.Media {
	return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		opened.Add(1)
		return idverify.Bytes(file).Open()
	})
}

func TestFitted_OncePerVendorAndCall(t *testing.T) {
	one := &watching{limits: idverify.PhotoLimits{LongSide: 20}, fails: 2}
	client, err := idverify.New(photo.Fitted(one), idverify.WithRetry(idverify.Retry{Attempts: 3, Base: time.Nanosecond, RateLimitedBase: time.Nanosecond, Cap: time.Nanosecond}))
	require.NoError(t, err)
	var opened atomic.Int32
	req := asked(nil)
	req.Evidence = []idverify.Evidence{idverify.PhotoURL("https://photo.example/"), idverify.Photo(counted(asPNG(t, noisy(48, 32)), &opened))}
	_, err = client.Verify(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, one.got, 3)
	assert.Same(t, one.lent[0], one.lent[2], "the very same bytes in memory")
	assert.Equal(t, image.Pt(20, 13), decoded(t, one.got[0]).Bounds().Size())
	assert.Equal(t, int32(3), opened.Load(), "the original is read again each time, to detect changes")
	for _, sent := range one.sent {
		assert.Equal(t, req.Name, sent.Subject().Name())
		assert.Equal(t, "photo", sent.Evidence().EvidenceKind())
	}
}

// What was made of other bytes is not sent again, though the question be the same.
func TestFitted_ChangedPictureIsFittedAgain(t *testing.T) {
	one := &watching{limits: idverify.PhotoLimits{LongSide: 20}}
	fitted := photo.Fitted(one)[0]
	files := [][]byte{asPNG(t, pattern(48, 32)), asPNG(t, pattern(48, 32)), asPNG(t, pattern(32, 48))}
	req := asked(nil)
	req.Evidence[0] = idverify.Photo(idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		return idverify.Bytes(files[len(one.sent)]).Open()
	}))
	q, err := req.Question(fitted)
	require.NoError(t, err)
	for range files {
		_, err := fitted.Ask(t.Context(), q)
		require.NoError(t, err)
	}
	assert.Same(t, one.lent[0], one.lent[1])
	assert.Equal(t, image.Pt(13, 20), decoded(t, one.got[2]).Bounds().Size())
}

// Two vendors of one call are each sent their own picture.
func TestFitted_EachVendorGetsItsOwnPicture(t *testing.T) {
	one, other := &watching{limits: idverify.PhotoLimits{LongSide: 20}}, &watching{limits: idverify.PhotoLimits{LongSide: 30}}
	q, err := asked(asPNG(t, pattern(48, 32))).Question(one)
	require.NoError(t, err)
	for _, p := range photo.Fitted(one, other, one) {
		_, err := p.Ask(t.Context(), q)
		require.NoError(t, err)
	}
	assert.Equal(t, 20, decoded(t, one.got[0]).Bounds().Dx())
	assert.Equal(t, 30, decoded(t, other.got[0]).Bounds().Dx())
}

func TestFitted_OtherEvidenceIsUnchanged(t *testing.T) {
	one := &watching{}
	fitted := photo.Fitted(one)[0]
	req := asked(nil)
	req.Evidence = []idverify.Evidence{capture{}}
	_, err := verify(t, fitted, req)
	require.NoError(t, err)
	assert.Equal(t, capture{}, one.sent[0].Evidence())
	for _, wrong := range []*idverify.Request{nil, {}, {Name: "测试", Evidence: req.Evidence}} {
		readsPhotos(t, func(t *testing.T, _ *idverifytest.Server, p idverify.Provider) {
			_, want := verify(t, p, wrong)
			_, got := verify(t, photo.Fitted(p)[0], wrong)
			assert.Equal(t, want, got, "the vendor's own error")
		})
	}
}

// verify asks one provider, by its own method where it has one.
func verify(t *testing.T, p idverify.Provider, req *idverify.Request) (*idverify.Result, error) {
	if v, ok := p.(idverify.Verifier); ok {
		return v.Verify(t.Context(), req)
	}
	return idverify.VerifyWith(t.Context(), p, req)
}

type capture struct{}

func (capture) EvidenceKind() string { return "capture" }

func TestFitted_PictureThatCannotFitIsNotSent(t *testing.T) {
	readsPhotos(t, func(t *testing.T, srv *idverifytest.Server, p idverify.Provider) {
		for code, file := range map[idverify.Code][]byte{
			idverify.CodeUnsupportedFormat:  []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
			idverify.CodeUnreadableEvidence: phonePhoto()[:2000],
			idverify.CodeTooLarge:           blank(0xc0, 65000, 1000, 1),
		} {
			_, err := verify(t, photo.Fitted(p)[0], asked(file))
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, code, e.Code)
			assert.Equal(t, p.Name(), e.Vendor)
			assert.False(t, e.Sent())
		}
		assert.Empty(t, srv.Exchanges())
	})
}

// A Client and its users find on a fitted provider what they find on the vendor's.
func TestFitted_KeepsOptionalMethods(t *testing.T) {
	readsPhotos(t, func(t *testing.T, _ *idverifytest.Server, p idverify.Provider) {
		fitted := photo.Fitted(p)[0]
		plain, wrapped := reflect.TypeOf(p), reflect.TypeOf(fitted)
		for i := range plain.NumMethod() {
			_, has := wrapped.MethodByName(plain.Method(i).Name)
			assert.True(t, has, plain.Method(i).Name)
		}
		_, plainFAR := p.(idverify.FARProvider)
		far, fittedFAR := fitted.(idverify.FARProvider)
		assert.Equal(t, plainFAR, fittedFAR)
		assert.Equal(t, p.(vendors.Provider).Rules(), fitted.(vendors.Provider).Rules())
		if fittedFAR {
			for _, rate := range []float64{1e-4, 1e-30} {
				want, refusal := p.(idverify.FARProvider).WithMaxFAR(rate)
				strict, err := far.WithMaxFAR(rate)
				assert.Equal(t, refusal, err)
				if err == nil {
					assert.Equal(t, want.(vendors.Provider).Rules(), strict.(vendors.Provider).Rules())
					assert.Equal(t, reflect.TypeOf(fitted), reflect.TypeOf(strict), "it fits as well")
				}
			}
		}
		if d, ok := p.(interface{ DecidesBy() string }); ok {
			assert.Equal(t, d.DecidesBy(), fitted.(interface{ DecidesBy() string }).DecidesBy())
		}
	})
	_, rules := photo.Fitted(&watching{})[0].(interface{ Rules() []idverify.Rule })
	assert.False(t, rules, "the provider publishes no rules")
}

func TestFitted_ReturnsProvidersWithoutPhotos(t *testing.T) {
	var none idverify.Provider
	assert.Equal(t, []idverify.Provider{none}, photo.Fitted(none))
	assert.Empty(t, photo.Fitted())
	_, err := idverify.New(photo.Fitted((*watching)(nil)))
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "a provider returned together with an error")
	for _, v := range vendors.All() {
		p, err := v.New(vendors.Account{})
		require.NoError(t, err)
		if !p.Accepts(idverify.Photo(idverify.Media{})) {
			assert.Same(t, p, photo.Fitted(p)[0])
		}
	}
}

// The suite for providers holds a fitted one to the same.
func TestFitted_Conforms(t *testing.T) {
	if !long.Asked() {
		t.Skip("the client without its wrapper conforms in the short form too")
	}
	for _, v := range vendors.All() {
		client, err := v.New(vendors.Account{})
		require.NoError(t, err)
		if !client.Accepts(idverify.Photo(idverify.Media{})) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			idverifytest.TestProvider(t, idverifytest.Harness{
				Vendor: v.Name,
				New: func(_ testing.TB, base string, client *http.Client) (idverify.Provider, error) {
					p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: base, Client: client}})
					if err != nil {
						return nil, err
					}
					return photo.Fitted(p)[0], nil
				},
				Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(withSegments(asJPEG(t, pattern(640, 480)), exifSegment(binary.BigEndian, 8))))},
			})
		})
	}
}

func TestFitted_PrintsNothingOfThePicture(t *testing.T) {
	readsPhotos(t, func(t *testing.T, _ *idverifytest.Server, p idverify.Provider) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			printed := fmt.Sprintf(verb, photo.Fitted(p)[0])
			assert.NotContains(t, printed, "made", verb)
			assert.NotContains(t, printed, "0x", verb)
		}
		assert.True(t, slices.Contains(p.(interface{ PhotoLimits() idverify.PhotoLimits }).PhotoLimits().Formats, idverify.PhotoJPEG))
	})
}
