package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// readsPhotos is the client of a vendor that reads photos.
type readsPhotos interface {
	PhotoLimits() idverify.PhotoLimits
	WidestPhotoLimits() idverify.PhotoLimits
}

func writePhotos(out io.Writer, w words, all []vendor) {
	header(out, w.photoHeader...)
	for _, v := range all {
		p, err := v.New(vendors.Account{})
		if err != nil {
			panic(err) // the account is the stand-in's
		}
		reads, ok := p.(readsPhotos)
		if !ok {
			continue
		}
		safe, widest := reads.PhotoLimits(), reads.WidestPhotoLimits()
		var formats []string
		for _, f := range safe.Formats {
			formats = append(formats, string(f))
		}
		row(out, "`"+v.Name+"`", strings.Join(formats, " "), bytesOf(safe.MaxBytes, safe.MaxBase64), sides(safe.LongSide, safe.ShortSide),
			bytesOf(widest.MaxBytes, widest.MaxBase64), sides(widest.LongSide, widest.ShortSide),
			bytesOf(widest.MinBytes, widest.MinBase64), sides(widest.MinLongSide, widest.MinShortSide))
	}
}

// bytesOf is the size limit of a file and of its base64.
func bytesOf(file, base64 int64) string {
	var bounds []string
	if file > 0 {
		bounds = append(bounds, fmt.Sprint(file))
	}
	if base64 > 0 {
		bounds = append(bounds, fmt.Sprintf("base64 %d", base64))
	}
	if bounds == nil {
		return "–"
	}
	return strings.Join(bounds, ", ")
}

func sides(long, short int) string {
	if long == 0 && short == 0 {
		return "–"
	}
	return fmt.Sprintf("%d×%d", long, short)
}
