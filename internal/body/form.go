package body

import "net/url"

// Form is an application/x-www-form-urlencoded body.
func Form(values url.Values) *Body {
	return newBody("application/x-www-form-urlencoded", segment{text: values.Encode()})
}
