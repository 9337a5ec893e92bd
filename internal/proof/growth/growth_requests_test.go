package growth_test

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/proof/growth"
)

// filled is text that repeats itself.
func filled(piece string, size int) string { return strings.Repeat(piece, size/len(piece)) }

// A caller's data is folded, checked and encoded in linear time.
func TestRequests_CostIsLinear(t *testing.T) {
	for name, piece := range map[string]string{"characters": "测", "marks": "\u0301", "controls": "\x01", "blanks": "\u3000", "dots": "·", "broken": "\xff"} {
		t.Run("a name of "+name, func(t *testing.T) {
			growth.Case{From: 64 << 10, Work: func(size int) func() {
				text := filled(piece, size)
				return func() {
					idcard.FoldName(text)
					_, _ = idcard.Parse(text)
					_ = (&idverify.Request{Name: text, IDNumber: text, IdempotencyKey: text, Reference: text}).Validate()
				}
			}}.Check(t)
		})
	}
	for name, piece := range map[string]string{"plain": "a", "escapes": "\"", "controls": "\x01", "Chinese": "测"} {
		t.Run("sealed data of "+name, func(t *testing.T) {
			growth.Case{From: 64 << 10, Work: func(size int) func() {
				data := filled(piece, size)
				return func() {
					text, err := body.LookAtText(media.String(data), 64<<20)
					require.NoError(t, err)
					b, err := body.JSON([]body.Member{{Name: "data", Text: text}})
					require.NoError(t, err)
					_, err = io.Copy(io.Discard, b.Open())
					require.NoError(t, err)
				}
			}}.Check(t)
		})
	}
}

// A journal is reopened in time linear in its rows.
func TestJournal_ReopensInLinearTime(t *testing.T) {
	growth.Case{From: 1_000, Work: func(rows int) func() {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		writeRows(t, path, rows)
		return func() {
			j, err := batch.OpenFileJournal(path)
			require.NoError(t, err)
			require.NoError(t, j.Close())
		}
	}}.Check(t)
}

// writeRows makes a journal by repeating the line of a row with another key for each.
// Lines without a checksum are also valid.
func writeRows(t *testing.T, path string, rows int) {
	t.Helper()
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "row-0"))
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	row, _, found := strings.Cut(lines[1], `,"crc"`)
	require.True(t, found)
	var more strings.Builder
	for n := range rows {
		more.WriteString(strings.Replace(row, `"row-0`, `"row-`+strconv.Itoa(n+1), 1) + "}\n")
	}
	lines[1] += more.String()
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600))
}
