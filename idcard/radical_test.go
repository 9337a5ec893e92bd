package idcard_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
)

// The basic block of ideographs is sorted by radical, each with its own character
// first: those that the radicals become rise from the first to the last.
func TestFoldName_Radicals(t *testing.T) {
	last := rune(0x4DFF)
	for r := rune(0x2F00); r <= 0x2FD5; r++ {
		folded := []rune(idcard.FoldName(string(r)))
		assert.Len(t, folded, 1)
		assert.Greater(t, folded[0], last, "%U", r)
		last = folded[0]
	}
	assert.Equal(t, '龠', last)
	for radical, character := range map[string]string{"⼀": "一", "⼈": "人", "⼥": "女", "⽂": "文", "⽔": "水", "⽟": "玉", "⾦": "金", "⾺": "馬", "⿓": "龍"} {
		assert.Equal(t, character, idcard.FoldName(radical))
	}
	for _, stays := range []string{"\u2E80", "\u2EA0", "\u2EF2", "\u2FD6", "\u2EFF"} {
		assert.Equal(t, stays, idcard.FoldName(stays))
	}
}
