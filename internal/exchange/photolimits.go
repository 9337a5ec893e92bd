package exchange

import "github.com/idverify/idverify"

// Photo is the limits as the vendor's package exports them.
func (l Limits) Photo() idverify.PhotoLimits {
	all := idverify.PhotoLimits{MaxBytes: l.MaxBytes, LongSide: l.LongSide, ShortSide: l.ShortSide,
		MinLongSide: l.MinLongSide, MinShortSide: l.MinShortSide}
	for _, format := range l.Formats {
		all.Formats = append(all.Formats, idverify.PhotoFormat(format))
	}
	return all
}
