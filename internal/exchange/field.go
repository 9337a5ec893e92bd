package exchange

import (
	"fmt"
	"net/url"
	"unicode/utf8"

	"github.com/idverify/idverify"
)

// MaxText is the longest text in bytes that a field of evidence or of a Config
// may hold: a URL, a token, a key. Media have limits of their own.
const MaxText = 4 << 10

// TooLong refuses a text of evidence that is longer than [MaxText], before it is
// used. what names it in the error.
func (c *Call) TooLong(field, what, text string) error {
	if len(text) <= MaxText {
		return nil
	}
	return c.Refuse(idverify.CodeInvalidRequest, field, fmt.Sprintf("%s is longer than %d bytes", what, MaxText))
}

// URL checks an address that the vendor has to fetch: it must be http or https and
// have a host. URL hides it from the vendor's messages. what names it in the error.
func (c *Call) URL(raw, what string) error {
	if err := c.TooLong("Evidence", what, raw); err != nil {
		return err
	}
	if problem := invisible(raw); problem != "" {
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", what+" "+problem)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", what+" is not an http or https address")
	}
	c.address = raw
	return c.ID(raw, what)
}

// ID checks an address or id that the vendor knows: it must have no white space and
// no invisible characters. ID hides it from the vendor's messages. what names it in
// the error.
func (c *Call) ID(text, what string) error { return c.Token("Evidence", what, text) }

// Token is ID for a text in its own field, which the error names.
func (c *Call) Token(field, what, text string) error {
	if err := c.TooLong(field, what, text); err != nil {
		return err
	}
	problem := invisible(text)
	switch {
	case text == "":
		problem = "is required"
	case !utf8.ValidString(text):
		problem = "is not UTF-8"
	}
	if problem != "" {
		return c.Refuse(idverify.CodeInvalidRequest, field, what+" "+problem)
	}
	c.Hide(text)
	return nil
}
