package photo_test

import (
	"encoding/binary"
	"encoding/json"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/photo"
)

func codeOf(e *idverify.Error) idverify.Code {
	if e == nil {
		return ""
	}
	return e.Code
}

func TestCheck_SaysWhichSideIsTooLong(t *testing.T) {
	for want, limits := range map[string]idverify.PhotoLimits{
		"the longer side of the picture has 640 pixels, the vendor takes 639":  {LongSide: 639},
		"the shorter side of the picture has 480 pixels, the vendor takes 479": {LongSide: 640, ShortSide: 479},
	} {
		report, err := photo.Check(t.Context(), idverify.Bytes(blank(0xc0, 480, 640, 3)), &watching{limits: limits})
		require.NoError(t, err)
		require.NotNil(t, report.Vendors[0].AsItIs, want)
		assert.Equal(t, want, report.Vendors[0].AsItIs.Detail)
	}
}

func TestCheck_EveryVendorsVerdict(t *testing.T) {
	strict := &watching{limits: idverify.PhotoLimits{
		Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}, MaxBytes: 100_000, MinBytes: 1900, LongSide: 1920, ShortSide: 1080, MinLongSide: 640, MinShortSide: 480,
	}}
	noJPEG := &watching{limits: idverify.PhotoLimits{Formats: []idverify.PhotoFormat{idverify.PhotoPNG}}}
	heic := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	for name, c := range map[string]struct {
		file           []byte
		report         photo.Report
		asItIs, fitted idverify.Code
	}{
		"correct":        {blank(0xc0, 480, 640, 3), photo.Report{Format: "JPEG", Width: 480, Height: 640}, "", ""},
		"a phone's":      {phonePhoto(), photo.Report{Format: "JPEG", Width: 3024, Height: 4032, Rotated: true}, idverify.CodeTooLarge, ""},
		"a PNG":          {asPNG(t, pattern(640, 480)), photo.Report{Format: "PNG", Width: 640, Height: 480}, idverify.CodeUnsupportedFormat, ""},
		"too many bytes": {asJPEG(t, noisy(900, 800)), photo.Report{Format: "JPEG", Width: 900, Height: 800}, idverify.CodeTooLarge, ""},
		"too few bytes":  {blank(0xc0, 640, 480, 1), photo.Report{Format: "JPEG", Width: 640, Height: 480}, idverify.CodePoorPhoto, ""},
		"too small":      {asJPEG(t, pattern(200, 100)), photo.Report{Format: "JPEG", Width: 200, Height: 100}, idverify.CodePoorPhoto, idverify.CodePoorPhoto},
		"HEIC":           {heic, photo.Report{}, idverify.CodeUnsupportedFormat, idverify.CodeUnsupportedFormat},
	} {
		report, err := photo.Check(t.Context(), idverify.Bytes(c.file), strict, noPhotos(t), photo.Fitted(strict)[0])
		require.NoError(t, err)
		require.Len(t, report.Vendors, 2, "providers that read no photos are omitted")
		for _, v := range report.Vendors { // fitted or not, the verdicts are the vendor's
			assert.Equal(t, "watching", v.Vendor)
			assert.Equal(t, c.asItIs, codeOf(v.AsItIs), "%s: %v", name, v.AsItIs)
			assert.Equal(t, c.fitted, codeOf(v.Fitted), "%s: %v", name, v.Fitted)
			if v.AsItIs != nil {
				assert.Equal(t, "watching", v.AsItIs.Vendor)
			}
		}
		c.report.Bytes = int64(len(c.file))
		report.Vendors = nil
		assert.Equal(t, &c.report, report, name)
	}
	report, err := photo.Check(t.Context(), idverify.Bytes(phonePhoto()), noJPEG)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeUnsupportedFormat, codeOf(report.Vendors[0].Fitted), "a picture that does not fit becomes a JPEG")
	few := &watching{limits: idverify.PhotoLimits{MinBytes: 1 << 20}}
	report, err = photo.Check(t.Context(), idverify.Bytes(blank(0xc0, 480, 640, 3)), few)
	require.NoError(t, err)
	assert.Equal(t, idverify.CodePoorPhoto, codeOf(report.Vendors[0].AsItIs))

	_, err = photo.Check(t.Context(), idverify.Media{}, strict)
	assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	text, err := json.Marshal(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `{"format":"JPEG","width":480,"height":640,"bytes":`)
	assert.Contains(t, string(text), `"vendors":[{"vendor":"watching","as_it_is":{"code":"poor_photo"`)
}

func noPhotos(t *testing.T) idverify.Provider {
	for _, v := range vendors.All() {
		p, err := v.New(vendors.Account{})
		require.NoError(t, err)
		if !p.Accepts(idverify.Photo(idverify.Media{})) {
			return p
		}
	}
	t.Fatal("all read photos")
	return nil
}

// A verdict is what the vendor's client says before it sends.
func TestCheck_VerdictsMatchTheClients(t *testing.T) {
	files := map[string][]byte{
		"fits": asJPEG(t, pattern(480, 640)), "a phone's": phonePhoto(), "PNG": asPNG(t, pattern(640, 480)), "GIF": []byte("GIF89a\x80\x02\xe0\x01\x00\x00\x00;"),
		"the longest": blank(0xc0, 1920, 1080, 3), "a pixel more": blank(0xc0, 1921, 1080, 3), "a pixel more across": blank(0xc0, 1081, 1920, 3),
	}
	for _, size := range long.Some(2, []int{5 << 20, 6<<20 - 1000, 6<<20 + 1, 10<<20 - 1, 10 << 20}) {
		files[string(rune('A'+len(files)))] = append(blank(0xc0, 640, 480, 3), make([]byte, size-len(blank(0xc0, 640, 480, 3)))...)
	}
	readsPhotos(t, func(t *testing.T, srv *idverifytest.Server, p idverify.Provider) {
		for name, file := range files {
			report, err := photo.Check(t.Context(), idverify.Bytes(file), p)
			require.NoError(t, err)
			before := len(srv.Exchanges())
			_, err = verify(t, p, asked(file))
			if refusal := report.Vendors[0].AsItIs; refusal != nil && name != "GIF" {
				assert.Equal(t, refusal.Code, idverify.CodeOf(err), name)
				assert.Len(t, srv.Exchanges(), before, name)
			} else if refusal == nil {
				assert.NoError(t, err, name)
			}
		}
	})
}

// What is safe is never more than what is refused beyond.
func TestSafeLimits_AreWithinTheWidest(t *testing.T) {
	tried := 0
	readsPhotos(t, func(t *testing.T, _ *idverifytest.Server, p idverify.Provider) {
		both := p.(interface {
			PhotoLimits() idverify.PhotoLimits
			WidestPhotoLimits() idverify.PhotoLimits
		})
		safe, widest := both.PhotoLimits(), both.WidestPhotoLimits()
		if tried++; tried > 2 && !long.Asked() {
			return
		}
		assert.Equal(t, safe.Formats, widest.Formats)
		assert.NotEmpty(t, safe.Formats)
		fitted, got := fit(t, withSegments(blank(0xc0, 2500, 2000, 1), exifSegment(binary.LittleEndian, 5)), safe)
		most := widest.MaxBytes
		if widest.MaxBase64 > 0 {
			most = widest.MaxBase64 / 4 * 3
		}
		assert.LessOrEqual(t, int64(len(fitted)), most)
		if widest.LongSide > 0 {
			assert.Less(t, got.Bounds().Dy(), widest.LongSide+1)
			assert.Less(t, got.Bounds().Dx(), widest.ShortSide+1)
		} else {
			assert.Equal(t, image.Pt(2000, 2500), got.Bounds().Size())
		}
	})
}
