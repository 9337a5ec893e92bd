package body

import (
	"context"
	"net/url"
)

const formType = "application/x-www-form-urlencoded"

// Form is an application/x-www-form-urlencoded body.
func Form(values url.Values) *Body {
	return newBody(formType, segment{text: values.Encode()})
}

// MediaForm is an application/x-www-form-urlencoded body with media among the
// members, in order. The length of escaped base64 depends on the bytes, so the media
// are read once to find it; the same pass computes [Body.Digest]. MediaForm blocks as
// long as the media block.
func MediaForm(ctx context.Context, members []Member) (*Body, error) {
	b := &Body{contentType: formType}
	b.segments = b.room[:0]
	var room [256]byte // enough for most forms
	text := room[:0]
	for i, m := range members {
		if i > 0 {
			text = append(text, '&')
		}
		text = append(append(text, url.QueryEscape(m.Name)...), '=')
		if m.Media == nil {
			text = append(text, url.QueryEscape(m.Value)...)
			continue
		}
		b.segments = append(b.segments, segment{text: string(text)}, segment{media: m.Media, coding: asFormBase64})
		text = text[:0]
	}
	b.segments = append(b.segments, segment{text: string(text)})
	if _, err := b.Digest(ctx); err != nil {
		return nil, err
	}
	return b, nil
}
