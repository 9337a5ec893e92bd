package idcard

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// intervalDot stands between the parts of a name, as in 买买提·吐尔逊: U+00B7, by 民委发〔2016〕33号.
const intervalDot = '·'

// lookalikes are the dots that keyboards and older systems use instead of [intervalDot].
const lookalikes = "." +
	"\u0387" + // Greek ano teleia
	"\u2022" + // bullet
	"\u2024" + // one dot leader
	"\u2027" + // hyphenation point
	"\u2219" + // bullet operator
	"\u22C5" + // dot operator
	"\u2E31" + // word separator middle dot
	"\u2E33" + // raised dot
	"\u30FB" + // katakana middle dot
	"\uA78F" + // Latin letter sinological dot
	"\uFE52" + // small full stop
	"\uFF0E" + // full-width full stop
	"\uFF65" // half-width katakana middle dot

// disc also stands in the dot's place. Two of them are a mask.
const disc = '●'

const (
	// maxNameBytes limits the work for a text that is no name.
	maxNameBytes = 1024
	// longestPadded is how many Han characters a name has at most of which a blank is taken out. In a longer one it may
	// stand where the interval dot was lost.
	longestPadded = 4
)

// FoldName returns a name in the form in which names are registered:
//
//   - White space and invisible characters around it are removed, as [Trim] says. Invisible characters inside it are
//     removed too, unless they may belong to the spelling: a joiner, a zero-width space or a direction mark after a letter
//     of a script that uses them, such as Arabic, Mongolian, Tibetan or Devanagari.
//   - Any dot, two dots or a ● between two Han characters becomes U+00B7, and blanks around it are removed. The dots of
//     J. Smith stay.
//   - Blanks in a name of two to four Han characters are removed. In a longer one they stay, because a dot may have been
//     lost there: see [InspectName]. In other scripts a run of blanks becomes one plain space.
//   - A Kangxi radical (U+2F00 to U+2FD5), U+2E9F and U+2EF3 become the character that they stand for.
//
// Everything else is unchanged, including variation selectors and private use
// characters. Text that is not UTF-8 is only trimmed. There is no Unicode
// normalisation, because it would replace characters that are really in people's
// names. Folding is idempotent. A text longer than 1,024 bytes is no name, and is
// returned unchanged. [CheckName] finds what no name can contain.
//
// A private use character counts as Han, since that is what it stands for in a name.
func FoldName(s string) string {
	if len(s) > maxNameBytes || isPlainHan(s) {
		return s
	}
	s = Trim(s)
	if !utf8.ValidString(s) { // taking out what stands between them could make characters of broken bytes
		return s
	}
	f := nameFolder{given: s, rest: s, shape: shapeOf(s)}
	for f.rest != "" {
		f.step()
	}
	if f.changed == nil {
		return s[:f.same]
	}
	return string(f.changed)
}

// isPlainHan finds the names that nearly everybody has, with nothing to fold or to refuse.
func isPlainHan(s string) bool {
	before := intervalDot
	for _, r := range s {
		if (r < 0x4E00 || 0x9FFF < r) && (r != intervalDot || before == intervalDot) {
			return false
		}
		before = r
	}
	return before != intervalDot
}

// nameShape is what folding must know of the whole name.
type nameShape struct {
	han   int  // Han characters
	other bool // letters of another script
	marks bool // what is neither a letter nor a blank
}

func shapeOf(s string) nameShape {
	var shape nameShape
	for _, r := range s {
		switch {
		case isHan(r):
			shape.han++
		case isBlank(r), isInvisible(r), isVariation(r):
		case unicode.IsLetter(r) && !isDot(r):
			shape.other = true
		default:
			shape.marks = true
		}
	}
	return shape
}

// isPadded: blanks between Han characters widen a short name to the width of a longer one.
func (s nameShape) isPadded() bool {
	return s.han <= longestPadded && !s.other && !s.marks
}

type nameFolder struct {
	given string
	rest  string
	// What was written is the first bytes of given as long as nothing changes, which costs no copy.
	same    int
	changed []byte

	last  rune // written last
	shape nameShape

	before rune // the last character that is no variation selector
	letter rune // the last letter since a blank, which says whether joiners belong
}

// step folds the next character, or the next run of dots and blanks.
func (f *nameFolder) step() {
	r, size := utf8.DecodeRuneInString(f.rest)
	switch {
	case isInvisible(r):
		if isJoiner(r) && joins(f.letter) {
			f.keep(r, size)
		} else {
			f.rest = f.rest[size:]
		}
	case f.separates(r):
		f.separator()
	case isRadical(r):
		f.before, f.letter = unradical(r), 0
		f.write(f.before, string(f.before))
		f.rest = f.rest[size:]
	default:
		if unicode.IsLetter(r) || isHan(r) {
			f.letter = r
		}
		if !isVariation(r) {
			f.before = r
		}
		f.keep(r, size)
	}
}

// keep writes a character as it is.
func (f *nameFolder) keep(r rune, size int) {
	f.write(r, f.rest[:size])
	f.rest = f.rest[size:]
}

func (f *nameFolder) write(r rune, text string) {
	f.last = r
	switch {
	case f.changed == nil && strings.HasPrefix(f.given[f.same:], text):
		f.same += len(text)
		return
	case f.changed == nil:
		f.changed = append(make([]byte, 0, len(f.given)+len(text)), f.given[:f.same]...)
	}
	f.changed = append(f.changed, text...)
}

// separates: U+202F joins a suffix to a Mongolian word, and is no blank there.
func (f *nameFolder) separates(r rune) bool {
	return isBlank(r) && !isSuffixed(r, f.letter) || isDot(r) || r == disc
}

func isSuffixed(r, letter rune) bool { return r == '\u202F' && unicode.Is(unicode.Mongolian, letter) }

func isDot(r rune) bool { return r == intervalDot || strings.ContainsRune(lookalikes, r) }

// separator folds a run of dots and blanks.
func (f *nameFolder) separator() {
	var dots, discs, end int
	var after rune
	for i, r := range f.rest {
		switch {
		case isDot(r):
			dots++
		case r == disc:
			discs++
		case isBlank(r), isInvisible(r) && !(isJoiner(r) && joins(f.letter)):
		default:
			end, after = i, r
		}
		if end > 0 {
			break
		}
	}
	if end == 0 {
		end = len(f.rest)
	}
	run := f.rest[:end]
	f.rest = f.rest[end:]
	between := isHan(f.before) && isHan(after)
	switch {
	case between && (discs == 0 && (dots == 1 || dots == 2) || discs == 1 && dots == 0):
		f.write(intervalDot, string(intervalDot))
	case between && f.shape.isPadded(): // a name with a dot or a disc in it is not
	default:
		f.separated(run)
	}
}

// separated copies a run that is no interval dot, with one space for each of its blanks unless all is Han.
func (f *nameFolder) separated(run string) {
	for i, r := range run {
		blank := isBlank(r)
		switch {
		case isInvisible(r):
			continue
		case blank && (f.shape.other || f.shape.han == 0):
			if f.last != ' ' {
				f.write(' ', " ")
			}
			f.before = ' '
		default:
			f.write(r, run[i:i+utf8.RuneLen(r)])
			f.before = r
		}
		if blank {
			f.letter = 0
		}
	}
}

// isHan takes planes 2 and 3 whole. Unicode keeps them for ideographs, and Go's tables lack the newest: extension I
// consists of characters from the names of people in China.
func isHan(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || r >= 0x2E80 && (unicode.Is(unicode.Han, r) || isRarePlane(r) || isPrivateUse(r))
}

// isRarePlane leaves out the last two of each plane, which are no characters.
func isRarePlane(r rune) bool { return 0x20000 <= r && r <= 0x3FFFF && r&0xFFFF < 0xFFFE }

func isPrivateUse(r rune) bool { return unicode.Is(unicode.Co, r) }
