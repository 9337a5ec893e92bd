package photo

import (
	"context"
	"image"
	"image/color"

	"github.com/idverify/idverify"
)

// raster is a decoded picture, as rows of planes: luma only, or luma and two chroma
// planes.
type raster struct {
	width, height int
	gray          bool
	subX, subY    int // pixels for each sample of colour
	// row gives row y of the planes, until the next call. Of colour there is one for
	// each subY rows, and nil in between.
	row func(y int) (light, blue, red []byte)
}

// rasterOf is nil for a picture of no pixels.
func rasterOf(m image.Image, video bool) *raster {
	b := m.Bounds()
	if b.Empty() {
		return nil
	}
	r := &raster{width: b.Dx(), height: b.Dy(), subX: 1, subY: 1}
	switch m := m.(type) {
	case *image.Gray:
		r.gray = true
		r.row = func(y int) (light, blue, red []byte) { return m.Pix[y*m.Stride:][:r.width], nil, nil }
	case *image.YCbCr:
		r.takePlanes(m, video)
	default:
		r.convert(m, video)
	}
	return r
}

// takePlanes passes the planes on unchanged.
func (r *raster) takePlanes(m *image.YCbCr, video bool) {
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		r.subX = 2
	case image.YCbCrSubsampleRatio420:
		r.subX, r.subY = 2, 2
	case image.YCbCrSubsampleRatio440:
		r.subY = 2
	case image.YCbCrSubsampleRatio411:
		r.subX = 4
	case image.YCbCrSubsampleRatio410:
		r.subX, r.subY = 4, 2
	}
	colours := (r.width + r.subX - 1) / r.subX
	r.row = func(y int) (light, blue, red []byte) {
		light = m.Y[y*m.YStride:][:r.width]
		if y%r.subY == 0 {
			at := y / r.subY * m.CStride
			blue, red = m.Cb[at:][:colours], m.Cr[at:][:colours]
		}
		return light, blue, red
	}
	if video {
		r.stretch()
	}
}

// stretch expands WebP's limited range to the full range: luma from 16 to 235, and
// chroma from 16 to 240 (ITU-R BT.601).
func (r *raster) stretch() {
	var lights, colours [256]byte
	for i := range 256 {
		lights[i] = clamp((float64(i)-16)*255/219 + 0.5)
		colours[i] = clamp((float64(i)-128)*255/224 + 128.5)
	}
	narrow := r.row
	room := make([]byte, 3*r.width)
	through := func(table *[256]byte, into, row []byte) []byte {
		into = into[:len(row)]
		for i, v := range row {
			into[i] = table[v]
		}
		return into
	}
	r.row = func(y int) (light, blue, red []byte) {
		light, blue, red = narrow(y)
		light = through(&lights, room[:r.width], light)
		if blue != nil {
			blue, red = through(&colours, room[r.width:2*r.width], blue), through(&colours, room[2*r.width:], red)
		}
		return light, blue, red
	}
}

func clamp(v float64) byte { return byte(min(max(v, 0), 255)) }

// convert makes planes of pixels.
func (r *raster) convert(m image.Image, video bool) {
	room := make([]byte, 3*r.width)
	light, blue, red := room[:r.width], room[r.width:2*r.width], room[2*r.width:]
	pixel := pixelsOf(m, video)
	if m, ok := m.(*image.Gray16); ok {
		r.gray = true
		r.row = func(y int) (_, _, _ []byte) {
			for x := range light {
				light[x] = m.Pix[y*m.Stride+2*x]
			}
			return light, nil, nil
		}
		return
	}
	r.row = func(y int) (_, _, _ []byte) {
		for x := range light {
			light[x], blue[x], red[x] = pixel(x, y)
		}
		return light, blue, red
	}
}

// pixelsOf reads the pixels of a picture, x and y counted from its corner.
func pixelsOf(m image.Image, video bool) func(x, y int) (light, blue, red byte) {
	switch m := m.(type) {
	case *image.RGBA:
		return func(x, y int) (_, _, _ byte) {
			p := m.Pix[y*m.Stride+4*x:][:3] // decoders give it for what is opaque
			return color.RGBToYCbCr(p[0], p[1], p[2])
		}
	case *image.NRGBA:
		return func(x, y int) (_, _, _ byte) {
			p := m.Pix[y*m.Stride+4*x:][:4]
			return color.RGBToYCbCr(overWhite(p[0], p[3]), overWhite(p[1], p[3]), overWhite(p[2], p[3]))
		}
	case *image.CMYK:
		return func(x, y int) (_, _, _ byte) {
			p := m.Pix[y*m.Stride+4*x:][:4]
			return color.RGBToYCbCr(color.CMYKToRGB(p[0], p[1], p[2], p[3]))
		}
	case *image.NYCbCrA:
		whole := rasterOf(&m.YCbCr, video)
		return blended(m, whole)
	case *image.Paletted:
		var known [256][3]byte
		for i, c := range m.Palette[:min(len(m.Palette), 256)] {
			known[i][0], known[i][1], known[i][2] = planesOf(c)
		}
		return func(x, y int) (_, _, _ byte) {
			p := known[m.Pix[y*m.Stride+x]]
			return p[0], p[1], p[2]
		}
	}
	corner := m.Bounds().Min
	return func(x, y int) (_, _, _ byte) { return planesOf(m.At(corner.X+x, corner.Y+y)) }
}

func planesOf(c color.Color) (light, blue, red byte) {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return color.RGBToYCbCr(overWhite(n.R, n.A), overWhite(n.G, n.A), overWhite(n.B, n.A))
}

// overWhite blends a value with white.
func overWhite(v, alpha byte) byte {
	return byte((uint32(v)*uint32(alpha) + 255*uint32(255-alpha) + 127) / 255)
}

// blended lays planes on white, which is light without colour.
func blended(m *image.NYCbCrA, whole *raster) func(x, y int) (light, blue, red byte) {
	at := -1
	var light, blue, red []byte
	return func(x, y int) (_, _, _ byte) {
		if y != at {
			at = y
			l, b, r := whole.row(y)
			light = l
			if b != nil {
				blue, red = b, r
			}
		}
		alpha := m.A[y*m.AStride+x]
		toGray := func(c byte) byte { return byte((uint32(c)*uint32(alpha) + 128*uint32(255-alpha) + 127) / 255) }
		return overWhite(light[x], alpha), toGray(blue[x/whole.subX]), toGray(red[x/whole.subX])
	}
}

// render makes an upright picture of width times height: turned by the orientation,
// and scaled.
func (r *raster) render(ctx context.Context, turn orientation, width, height int) (image.Image, *idverify.Error) {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	across, down := width, height
	if turn.transposed() {
		across, down = height, width
	}
	plane := func(target []byte, stride, toSub, subX, subY int) *scaler {
		stepDown, stepOver := stride, 1
		if turn.transposed() {
			stepDown, stepOver = 1, stride
		}
		return newScaler(
			axis{full: r.width, samples: (r.width + subX - 1) / subX, sub: subX, to: across, toSub: toSub, flip: turn.flipsX()},
			axis{full: r.height, samples: (r.height + subY - 1) / subY, sub: subY, to: down, toSub: toSub, flip: turn.flipsY()},
			target, stepDown, stepOver)
	}
	light := plane(m.Y, m.YStride, 1, 1, 1)
	var blue, red *scaler
	if !r.gray {
		blue, red = plane(m.Cb, m.CStride, 2, r.subX, r.subY), plane(m.Cr, m.CStride, 2, r.subX, r.subY)
	}
	for y := range r.height {
		if y%64 == 0 && ctx.Err() != nil {
			return nil, ended(ctx, working)
		}
		l, b, c := r.row(y)
		light.push(l)
		if b != nil {
			blue.push(b)
			red.push(c)
		}
	}
	if r.gray {
		return &image.Gray{Pix: m.Y, Stride: m.YStride, Rect: m.Rect}, nil
	}
	return m, nil
}
