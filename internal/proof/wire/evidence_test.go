package wire_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// nothing announces a large size, and has no bytes.
type nothing struct{}

func (nothing) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

// unfit is evidence that can be sent to no vendor.
type unfit struct {
	evidence idverify.Evidence
	code     idverify.Code
}

func unfitMedia(t *testing.T) map[string]unfit {
	t.Helper()
	all := map[string]unfit{}
	add := func(what string, m idverify.Media, code idverify.Code) { all[what] = unfit{photoOf(m), code} }
	add("no media", idverify.Media{}, idverify.CodeUnreadableEvidence)
	add("empty", idverify.Bytes(nil), idverify.CodeUnreadableEvidence)
	add("missing file", idverify.File(filepath.Join(t.TempDir(), "zhangsan.jpg")), idverify.CodeUnreadableEvidence)
	add("missing in FS", idverify.FS(fstest.MapFS{}, "zhangsan.jpg"), idverify.CodeUnreadableEvidence)
	add("directory", idverify.File(t.TempDir()), idverify.CodeUnreadableEvidence)
	add("no reader", idverify.ReaderAt(nil, 500), idverify.CodeUnreadableEvidence)
	add("nil reader", idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 5, nil }), idverify.CodeUnreadableEvidence)
	add("panics", idverify.MediaFunc(func() (io.ReadCloser, int64, error) { panic("zhangsan") }), idverify.CodeUnreadableEvidence)
	add("fails", idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 5, errors.New("zhangsan") }), idverify.CodeUnreadableEvidence)
	add("endless", idverify.ReaderAt(nothing{}, 1<<62), idverify.CodeTooLarge)
	return all
}

// photoOf is media that becomes a vendor's form of evidence.
type photoOf idverify.Media

func (photoOf) EvidenceKind() string { return "media" }

// unfitFor is every form of a vendor's evidence with content that cannot be sent.
func unfitFor(t *testing.T, v vendors.Vendor) map[string]unfit {
	t.Helper()
	all := map[string]unfit{"foreign": {foreign{}, idverify.CodeUnsupportedEvidence}}
	for _, f := range v.Forms {
		add := func(what string, ev idverify.Evidence, code idverify.Code) {
			all[ev.EvidenceKind()+", "+what] = unfit{ev, code}
		}
		switch {
		case f.Media != nil:
			for what, u := range unfitMedia(t) {
				add(what, f.Media(idverify.Media(u.evidence.(photoOf))), u.code)
			}
			for what, content := range noEvidence(f.Captured) {
				add(what, f.Media(idverify.Bytes(content)), idverify.CodeUnsupportedFormat)
			}
			if !f.AnyBytes {
				add("no format", f.Media(idverify.Bytes(bytes.Repeat([]byte("x"), v.Smallest+64))), idverify.CodeUnsupportedFormat)
			}
			if !v.NoLimit {
				add("too large", f.Media(idverify.Bytes(append(v.Media(), make([]byte, 2*v.Largest)...))), idverify.CodeTooLarge)
			}
		case f.URL != nil:
			for what, url := range map[string]string{
				"no address": "", "blank": "  ", "ftp": "ftp://media.example/zhangsan", "a path": "/etc/zhangsan", "a file": "file:///etc/zhangsan",
				"a local file": "@/etc/zhangsan", "no host": "https://", "a line feed": "https://media.example/x\r\nHost: zhangsan",
				"no scheme": "media.example/zhangsan", "a port only": "https://:443/zhangsan", "a path only": "https:///zhangsan",
				"a space": "https://media.example/zhang san", "a space before": " https://media.example/zhangsan", "a line feed behind": "https://media.example/zhangsan\n",
				"not UTF-8": "https://media.example/\xff", "very long": "https://media.example/" + strings.Repeat("a", 5000),
			} {
				add(what, f.URL(url), idverify.CodeInvalidRequest)
			}
		default:
			texts := map[string]string{
				"no text": "", "blank": " \n", "not UTF-8": "\xff\xd8", "a line feed": "a\r\n--x", "a line feed at the end": "EXAMPLE\n",
				"a mark": "\ufeffEXAMPLE", "a filler": "EXAMPLE\u3164",
			}
			for what, text := range texts {
				add(what, f.Texts(text), idverify.CodeInvalidRequest)
			}
		}
	}
	return all
}

// noEvidence is data that programs send by mistake instead of a picture or capture.
func noEvidence(captured bool) map[string][]byte {
	text := base64.StdEncoding.EncodeToString(idverifytest.Photo())
	all := map[string][]byte{
		"a data: URL": []byte("data:image/jpeg;base64," + text), "HTML": []byte("<!DOCTYPE html><title>zhangsan</title>"),
		"JSON": []byte(`{"url":"https://media.example/zhangsan"}`), "XML": []byte("<?xml version=\"1.0\"?><Error>zhangsan</Error>"),
		"HEIC": []byte("\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00mif1heic"), "GIF": []byte("GIF89a zhangsan"),
	}
	if captured {
		all["a photo"] = idverifytest.Photo()
		return all
	}
	all["base64"], all["zip"], all["PDF"] = []byte(text), []byte("PK\x03\x04zhangsan"), []byte("%PDF-1.7 zhangsan")
	all["zeros"], all["a film"] = make([]byte, 4096), []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isom")
	return all
}

// Evidence that cannot be read, or that no vendor accepts, costs nothing: it is
// refused here, with its field, and nothing of its content appears in the error.
// Holds P-PAY-20.
func TestEvidence_UnfitIsNotSent(t *testing.T) {
	for _, v := range vendors.All() {
		var s script
		p := s.provider(t, v, vendors.Answer{Body: v.Scored(nil)})
		for what, u := range unfitFor(t, v) {
			req := v.Match()
			req.Evidence = []idverify.Evidence{u.evidence}
			res, err := p.Verify(t.Context(), req)
			require.Nil(t, res, "%s: %s", v.Name, what)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			if strings.HasSuffix(what, "no media") && e.Code == idverify.CodeInvalidRequest {
				u.code = e.Code // a field of the evidence is missing
			}
			assert.Equal(t, u.code, e.Code, "%s: %s: %v", v.Name, what, err)
			assert.NotEmpty(t, e.Field, "%s: %s", v.Name, what)
			assert.NotEmpty(t, e.Detail)
			assert.Empty(t, e.RequestID, "the vendor knows of no request")
			assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, "%s: %s", v.Name, what)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.False(t, e.Repeatable())
			for _, word := range []string{"zhangsan", "media.example"} {
				assert.NotContains(t, strings.ToLower(err.Error()), word)
			}
		}
		assert.Zero(t, s.verifications+s.tokens, v.Name)
	}
}

// Every form of the vendor's own is accepted, and no foreign evidence.
func TestEvidence_AcceptsEveryForm(t *testing.T) {
	for _, v := range vendors.All() {
		p, err := v.New(vendors.Account{})
		require.NoError(t, err)
		assert.Equal(t, v.Name, p.Name())
		for _, ev := range v.Accepted() {
			assert.True(t, p.Accepts(ev), "%s: %s", v.Name, ev.EvidenceKind())
		}
		assert.False(t, p.Accepts(foreign{}))
		assert.False(t, p.Accepts(nil))
	}
}

// contentOf is what an idempotency key is bound to.
func contentOf(t *testing.T, ev idverify.Evidence) string {
	t.Helper()
	parts := []string{ev.EvidenceKind()}
	ev.(idverify.ContentEvidence).EvidenceContent(
		func(text string) { parts = append(parts, "text", text) },
		func(m idverify.Media) idverify.Media {
			content, _, err := m.Open()
			require.NoError(t, err)
			defer content.Close()
			all, err := io.ReadAll(content)
			require.NoError(t, err)
			parts = append(parts, "media", string(all))
			return m
		})
	return strings.Join(parts, "\x00")
}

// varied is every form of a vendor's evidence, each once more for every part in which
// it can differ.
func varied(v vendors.Vendor) []idverify.Evidence {
	all := v.OfMedia(idverify.Bytes([]byte("one")))
	all = append(all, v.OfMedia(idverify.Bytes([]byte("other")))...)
	for _, f := range v.Forms {
		switch {
		case f.URL != nil:
			all = append(all, f.URL("one"), f.URL("other"))
		case f.Texts != nil:
			texts := slices.Repeat([]string{"one"}, max(1, len(f.Known)))
			all = append(all, f.Texts(texts...))
			for i := range texts {
				changed := slices.Clone(texts)
				changed[i] = "other"
				all = append(all, f.Texts(changed...))
			}
		}
	}
	return all
}

// Where one part of the evidence differs, the answer kept for an idempotency key is
// about another question.
func TestEvidence_EveryPartIsContent(t *testing.T) {
	for _, v := range vendors.All() {
		seen := map[string]bool{}
		for i, ev := range varied(v) {
			content := contentOf(t, ev)
			assert.False(t, seen[content], "%s: %s %d is like one before", v.Name, ev.EvidenceKind(), i)
			seen[content] = true
		}
	}
}
