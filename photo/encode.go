package photo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"

	"github.com/idverify/idverify"
)

// JPEG qualities: the best is visually lossless, and below the worst a smaller
// picture is better.
const (
	bestQuality  = 95
	worstQuality = 70
	floorQuality = 100 // for a file that is below a floor of bytes
	maxShrinks   = 8
)

// encode makes the file, with at most width times height pixels.
func (b bounds) encode(ctx context.Context, r *raster, turn orientation, width, height int) ([]byte, *idverify.Error) {
	for range maxShrinks {
		m, e := r.render(ctx, turn, width, height)
		if e != nil {
			return nil, e
		}
		file, smallest, e := b.search(ctx, m)
		if e != nil || file != nil {
			return file, e
		}
		scale := min(math.Sqrt(float64(b.most)/float64(smallest))*0.97, 0.95)
		if max(width, height) == 1 {
			break
		}
		if width, height, e = b.scaled(width, height, scale); e != nil {
			return nil, e
		}
	}
	return nil, refuse(idverify.CodeTooLarge, fmt.Sprintf("the picture cannot be made to fit into %d bytes", b.most))
}

// search finds the highest quality that fits. If none does, it returns the size of
// the worst.
func (b bounds) search(ctx context.Context, m image.Image) (file []byte, smallest int, e *idverify.Error) {
	made := func(quality int) []byte {
		var into bytes.Buffer
		_ = jpeg.Encode(&into, m, &jpeg.Options{Quality: quality}) // a buffer fails at nothing
		return into.Bytes()
	}
	best := made(bestQuality)
	if int64(len(best)) <= b.most {
		return b.above(best, made)
	}
	if file = made(worstQuality); int64(len(file)) > b.most {
		return nil, len(file), nil
	}
	for low, high := worstQuality, bestQuality; low+1 < high; { // low fits, and high does not
		if ctx.Err() != nil {
			return nil, 0, ended(ctx, working)
		}
		quality := (low + high) / 2
		if try := made(quality); int64(len(try)) <= b.most {
			low, file = quality, try
		} else {
			high = quality
		}
	}
	return file, 0, nil
}

// above checks the file against the minimum number of bytes.
func (b bounds) above(best []byte, made func(int) []byte) ([]byte, int, *idverify.Error) {
	if int64(len(best)) < b.least {
		if best = made(floorQuality); int64(len(best)) < b.least || int64(len(best)) > b.most {
			return nil, 0, refuse(idverify.CodePoorPhoto, fmt.Sprintf("the picture has too little content: %d bytes, and the minimum is %d", len(best), b.least))
		}
	}
	return best, 0, nil
}
