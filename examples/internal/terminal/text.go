package terminal

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Lang is the language of the output: an index into a pair of texts.
type Lang int

// The languages.
const (
	English Lang = iota
	Chinese
)

// LangOf is the language of a flag -lang.
func LangOf(name string) (Lang, error) {
	switch name {
	case "en":
		return English, nil
	case "zh":
		return Chinese, nil
	}
	return English, errors.New("-lang is en or zh")
}

// Flag is the flag that selects the language, for a command that takes it; empty for
// English, which is the default.
func (l Lang) Flag() string {
	if l == Chinese {
		return " -lang zh"
	}
	return ""
}

// Pad extends or cuts a text to a width, in columns of the screen.
func Pad(text string, width int) string {
	used := 0
	for i, r := range text {
		used += columns(r)
		if used > width {
			return text[:i] + strings.Repeat(" ", width-used+columns(r))
		}
	}
	return text + strings.Repeat(" ", width-used)
}

// Columns is the width of a text on the screen.
func Columns(text string) (n int) {
	for _, r := range text {
		n += columns(r)
	}
	return n
}

// columns is the width of a character: Chinese characters take two columns.
func columns(r rune) int {
	if utf8.RuneLen(r) > 2 && r >= 0x2E80 {
		return 2
	}
	return 1
}

// Table writes rows with aligned columns, two columns between them. It leaves out the
// columns in spare, the first of them first, until the rest fits into width; 0 is any
// width.
func Table(out io.Writer, width int, rows [][]string, spare ...int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], Columns(cell))
		}
	}
	all := -2
	for _, w := range widths {
		all += w + 2
	}
	left := map[int]bool{}
	for _, i := range spare {
		if width == 0 || all <= width {
			break
		}
		left[i], all = true, all-widths[i]-2
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			if !left[i] {
				line += Pad(cell, widths[i]) + "  "
			}
		}
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}
