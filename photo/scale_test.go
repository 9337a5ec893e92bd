package photo_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/photo"
)

func TestWeights(t *testing.T) {
	for _, c := range []struct{ from, to int }{{1, 1}, {2, 1}, {9, 9}, {100, 7}, {4032, 1440}, {65535, 1}, {3, 2}, {1919, 1918}} {
		for _, flip := range []bool{false, true} {
			firsts, weights := photo.Taps(c.from, c.to, flip)
			assert.Len(t, firsts, c.to)
			for i, w := range weights {
				sum := int32(0)
				for _, v := range w {
					sum += v
				}
				assert.Equal(t, int32(photo.OneWeight), sum, "%v", c)
				assert.True(t, firsts[i] >= 0 && firsts[i]+len(w) <= c.from, "%v", c)
				if c.from == c.to {
					assert.Len(t, w, 1, "without scaling the picture is unchanged")
				}
			}
			if flip {
				slices.Reverse(firsts)
			}
			assert.True(t, slices.IsSorted(firsts), "%v", c)
		}
	}
}

// The sum by the definition, in floating point and without any cleverness.
func byDefinition(row func(int) float64, from, to, at int) float64 {
	scale := float64(from) / float64(to)
	center := (float64(at)+0.5)*scale - 0.5
	sum, all := 0.0, 0.0
	for i := range from {
		x := math.Abs(float64(i)-center) / scale
		w := 0.0
		switch {
		case x < 1:
			w = 1.5*x*x*x - 2.5*x*x + 1
		case x < 2:
			w = -0.5*x*x*x + 2.5*x*x - 4*x + 2
		}
		sum, all = sum+w*row(i), all+w
	}
	return sum / all
}

func TestScale_MatchesTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ from, to image.Point }{
		{image.Pt(61, 40), image.Pt(20, 13)}, {image.Pt(60, 41), image.Pt(59, 1)}, {image.Pt(7, 90), image.Pt(7, 31)}, {image.Pt(1, 1), image.Pt(1, 1)},
	} {
		source := image.NewGray(image.Rectangle{Max: c.from})
		for i := range source.Pix {
			source.Pix[i] = uint8(255 * rng.IntN(2)) // edges as hard as can be
		}
		got := photo.Render(source, 1, c.to.X, c.to.Y).(*image.Gray)
		for y := range c.to.Y {
			for x := range c.to.X {
				want := byDefinition(func(j int) float64 {
					return byDefinition(func(i int) float64 { return float64(source.GrayAt(i, j).Y) }, c.from.X, c.to.X, x)
				}, c.from.Y, c.to.Y, y)
				assert.InDelta(t, min(max(want, 0), 255), got.GrayAt(x, y).Y, 1.01, "%v at %d %d", c, x, y)
			}
		}
	}
}

// One tone stays that tone, to the edges, however it is turned and scaled.
func TestScale_UniformPictureIsUnchanged(t *testing.T) {
	for _, tone := range []color.YCbCr{{0, 128, 128}, {255, 128, 128}, {77, 3, 251}} {
		for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio410} {
			source := image.NewYCbCr(image.Rect(0, 0, 333, 77), ratio)
			for i := range source.Y {
				source.Y[i] = tone.Y
			}
			for i := range source.Cb {
				source.Cb[i], source.Cr[i] = tone.Cb, tone.Cr
			}
			for turn := range 9 {
				got := photo.Render(source, turn, 50, 31).(*image.YCbCr)
				for _, p := range []struct {
					plane []byte
					tone  uint8
				}{{got.Y, tone.Y}, {got.Cb, tone.Cb}, {got.Cr, tone.Cr}} {
					assert.Equal(t, slices.Repeat([]byte{p.tone}, len(p.plane)), p.plane, "%v %v %d", tone, ratio, turn)
				}
			}
		}
	}
}
