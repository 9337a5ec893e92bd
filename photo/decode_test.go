package photo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/photo"
)

// A picture is a stranger's, and a decoder may not be up to it.
func TestDecode_PanicMeansDamagedPicture(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, gif.Encode(&file, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.White}), nil))
	photo.ReplaceGIF(t, func(io.Reader) (image.Image, error) { panic("out of range") })
	e := refused(t, file.Bytes(), idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
	photo.ReplaceGIF(t, func(io.Reader) (image.Image, error) { return image.NewGray(image.Rectangle{}), nil })
	e = refused(t, file.Bytes(), idverify.PhotoLimits{})
	assert.Equal(t, "the GIF has no pixels", e.Detail)
}
