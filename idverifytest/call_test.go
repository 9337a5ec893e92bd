package idverifytest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The first limit that a request exceeds decides the answer.
func TestCall_FirstReasonCounts(t *testing.T) {
	c := reading("", "")
	c.refuse(tooMany)
	c.refuse(tooLarge)
	assert.Equal(t, tooMany, c.refused)
}

func TestCall_Memory(t *testing.T) {
	for _, want := range []struct {
		kind   string
		length int64
		holds  int64
		memory int64
	}{
		{"application/json", 0, 0, 16 << 10},
		{"application/json", 100, 0, 16<<10 + 3200},
		{"application/json", 1 << 20, 0, 112 << 10},
		{"application/json", -1, 0, 112 << 10},
		{"multipart/form-data; boundary=b", -1, 0, 208 << 10},
		{"MULTIPART/mixed", 1 << 20, 1 << 20, 1<<20 + 208<<10},
		{"", -1, 0, 112 << 10},
	} {
		c := reading(want.kind, "")
		c.endpoint = &endpoint{holds: want.holds}
		c.r.ContentLength = want.length
		assert.Equal(t, want.memory, c.memory(), want)
	}
}

func TestReadQuery(t *testing.T) {
	for n, ok := range map[int]bool{0: true, 63: true, 64: false, 100_000: false} {
		c := reading("", "")
		c.r.URL.RawQuery = strings.Repeat("x=1&", n)
		_, got := readQuery(c.r.URL)
		assert.Equal(t, ok, got, n)
	}
}
