package photo

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/idverify/idverify"
)

// bounds are limits as they are worked with.
type bounds struct {
	idverify.PhotoLimits
	most, least int64 // bytes
}

func boundsOf(limits idverify.PhotoLimits) bounds {
	b := bounds{PhotoLimits: limits, most: math.MaxInt64, least: limits.MinBytes}
	if limits.MaxBytes > 0 {
		b.most = limits.MaxBytes
	}
	if limits.MaxBase64 > 0 {
		b.most = min(b.most, limits.MaxBase64/4*3)
	}
	if limits.MinBase64 > 0 {
		b.least = max(b.least, (limits.MinBase64+3)/4*3-2)
	}
	return b
}

// reads reports whether a format is one of the limits'.
func (b bounds) reads(format idverify.PhotoFormat) bool {
	return len(b.Formats) == 0 || slices.Contains(b.Formats, format)
}

// size is the largest that fits, of a picture of width times height.
func (b bounds) size(width, height int) (int, int, *idverify.Error) {
	long, short := max(width, height), min(width, height)
	if long < b.MinLongSide || short < b.MinShortSide {
		return 0, 0, b.tooSmall(width, height)
	}
	scale := 1.0
	if b.LongSide > 0 {
		scale = min(scale, float64(b.LongSide)/float64(long))
	}
	if b.ShortSide > 0 {
		scale = min(scale, float64(b.ShortSide)/float64(short))
	}
	return b.scaled(width, height, scale)
}

// scaled is a size times scale, above the floor.
func (b bounds) scaled(width, height int, scale float64) (int, int, *idverify.Error) {
	if scale >= 1 {
		return width, height, nil
	}
	times := func(side int) int { return max(int(float64(side)*scale+1e-9), 1) }
	w, h := times(width), times(height)
	if max(w, h) < b.MinLongSide || min(w, h) < b.MinShortSide {
		return 0, 0, b.tooSmall(w, h)
	}
	return w, h, nil
}

func (b bounds) tooSmall(width, height int) *idverify.Error {
	return refuse(idverify.CodePoorPhoto, fmt.Sprintf("the picture has %d×%d pixels once it fits, and the least is %d×%d",
		width, height, b.MinLongSide, b.MinShortSide))
}

// asItIs is the file without metadata where that fits already, and nil where not.
func (b bounds) asItIs(h head, width, height int) []byte {
	if !h.turn.isUpright() || width != h.width || height != h.height || h.bare == nil || !b.reads(idverify.PhotoFormat(h.format)) {
		return nil
	}
	bare := h.bare()
	if size := int64(len(bare)); size > b.most || size < b.least {
		return nil
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(bare)); err != nil || c.Width != width || c.Height != height {
		return nil // who decodes it will say what is wrong
	}
	return bare
}
