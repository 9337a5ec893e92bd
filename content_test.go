package idverify_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/linkface"
)

func hold(t *testing.T, all ...idverify.Evidence) ([]idverify.Evidence, [32]byte) {
	t.Helper()
	held, sum, err := idverify.HoldEvidence(t.Context(), all, time.Minute)
	require.NoError(t, err)
	require.Len(t, held, len(all))
	return held, sum
}

func mediaOf(text string) idverify.Media { return idverify.Bytes([]byte(text)) }

// Evidence that differs in anything has another digest, and the same content from
// any source has the same digest.
func TestHoldEvidence_DigestDependsOnContentOnly(t *testing.T) {
	photo := func(text string) idverify.Evidence { return idverify.Photo(mediaOf(text)) }
	sealed := baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: "k", DeviceID: "d", Data: "x"}
	with := func(change func(*baiduv4.SealedCapture)) idverify.Evidence {
		s := sealed
		change(&s)
		return s
	}
	different := [][]idverify.Evidence{
		nil, {photo("a")}, {photo("b")}, {photo("a"), photo("b")}, {photo("b"), photo("a")}, {photo("a"), photo("a")}, {photo("")},
		{idverify.PhotoURL("a")}, {idverify.PhotoURL("b")}, {idverify.PhotoURL("a"), idverify.PhotoURL("b")},
		{linkface.Capture(mediaOf("a"))}, {linkface.CaptureURL("a")}, {linkface.CaptureID("a")}, {linkface.CaptureEvidence{}},
		{baiduv4.FaceToken("a")}, {baiduv4.FaceToken("b")},
		{baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: mediaOf("a")}}, {baiduv4.PlainCapture{App: baiduv4.AppAndroid, Image: mediaOf("a")}},
		{baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: mediaOf("b")}}, {baiduv4.PlainCapture{App: baiduv4.AppIOS}},
		{sealed}, {with(func(s *baiduv4.SealedCapture) { s.App = baiduv4.AppAndroid })}, {with(func(s *baiduv4.SealedCapture) { s.SKey = "kd" })},
		{with(func(s *baiduv4.SealedCapture) { s.SKey, s.DeviceID = "d", "k" })}, {with(func(s *baiduv4.SealedCapture) { s.Data = "y" })},
		{with(func(s *baiduv4.SealedCapture) { s.SKey, s.DeviceID = "kd", "" })},
	}
	seen := map[[32]byte]int{}
	for i, evidence := range different {
		_, sum := hold(t, evidence...)
		other, twice := seen[sum]
		assert.False(t, twice, "%v and %v", different[other], evidence)
		seen[sum] = i
		_, again := hold(t, evidence...)
		assert.Equal(t, sum, again)
	}
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	_, fromMemory := hold(t, photo("a"))
	_, fromFile := hold(t, idverify.Photo(idverify.File(path)))
	assert.Equal(t, fromMemory, fromFile)
	_, text := hold(t, sealed)
	_, stream := hold(t, with(func(s *baiduv4.SealedCapture) { s.Data, s.DataFrom = "", mediaOf("x") }))
	assert.Equal(t, text, stream)
}

// The bytes that are sent later are those of the digest.
// Holds P-PASS-9, P-WIRE-9.
func TestHoldEvidence_ChangedMediaFailAtTheEnd(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, v := range vendors.All() {
		p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: srv.BaseURL(v.Name)}})
		require.NoError(t, err)
		picture := append(v.Media(), make([]byte, 200<<10)...)
		path := filepath.Join(t.TempDir(), "x")
		forms := map[string]struct {
			media  idverify.Media
			change func(content []byte)
		}{
			"bytes": {idverify.Bytes(picture), func(content []byte) { copy(picture, content) }},
			"file":  {idverify.File(path), func(content []byte) { require.NoError(t, os.WriteFile(path, content, 0o600)) }},
		}
		var current []byte
		forms["func"] = struct {
			media  idverify.Media
			change func(content []byte)
		}{idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return io.NopCloser(bytes.NewReader(current)), int64(len(current)), nil
		}), func(content []byte) { current = content }}
		right := bytes.Clone(picture)
		wrong := bytes.Clone(picture)
		wrong[len(wrong)-1]++ // far behind the part that the first look reads
		for name, form := range forms {
			for i := range v.OfMedia(form.media) {
				form.change(right)
				held, _ := hold(t, v.OfMedia(form.media)[i])
				person := idverifytest.Match()
				req := &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: held}
				res, err := p.Verify(t.Context(), req)
				require.NoError(t, err, "%s %s", p.Name(), name)
				assert.True(t, res.Passed())

				sent := len(srv.Bill().Calls)
				form.change(wrong)
				_, err = p.Verify(t.Context(), req)
				var e *idverify.Error
				require.ErrorAs(t, err, &e, "%s %s", p.Name(), name)
				assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
				assert.Equal(t, idverify.BilledNo, e.Billed)
				assert.False(t, e.Sent())
				assert.Len(t, srv.Bill().Calls, sent, "nothing was billed")
			}
		}
	}
}

// Unreadable evidence counts as unreadable in the digest, stays so, and fails only
// at the vendor that needs it.
func TestHoldEvidence_UnreadableMediaStayUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "face.jpg")
	held, missing := hold(t, idverify.Photo(idverify.File(path)), idverify.PhotoURL("https://media.example/x"))
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	_, _, err := held[0].(idverify.PhotoEvidence).Media().Open()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Equal(t, "https://media.example/x", held[1].(idverify.PhotoURLEvidence).URL())
	_, there := hold(t, idverify.Photo(idverify.File(path)), idverify.PhotoURL("https://media.example/x"))
	assert.NotEqual(t, missing, there)

	held, _ = hold(t, baiduv4.PlainCapture{App: baiduv4.AppIOS})
	assert.True(t, held[0].(baiduv4.PlainCapture).Image.IsZero(), "no media stay none")
}

func TestHoldEvidence_HangingMediaTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := idverify.Photo(idverify.MediaFunc(func() (io.ReadCloser, int64, error) { <-release; return nil, 0, io.EOF }))
		began := time.Now()
		held, _, err := idverify.HoldEvidence(t.Context(), []idverify.Evidence{hangs, photo()}, time.Second)
		require.NoError(t, err)
		assert.Equal(t, time.Second, time.Since(began))
		_, _, err = held[0].(idverify.PhotoEvidence).Media().Open()
		assert.Error(t, err, "at once")

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, _, err = idverify.HoldEvidence(ctx, []idverify.Evidence{hangs}, time.Second)
		assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(err))
	})
}

type silentEvidence struct{}

func (silentEvidence) EvidenceKind() string { return "silent" }

// ownEvidence is an evidence type of a user's.
type ownEvidence struct {
	idverify.Media
	copies bool
}

func (ownEvidence) EvidenceKind() string { return "own" }

func (e ownEvidence) EvidenceContent(_ func(string), media func(idverify.Media) idverify.Media) idverify.Evidence {
	e.Media = media(e.Media)
	if !e.copies {
		return nil
	}
	return e
}

func TestHoldEvidence_UserDefinedEvidence(t *testing.T) {
	_, one := hold(t, ownEvidence{mediaOf("a"), true})
	held, two := hold(t, ownEvidence{mediaOf("b"), true})
	assert.NotEqual(t, one, two)
	r, _, err := held[0].(ownEvidence).Open()
	require.NoError(t, err)
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "b", string(content))
	for _, ev := range []idverify.Evidence{silentEvidence{}, ownEvidence{mediaOf("a"), false}} {
		_, _, err := idverify.HoldEvidence(t.Context(), []idverify.Evidence{ev}, time.Second)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Equal(t, "Evidence", e.Field)
	}
}

// kindOnly is a user's evidence that has a kind and no content.
type kindOnly string

func (k kindOnly) EvidenceKind() string { return string(k) }

func (k kindOnly) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text("")
	return k
}

// becoming is evidence whose copy is something else.
type becoming struct {
	kindOnly
	copy idverify.Evidence
}

func (b becoming) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text("x")
	return b.copy
}

// showsNothing is evidence without content: its digest would be the same for any
// face.
type showsNothing struct{ silentEvidence }

func (s showsNothing) EvidenceContent(func(string), func(idverify.Media) idverify.Media) idverify.Evidence {
	return s
}

func TestHoldEvidence_RefusesEvidenceWithoutContent(t *testing.T) {
	for name, ev := range map[string]idverify.Evidence{
		"shows nothing":              showsNothing{},
		"becomes another kind":       becoming{"photo", kindOnly("other")},
		"becomes what shows nothing": becoming{"silent", silentEvidence{}},
		"becomes a nil pointer":      becoming{"photo", (*becoming)(nil)},
		"its copy becomes nothing":   becoming{"photo", becoming{"photo", nil}},
	} {
		req := askFor(ev, photo())
		req.IdempotencyKey = "k"
		a := vendorNamed("a", pass(t))
		_, err := oneVendor(t, a).Verify(t.Context(), req)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code, name)
		assert.Equal(t, "Evidence", e.Field, name)
		assert.Zero(t, a.asked, name)
	}
	var none *becoming
	_, err := oneVendor(t, vendorNamed("a", pass(t))).Verify(t.Context(), askFor(none))
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest, "a nil pointer is no evidence")
}

func TestHoldEvidence_PartsAreSeparatedInDigest(t *testing.T) {
	_, two := hold(t, kindOnly("a"), kindOnly("b"))
	for _, other := range [][]idverify.Evidence{
		{kindOnly("akb")}, {kindOnly("ab"), kindOnly("")}, {kindOnly("ak" + strings.Repeat("\x00", 8) + "b")}, {kindOnly("a")}, {kindOnly("b"), kindOnly("a")},
	} {
		_, sum := hold(t, other...)
		assert.NotEqual(t, two, sum, "%q", other)
	}
}

// Texts and media of any size are digested in pieces.
func TestHoldEvidence_AllocatesTheSameForEverySize(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would empty the pools
	used := func(size int) float64 {
		text := strings.Repeat("a", size)
		evidence := []idverify.Evidence{idverify.Photo(mediaOf(text)), baiduv4.SealedCapture{Data: text}}
		return testing.AllocsPerRun(2, func() {
			_, _, err := idverify.HoldEvidence(t.Context(), evidence, time.Minute)
			require.NoError(t, err)
		})
	}
	least := used(1 << 20)
	for _, size := range []int{2 << 20, 4 << 20, 8 << 20} {
		assert.InDelta(t, least, used(size), 10) // a copy would allocate for each part
	}
}
