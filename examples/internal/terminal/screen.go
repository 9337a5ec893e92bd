// Package terminal is how the examples write on a terminal or into a file: width,
// colours, language, and columns that align with Chinese text too.
package terminal

import (
	"io"
	"os"

	"github.com/idverify/idverify"
)

// Screen is where the output goes.
type Screen struct {
	io.Writer
	Width    int  // in columns
	IsFile   bool // no terminal: lines of any length can be read
	Coloured bool
}

// FullWidth is the width that the widest form of an output may have, and that of a
// file.
const FullWidth = 100

// Of is the screen of a file. If the file is no terminal, it is wide and without
// colours.
func Of(file *os.File, getenv func(string) string) Screen {
	s := Screen{Writer: file, Width: FullWidth, IsFile: true}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return s
	}
	s.IsFile, s.Coloured = false, getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	if width := widthOf(file); width > 0 {
		s.Width = width
	}
	return s
}

// colours show by advice, at a glance, what to do.
var colours = map[idverify.Advice]string{
	idverify.AdviceAccept:           "32", // green
	idverify.AdviceReject:           "31", // red
	idverify.AdviceRetakePhoto:      "33", // yellow
	idverify.AdviceFixInput:         "33",
	idverify.AdviceTryLater:         "36", // cyan
	idverify.AdviceTryAnotherVendor: "36",
	idverify.AdviceFixAccount:       "35", // magenta
	idverify.AdviceReview:           "34", // blue
}

// Colour is the text in the colour of an advice, if the screen shows colours.
func (s Screen) Colour(text string, advice idverify.Advice) string {
	if !s.Coloured {
		return text
	}
	return "\x1b[" + colours[advice] + "m" + text + "\x1b[0m"
}
