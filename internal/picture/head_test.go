package picture

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Buffers are reused for the pictures of other people.
func TestInspect_BuffersAreClearedBeforeReuse(t *testing.T) {
	h := newHead(strings.NewReader(strings.Repeat("MARK", 2000)))
	assert.Equal(t, "MARK", string(h.peek(4)))
	assert.True(t, h.skip(5000))
	h.release()
	assert.Nil(t, h.source)
	assert.Empty(t, h.unread)
	assert.Zero(t, h.buffer)
}
