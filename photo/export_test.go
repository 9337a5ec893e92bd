package photo

import (
	"context"
	"image"
	"io"

	"github.com/idverify/idverify/internal/picture"
)

// ReplaceGIF puts a decoder instead of image/gif's, until the test is over.
func ReplaceGIF(tb interface{ Cleanup(func()) }, by func(io.Reader) (image.Image, error)) {
	own := decoders[picture.GIF]
	tb.Cleanup(func() { decoders[picture.GIF] = own })
	decoders[picture.GIF] = by
}

// Render scales and turns a picture without writing a file of it.
func Render(m image.Image, turn, width, height int) image.Image {
	made, e := rasterOf(m, false).render(context.Background(), orientation(turn), width, height)
	if e != nil {
		panic(e)
	}
	return made
}

// Taps are the weights of one direction: for each sample of the target the first of
// the source, and the weights of it and those behind it.
func Taps(from, to int, flip bool) (firsts []int, weights [][]int32) {
	for _, t := range (axis{full: from, samples: from, sub: 1, to: to, toSub: 1, flip: flip}).taps() {
		firsts, weights = append(firsts, t.first), append(weights, t.weights)
	}
	return firsts, weights
}

// OneWeight is what the weights of a sample add up to.
const OneWeight = oneWeight
