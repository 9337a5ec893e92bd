package idcard

import (
	"strings"
	"unicode"
)

// NameTraits say what is unusual about a name that may still be right. When name
// and number do not match, check these first.
type NameTraits struct {
	// Blank: white space between two Han characters, where an interval dot may be lost, as in 阿迪力 买买提.
	Blank bool
	// Radical: a part of a character in a character's place, U+2E80 to U+2FD5.
	Radical bool
	// Compatibility: a character that Unicode has a second time under another code, U+F900 to U+FAD9 and U+2F800 to
	// U+2FA1D.
	Compatibility bool
	// PrivateUse: see [HasPrivateUse].
	PrivateUse bool
	// Rare: a character of planes 2 and 3, which not every system has.
	Rare bool
}

// InspectName inspects a name as [FoldName] returns it.
func InspectName(s string) NameTraits {
	var t NameTraits
	if isPlainHan(s) {
		return t
	}
	var before rune // the last character that is no blank and no variation selector
	blank := false
	for _, r := range s {
		if isBlank(r) {
			blank = true
			continue
		}
		if isVariation(r) {
			continue
		}
		t.Blank = t.Blank || blank && isHan(before) && isHan(r)
		t.Radical = t.Radical || isRadical(r)
		t.PrivateUse = t.PrivateUse || isPrivateUse(r)
		if isCompatibility(r) {
			t.Compatibility = true
		} else if isRarePlane(r) {
			t.Rare = true
		}
		before, blank = r, false
	}
	return t
}

// unified are twelve characters that stand among the compatibility ideographs and are none.
const unified = "\uFA0E\uFA0F\uFA11\uFA13\uFA14\uFA1F\uFA21\uFA23\uFA24\uFA27\uFA28\uFA29"

func isCompatibility(r rune) bool {
	return 0xF900 <= r && r <= 0xFAFF && unicode.IsLetter(r) && !strings.ContainsRune(unified, r) || 0x2F800 <= r && r <= 0x2FA1F
}

// HasPrivateUse reports whether a name holds a character of the private use areas:
// U+E000 to U+F8FF, and planes 15 and 16. Older systems keep rare characters there,
// each system with its own assignment, so a vendor may know the person under
// another character: after a mismatch check the document; folding cannot help.
func HasPrivateUse(s string) bool {
	return strings.ContainsFunc(s, isPrivateUse)
}
