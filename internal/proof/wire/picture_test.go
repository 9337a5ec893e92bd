package wire_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// truncated are pictures without an end, the largest of this size.
func truncated(t *testing.T, size int) map[string][]byte {
	t.Helper()
	var drawing bytes.Buffer
	require.NoError(t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 480, 640))))
	photo, large := idverifytest.Photo(), pictureOf(t, size)
	// A thumbnail has its own end.
	thumbnail := append([]byte("\xff\xd8\xff\xe1\xea\x62Exif\x00\x00"), pictureOf(t, 60_000-8)...)
	thumbnail = append(thumbnail, make([]byte, 8)...)
	return map[string][]byte{
		"half a JPEG": photo[:len(photo)/2], "a JPEG without its last byte": photo[:len(photo)-1], "a large JPEG": large[:len(large)-2],
		"the beginning of a JPEG": photo[:3], "a JPEG's thumbnail": append(thumbnail, photo[2:len(photo)/2]...),
		"half a PNG": drawing.Bytes()[:drawing.Len()/2], "a PNG without its last byte": drawing.Bytes()[:drawing.Len()-1],
	}
}

// A picture without its end is detected while it is sent, and the request is not
// completed.
func TestPicture_TruncatedIsNeverSentWhole(t *testing.T) {
	for n, v := range few() {
		if v.Captures() {
			continue
		}
		protocols := []string{"HTTP/1.1", "HTTP/1.1 over TLS", "HTTP/2"}
		for _, protocol := range long.Or(protocols, protocols[n%3:][:1]) {
			t.Run(v.Name+"/"+protocol, func(t *testing.T) {
				var whole atomic.Int32
				server := changeServer(t, v, protocol, &whole)
				client := server.Client()
				if protocol == "HTTP/1.1" {
					client = nil // nil means our own transport
				}
				p := provider(t, v, account{base: server.URL, client: client})
				for i := range v.OfMedia(idverify.Media{}) {
					for name, content := range truncated(t, min(2<<20, v.Largest)) {
						if len(content) < v.Smallest || v.Forms[i].JPEGOnly && strings.Contains(name, "PNG") {
							continue // refused for its size
						}
						path := filepath.Join(t.TempDir(), "face")
						require.NoError(t, os.WriteFile(path, content, 0o600))
						for _, media := range []idverify.Media{idverify.Bytes(content), idverify.File(path)} {
							req := v.Match()
							req.Evidence = v.OfMedia(media)[i : i+1]
							res, err := p.Verify(t.Context(), req)
							require.Nil(t, res, name)
							var e *idverify.Error
							require.ErrorAs(t, err, &e, name)
							assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, "%s: %v", name, err)
							assert.Equal(t, "the picture stops before its end", e.Detail, name)
							assert.Equal(t, "Evidence", e.Field, name)
							assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, name)
							assert.Equal(t, idverify.BilledNo, e.Billed, name)
						}
					}
				}
				server.Close()
				assert.Zero(t, whole.Load())
			})
		}
	}
}

// turned is the photo with an EXIF orientation.
func turned(photo []byte, orientation byte) []byte {
	exif := append([]byte("\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	return bytes.Join([][]byte{photo[:2], exif, photo[2:]}, nil)
}

// A vendor may ignore EXIF, so the result has a warning.
func TestPicture_EXIFRotationGivesWarning(t *testing.T) {
	for _, v := range vendors.All() {
		if v.Captures() {
			continue
		}
		ask := func(answer vendors.Answer, orientation byte) (*idverify.Result, error) {
			var s script
			req := v.Match()
			req.Evidence = v.OfMedia(idverify.Bytes(turned(idverifytest.Photo(), orientation)))[:1]
			return s.provider(t, v, answer).Verify(t.Context(), req)
		}
		for orientation := range byte(10) {
			warned := 2 <= orientation && orientation <= 8
			res, err := ask(vendors.Answer{Body: v.Scored(nil)}, orientation)
			require.NoError(t, err)
			assert.True(t, res.Passed(), "it changes no decision")
			assert.Equal(t, warned, len(res.Warnings) > 0, "%s: %d", v.Name, orientation)
			if warned {
				assert.Equal(t, []idverify.Warning{idverify.WarnPhotoRotatedByEXIF}, res.Warnings)
			}
		}
		for _, row := range v.Codes() {
			said := v.Says(row)
			if said.OfTokens || said.Evidence != nil {
				continue
			}
			_, err := ask(said, 6)
			isExplained := row.Code == idverify.CodeNoFace || row.Code == idverify.CodePoorPhoto
			if isExplained {
				assert.ErrorContains(t, err, "photo_rotated_by_exif", "%s: %s", v.Name, row.VendorCode)
				assert.ErrorContains(t, err, "orientation 6")
				_, err = ask(said, 1)
			}
			if err != nil {
				assert.NotContains(t, err.Error(), "exif", "%s: %s", v.Name, row.VendorCode)
			}
		}
	}
}
