package photo

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/picture"
)

var decoders = map[picture.Format]func(io.Reader) (image.Image, error){
	picture.JPEG: jpeg.Decode,
	picture.PNG:  png.Decode,
	picture.GIF:  gif.Decode, // the first frame
	picture.WebP: webp.Decode,
	picture.BMP:  bmp.Decode,
}

// decode reads the pixels. A decoder's panic means a damaged picture.
func decode(ctx context.Context, file []byte, h head) (r *raster, e *idverify.Error) {
	defer func() {
		if recover() != nil {
			r, e = nil, unreadable("the "+string(h.format)+" is damaged", nil)
		}
	}()
	m, err := decoders[h.format](&untilDone{ctx, bytes.NewReader(file)})
	switch {
	case ctx.Err() != nil:
		return nil, ended(ctx, working)
	case err != nil:
		return nil, failed(string(h.format), err)
	}
	if r = rasterOf(m, h.format == picture.WebP); r == nil {
		return nil, unreadable("the "+string(h.format)+" has no pixels", nil)
	}
	return r, nil
}

// untilDone stops a decoder when its context has ended.
type untilDone struct {
	ctx  context.Context
	from io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(p[:min(len(p), 64<<10)])
}
