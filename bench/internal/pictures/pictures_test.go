// Package pictures compares package photo with disintegration/imaging, which most Go
// programs use to scale pictures. A phone's picture of 12 megapixels, on its side, is
// turned upright, scaled to at most 1920×1080, and encoded as a JPEG again.
package pictures

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/disintegration/imaging"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/photo"
)

// phone is a picture of width times height with some detail, as a phone that was held
// upright stores it.
func phone(tb testing.TB, width, height int) []byte {
	tb.Helper()
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	rng := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			m.Y[y*m.YStride+x] = byte(128 + 60*((x/97+y/61)%2) + (x+y)%32 + rng.IntN(9))
		}
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = byte(110+i%30), byte(140+i%20)
	}
	var file bytes.Buffer
	require.NoError(tb, jpeg.Encode(&file, m, &jpeg.Options{Quality: 92}))
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(head, exif...), file.Bytes()[2:]...)
}

const long, short = 1920, 1080

func byPhoto(tb testing.TB, file []byte) []byte {
	m, err := photo.Fit(tb.Context(), idverify.Bytes(file), idverify.PhotoLimits{LongSide: long, ShortSide: short})
	require.NoError(tb, err)
	r, size, err := m.Open()
	require.NoError(tb, err)
	fitted := make([]byte, size)
	_, err = r.Read(fitted)
	require.NoError(tb, err)
	return fitted
}

func byImaging(tb testing.TB, file []byte) []byte {
	m, err := imaging.Decode(bytes.NewReader(file), imaging.AutoOrientation(true))
	require.NoError(tb, err)
	var out bytes.Buffer
	m = imaging.Fit(m, short, long, imaging.CatmullRom)
	require.NoError(tb, imaging.Encode(&out, m, imaging.JPEG, imaging.JPEGQuality(95)))
	return out.Bytes()
}

// Both make the same picture, so that their times can be compared.
func TestBoth_MakeTheSamePicture(t *testing.T) {
	file := phone(t, 1600, 1200)
	ours, err := jpeg.Decode(bytes.NewReader(byPhoto(t, file)))
	require.NoError(t, err)
	theirs, err := jpeg.Decode(bytes.NewReader(byImaging(t, file)))
	require.NoError(t, err)
	require.Equal(t, theirs.Bounds(), ours.Bounds())
	sum := 0
	for y := range ours.Bounds().Dy() {
		for x := range ours.Bounds().Dx() {
			a, b := color.GrayModel.Convert(ours.At(x, y)).(color.Gray).Y, color.GrayModel.Convert(theirs.At(x, y)).(color.Gray).Y
			sum += max(int(a)-int(b), int(b)-int(a))
		}
	}
	require.Less(t, float64(sum)/float64(ours.Bounds().Dx()*ours.Bounds().Dy()), 1.0, "levels apart, on average")
}

// BenchmarkFit alternates the two, on one core, and reports our time as a share of
// theirs:
//
//	GOMAXPROCS=1 go test -run=^$ -bench=Fit -benchtime=10x ./internal/pictures
func BenchmarkFit(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	file := phone(b, 4032, 3024)
	if given := os.Getenv("PICTURE"); given != "" {
		var err error
		file, err = os.ReadFile(given)
		require.NoError(b, err)
	}
	var ours, theirs time.Duration
	for b.Loop() {
		began := time.Now()
		byPhoto(b, file)
		middle := time.Now()
		byImaging(b, file)
		ours, theirs = ours+middle.Sub(began), theirs+time.Since(middle)
	}
	b.ReportMetric(ours.Seconds()*1e3/float64(b.N), "ours-ms")
	b.ReportMetric(theirs.Seconds()*1e3/float64(b.N), "imaging-ms")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}
