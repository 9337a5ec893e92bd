package baiduv4

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/idverify/idverify/internal/redact"
)

// DecImage is a picture as the vendor sent it. It may have megabytes, and is
// decoded only on request. It prints and marshals masked.
type DecImage struct {
	imageMask

	quoted redact.Secret // the JSON string, quotes and escapes included
}

type imageMask = redact.Mask[DecImage]

// IsZero reports whether the answer had no picture.
func (d DecImage) IsZero() bool { return d.quoted.Reveal() == "" }

// Bytes returns the picture. It fails when there is none, or when it is not base64.
func (d DecImage) Bytes() ([]byte, error) {
	if d.IsZero() {
		return nil, errors.New("baiduv4: the answer has no dec_image")
	}
	quoted := d.quoted.Reveal()
	picture, err := base64.StdEncoding.DecodeString(unescaped(quoted[1 : len(quoted)-1]))
	if err != nil {
		return nil, errors.New("baiduv4: dec_image is not base64")
	}
	return picture, nil
}

// unescaped returns the base64 content of a JSON string, in which some write / as
// \/, or = as \u003d. It stops at anything that cannot be base64.
func unescaped(inside string) string {
	if !strings.Contains(inside, `\`) {
		return inside
	}
	var plain strings.Builder
	plain.Grow(len(inside))
	for {
		before, escape, found := strings.Cut(inside, `\`)
		plain.WriteString(before)
		c, length := byte('\\'), 1
		switch {
		case !found:
			return plain.String()
		case strings.HasPrefix(escape, "/"):
			c = '/'
		case strings.HasPrefix(escape, "n"), strings.HasPrefix(escape, "r"):
			c = '\n'
		case strings.HasPrefix(escape, "u"):
			length = min(len("u0000"), len(escape))
			if code, err := strconv.ParseUint(escape[1:length], 16, 7); err == nil {
				c = byte(code)
			}
		}
		plain.WriteByte(c)
		if c == '\\' {
			return plain.String()
		}
		inside = escape[length:]
	}
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails: a broken picture
// must not cost the decision.
func (d *DecImage) UnmarshalJSON(text []byte) error {
	*d = DecImage{}
	if len(text) > len(`""`) && text[0] == '"' {
		d.quoted = redact.NewSecret(string(text))
	}
	return nil
}
