package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/terminal"
	"github.com/idverify/idverify/idverifytest"
)

// shown is the output on a screen of that width, without the example.
func shown(t *testing.T, width int, args ...string) []string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, nothing, terminal.Screen{Writer: &out, Width: width}))
	matrix, _, found := strings.Cut(out.String(), "{")
	require.True(t, found)
	return strings.Split(matrix, "\n")
}

// introduction counts the lines about the stand-in, with the empty line after them.
func introduction(l terminal.Lang) int { return strings.Count(words[wordStandIn][l], "\n") + 2 }

func TestMatrix_FitsTheScreen(t *testing.T) {
	for name, l := range map[string]terminal.Lang{"en": terminal.English, "zh": terminal.Chinese} {
		narrow := labelWidth + len(idverifytest.Vendors())*(1+markWidth)
		for _, width := range []int{terminal.FullWidth, narrow} {
			lines := shown(t, width, "-lang", name)
			for _, line := range lines[:introduction(l)] {
				assert.LessOrEqual(t, terminal.Columns(line), 60, line)
			}
			lines = lines[introduction(l):]
			for i, p := range idverifytest.Persons() {
				assert.True(t, strings.HasPrefix(lines[1+i], terminal.Pad(labels[p.About][l], labelWidth)), lines[1+i])
			}
			for i, line := range lines {
				if strings.HasPrefix(words[wordExample][l], line) && line != "" {
					break
				}
				if i > len(idverifytest.Persons()) { // the legend
					width = max(width, 80)
				}
				assert.LessOrEqual(t, terminal.Columns(line), width, line)
			}
		}
	}
}

func TestMatrix_CellsShowOutcomes(t *testing.T) {
	lines := shown(t, 2*terminal.FullWidth)
	head, lines := lines[introduction(terminal.English)], lines[introduction(terminal.English)+1:]
	for i, p := range idverifytest.Persons() {
		row := []rune(lines[i])
		for _, vendor := range idverifytest.Vendors() {
			at := utf8.RuneCountInString(head[:strings.Index(head+" ", " "+vendor+" ")+1])
			cell := strings.TrimSpace(string(row[at:min(len(row), at+cellWidth)]))
			code := p.CodeAt(vendor)
			switch {
			case !code.IsDecision():
				assert.Equal(t, "– "+todo[code.Advice()][terminal.English], cell, "%s at %s", p.About, vendor)
			case code == idverify.CodeAttackSuspected:
				assert.Contains(t, []string{"attack", "synthet.", "not live"}, cell, "%s at %s", p.About, vendor)
			default:
				assert.Equal(t, outcomes[code][terminal.English], cell, "%s at %s", p.About, vendor)
			}
		}
	}
}

func TestMatrix_CompleteInBothLanguages(t *testing.T) {
	fits := func(text [2]string, width int, what any) {
		for _, word := range text {
			assert.NotEmpty(t, word, what)
			assert.LessOrEqual(t, terminal.Columns(word), width, word)
		}
	}
	for _, p := range idverifytest.Persons() {
		fits(labels[p.About], labelWidth, p.About)
	}
	for _, code := range idverify.Codes() {
		if code.IsDecision() {
			fits(outcomes[code], cellWidth, code)
		} else {
			fits(todo[code.Advice()], cellWidth-2, code)
		}
	}
	for _, advice := range idverify.Advices() {
		assert.NotEmpty(t, marks[advice], advice)
	}
	for _, w := range words {
		assert.NotEmpty(t, w[terminal.English])
		assert.NotEmpty(t, w[terminal.Chinese])
	}
}
