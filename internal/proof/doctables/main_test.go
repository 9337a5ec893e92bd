package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDocuments_AreUpToDate(t *testing.T) {
	written, parts := "", partsOf(withRules(vendors.Listed()))
	for _, d := range documents {
		before, err := os.ReadFile(filepath.Join("..", "..", "..", d.file))
		require.NoError(t, err)
		after, err := generate(before, d.words, parts)
		require.NoError(t, err, d.file)
		assert.Equal(t, string(after), string(before), "%s has drifted: go run ./internal/proof/doctables", d.file)
		written += string(before)
	}
	for _, part := range parts {
		assert.Equal(t, 2, strings.Count(written, "<!-- "+part.name+":begin -->"), "%s is the same in both languages", part.name)
	}
}

func TestWords_CompleteInBothLanguages(t *testing.T) {
	for _, w := range []words{english, chinese} {
		for _, c := range idverify.Codes() {
			assert.NotEmpty(t, w.codes[c], c)
		}
		assert.Len(t, w.codes, len(idverify.Codes()))
		for _, a := range idverify.Advices() {
			assert.NotEmpty(t, w.advices[a], a)
		}
		for _, v := range withRules(vendors.All()) {
			for _, r := range v.rules {
				assert.NotEmpty(t, w.checks[r.Kind], r.Kind)
			}
			for _, c := range v.Codes() {
				assert.NotEmpty(t, w.note(c), "%s %s", v.Name, c.VendorCode)
			}
		}
	}
}

func TestGenerate_NeedsAPart(t *testing.T) {
	parts := partsOf(nil)
	_, err := generate([]byte("no part"), english, parts)
	assert.Error(t, err)
	_, err = generate([]byte("<!-- codes:begin -->\nand no end"), english, parts)
	assert.Error(t, err)
}

// Documents about all vendors, including those that ours omit, are written to another
// folder.
func TestGenerate_AllVendorsGoToAnotherFolder(t *testing.T) {
	to, list := t.TempDir(), withRules(vendors.All())
	stranger := list[0]
	stranger.Name = "stranger"
	list = append(list, stranger)
	require.NoError(t, write(filepath.Join("..", "..", ".."), to, list))
	for _, d := range documents {
		text, err := os.ReadFile(filepath.Join(to, d.file))
		require.NoError(t, err)
		for _, v := range list {
			if !strings.HasPrefix(d.file, "docs/photos") { // some vendors do not read photos
				assert.Contains(t, string(text), v.Name, d.file)
			}
			if row := v.Codes()[0]; strings.HasPrefix(d.file, "docs/vendor-codes") {
				_, section, _ := strings.Cut(string(text), string(begins(codesOf+v.Name)))
				section, _, _ = strings.Cut(section, string(ends(codesOf+v.Name)))
				assert.Contains(t, section, d.words.note(row), v.Name)
			}
		}
	}
}

func TestTables_SayWhoDecides(t *testing.T) {
	answer := idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100},
		Pass: idverify.Above, FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}}, Rate: 1e-4}
	verdict := idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor}
	assert.Equal(t, "> the answer's threshold for 1e-04", passes(answer, english))
	assert.Equal(t, "1e-03, 1e-04, with thresholds in each answer", rates(answer, english))
	assert.Equal(t, "0–100", scale(answer))
	assert.Equal(t, "the vendor's verdict", passes(verdict, english))
	assert.Equal(t, "none published", rates(verdict, english))
	assert.Equal(t, "–", scale(verdict))
	for _, w := range []words{english, chinese} {
		for _, text := range []string{w.vendorDecides, w.answerDecides, w.inEachAnswer} {
			assert.NotEmpty(t, text)
		}
	}
}
