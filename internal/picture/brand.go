package picture

import (
	"encoding/binary"
	"strings"
)

// Brands of ISO base media files (ISO/IEC 14496-12) that hold pictures: those of
// HEIF (ISO/IEC 23008-12, with its profiles) and of AVIF.
const (
	heicBrands = "heic heix heim heis hevc hevx hevm hevs MiHE MiHB MiHA"
	avifBrands = "avif avis avio MA1A MA1B"
	heifBrands = "mif1 mif2 mif3 msf1 msf2 miaf miac pred 1pic tmap unif geo1 MiPr MiCm MiAn MiAC MiBu" +
		" avci avcs j2ki j2is jpeg jpgs jxsi jxss vvic vvis vvci evbi evbs evmi evms unci"
)

// brandOf is the format and the major brand of such a file: a picture, or otherwise a
// film.
func brandOf(start []byte) (info Info, ok bool) {
	const head, name = 16, 4 // length and type of the box; major brand; its version
	if len(start) < head-name || string(start[4:8]) != "ftyp" {
		return Info{}, false
	}
	size := int(min(binary.BigEndian.Uint32(start), uint32(len(start))))
	brand := printable(start[8:12])
	format := familyOf(string(brand[:]))
	for at := head; format.isVague() && at+name <= size; at += name {
		if also := familyOf(string(start[at : at+name])); also != Unknown && (also != HEIF || format == Unknown) {
			format = also
		}
	}
	if format == Unknown {
		return Info{Other: Film, Brand: brand}, true
	}
	return Info{Format: format, Brand: brand}, true
}

// isVague says that the compatible brands may say more.
func (f Format) isVague() bool { return f == Unknown || f == HEIF }

func familyOf(brand string) Format {
	for _, family := range [...]struct {
		format Format
		brands string
	}{{HEIC, heicBrands}, {AVIF, avifBrands}, {HEIF, heifBrands}} {
		if !strings.Contains(brand, " ") && strings.Contains(family.brands, brand) {
			return family.format
		}
	}
	return Unknown
}

// printable replaces unprintable bytes of a brand, which goes into a message.
func printable(brand []byte) (text [4]byte) {
	for i, c := range brand {
		if text[i] = c; c <= ' ' || c > '~' {
			text[i] = '_'
		}
	}
	return text
}
