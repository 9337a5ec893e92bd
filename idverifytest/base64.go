package idverifytest

import "encoding/base64"

// base64Check decodes what is written to it in pieces: the standard alphabet, padded,
// on one line. No vendor documents that it takes line breaks.
type base64Check struct {
	to    *pictureReader
	size  int64 // of what was decoded
	bad   bool
	ended bool // padding was seen
	quads [1 << 10]byte
	n     int
}

func (c *base64Check) write(p []byte) {
	for len(p) > 0 && !c.bad {
		for len(p) > 0 && c.n < len(c.quads) {
			if p[0] == '\r' || p[0] == '\n' { // StdEncoding would skip them
				c.bad = true
				return
			}
			c.quads[c.n] = p[0]
			c.n++
			p = p[1:]
		}
		if c.n == len(c.quads) {
			c.decode()
		}
	}
}

func (c *base64Check) decode() {
	if c.n == 0 {
		return
	}
	var plain [len(c.quads) / 4 * 3]byte
	n, err := base64.StdEncoding.Decode(plain[:], c.quads[:c.n])
	if err != nil || c.ended {
		c.bad = true
		return
	}
	c.ended = n < c.n/4*3
	c.size += int64(n)
	c.to.write(plain[:n])
	c.n = 0
}

// end returns the number of decoded bytes, and whether the text was no base64.
func (c *base64Check) end() (size int64, bad bool) {
	if !c.bad {
		c.decode()
	}
	return c.size, c.bad
}
