package idverify_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestCheckJSON_ForEachDecidedBy(t *testing.T) {
	filled, err := laddered(1e-4).WithRungs(rungs(62, 69, 74, 79))
	require.NoError(t, err)
	byAnswer, err := filled.Check(69)
	require.NoError(t, err)
	scored, err := theirs(100).Verdict(true, ptr(25.0))
	require.NoError(t, err)
	bare, err := theirs(0).Verdict(false, nil)
	require.NoError(t, err)
	for text, check := range map[string]idverify.Check{
		`{"kind":"similarity","decided_by":"answer","value":69,"scale":{"min":0,"max":100},"direction":"higher_is_better",
			"normalized":0.69,"comparator":">","threshold":69,"passed":false,"margin":0,"far":0.0001}`: byAnswer,
		`{"kind":"similarity","decided_by":"vendor","value":25,"scale":{"min":0,"max":100},"direction":"higher_is_better",
			"normalized":0.25,"passed":true}`: scored,
		`{"kind":"similarity","decided_by":"vendor","passed":false}`: bare,
	} {
		written, err := json.Marshal(check)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(written))
		var back idverify.Check
		require.NoError(t, json.Unmarshal(written, &back))
		assert.Equal(t, check, back)
	}
}

func TestCheckJSON_KeepsContradictions(t *testing.T) {
	// Otherwise a check that does not hold could hold after it was stored and read.
	off := idverify.Check{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Passed: true, Threshold: 80, Comparator: idverify.Above}
	text, err := json.Marshal(off)
	require.NoError(t, err)
	var back idverify.Check
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, off, back)
	assert.False(t, back.Holds())
}

func TestCheckJSON_WithoutDecidedByIsThreshold(t *testing.T) {
	text, err := os.ReadFile("testdata/before/result.json")
	require.NoError(t, err)
	require.NotContains(t, string(text), "decided_by")
	var res idverify.Result
	require.NoError(t, json.Unmarshal(text, &res))
	assert.True(t, res.Passed())
	for _, check := range res.Checks {
		assert.Equal(t, idverify.DecidedByThreshold, check.DecidedBy)
	}
	var unscored idverify.Result
	require.NoError(t, json.Unmarshal([]byte(`{"code":"match","checks":[{"kind":"similarity","passed":true}]}`), &unscored))
	assert.False(t, unscored.Passed(), "without decided_by there must be a score")
}
