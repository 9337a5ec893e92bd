package main

import (
	"io"
	"os"

	"github.com/idverify/idverify"
)

// screen is where the output goes, with its width and whether it shows colours.
type screen struct {
	io.Writer
	width    int
	coloured bool
}

// fullWidth is the width that the matrix needs, and the width of a file.
const fullWidth = 100

// screenOf is the screen of a file. If the file is no terminal, it is wide and
// without colours.
func screenOf(file *os.File, getenv func(string) string) screen {
	s := screen{Writer: file, width: fullWidth}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return s
	}
	s.coloured = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	if width := widthOf(file); width > 0 {
		s.width = width
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

func (s screen) colour(text string, advice idverify.Advice) string {
	if !s.coloured {
		return text
	}
	return "\x1b[" + colours[advice] + "m" + text + "\x1b[0m"
}
