package picture_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/picture"
)

// isobmff is the beginning of a file of these brands.
func isobmff(major string, compatible ...string) string {
	box := "ftyp" + major + "\x00\x00\x00\x00" + strings.Join(compatible, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(box)+4))) + box + "\x00\x00\x00\x08mdatavifheic"
}

func TestInspect_Brands(t *testing.T) {
	for format, brands := range map[picture.Format]string{
		picture.HEIC: "heic heix heim heis hevc hevx hevm hevs", picture.AVIF: "avif avis",
		picture.HEIF: "mif1 mif2 msf1 miaf avci avcs j2ki j2is jpeg jpgs vvic evbi",
	} {
		for brand := range strings.FieldsSeq(brands) {
			want := picture.Info{Format: format, Brand: [4]byte([]byte(brand))}
			assert.Equal(t, want, picture.Inspect(strings.NewReader(isobmff(brand))))
			assert.Equal(t, want, picture.Inspect(strings.NewReader(isobmff(brand)[:12])), "cut off after the brand")
		}
	}
	for _, test := range []struct {
		content, want string
		format        picture.Format
	}{
		{isobmff("mif1", "miaf", "heic"), "HEIC (brand mif1)", picture.HEIC},
		{isobmff("msf1", "avis"), "AVIF (brand msf1)", picture.AVIF},
		{isobmff("mif1", "MiHE", "avif"), "HEIC (brand mif1)", picture.HEIC},
		{isobmff("xxxx", "isom", "mif1", "heic"), "HEIC (brand xxxx)", picture.HEIC},
		{isobmff("xxxx", "isom", "mif1"), "HEIF (brand xxxx)", picture.HEIF},
		{isobmff("isom", "iso2", "avc1", "mp41"), "a film (brand isom)", picture.Unknown},
		{isobmff("qt  ", "qt  "), "a film (brand qt__)", picture.Unknown},
		{isobmff("\x00\n\xff\x7f"), "a film (brand ____)", picture.Unknown},
		{isobmff("mif1")[:14], "HEIF (brand mif1)", picture.HEIF},
		{isobmff("c1 m"), "a film (brand c1_m)", picture.Unknown},
	} {
		info := picture.Inspect(strings.NewReader(test.content))
		assert.Equal(t, test.format, info.Format)
		assert.Equal(t, test.format == picture.Unknown, info.Other == picture.Film)
		assert.Equal(t, test.want, info.Name())
	}
	assert.Equal(t, "PNG", picture.Info{Format: picture.PNG}.Name())
}
