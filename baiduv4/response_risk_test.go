package baiduv4_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func TestRisk_EveryForm(t *testing.T) {
	for _, test := range []struct {
		level, tag string
		wantLevel  string
		wantTags   []string
		warned     bool
	}{
		{`"1"`, `["a","b"]`, "1", []string{"a", "b"}, true},
		{`2`, `"a"`, "2", []string{"a"}, true},
		{`"3"`, `"[\"a\",\"b\"]"`, "3", []string{"a", "b"}, false},
		{`4`, `7`, "4", []string{"7"}, false},
		{`null`, `null`, "", nil, false},
		{`""`, `[]`, "", nil, false},
		{`{}`, `{"a":1}`, "", nil, false},
		{`["1"]`, `[{}]`, "1", nil, true},
		{`["","4"]`, `["","a",null,"b"]`, "4", []string{"a", "b"}, false},
		{`1`, `[]`, "1", nil, true},
		{`1.0`, `[]`, "1", nil, true},
		{`" 1 "`, `[]`, " 1 ", nil, true},
		{`["4","1"]`, `[]`, "4", nil, true},
		{`"[\"1\"]"`, `[]`, "1", nil, true},
		{`{"level":"1"}`, `[]`, "", nil, true},
		{`{"level1":"4"}`, `[]`, "", nil, false},
		{`"4"`, `"[broken"`, "4", []string{"[broken"}, false},
	} {
		body := fmt.Sprintf(`{"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0},"risk_level":%s,"risk_tag":%s}`, test.level, test.tag)
		c, _ := answering(t, answer{body: body})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err, body)
		if dangerous := strings.Contains(test.level, "1") && test.warned; dangerous {
			assert.Equal(t, idverify.CodeAttackSuspected, res.Code, body)
			lenient, _ := answering(t, answer{body: body}, func(c *baiduv4.Config) { c.Risk = baiduv4.RiskWarn })
			res, err = lenient.Verify(t.Context(), request())
			require.NoError(t, err, body)
		}
		assert.True(t, res.Passed(), body)
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
		require.True(t, ok)
		assert.Equal(t, test.wantLevel, reply.RiskLevel, body)
		assert.Equal(t, test.wantTags, reply.RiskTags, body)
		assert.Equal(t, test.warned, len(res.Warnings) == 1, body)
	}
}

// What is beyond the texts that are kept is not decoded.
func TestRiskTags_DroppedTagsAreNotDecoded(t *testing.T) {
	const tags, most = 1500, 64
	tag := `"` + strings.Repeat("\xff", 8000) + `"` // each byte becomes three
	c, _ := answering(t, answer{body: `{"error_code":222202,"risk_tag":[` + strings.Repeat(tag+",", tags-1) + tag + `]}`})
	_, err := c.Verify(t.Context(), request())
	require.Error(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = c.Verify(t.Context(), request())
	runtime.ReadMemStats(&after)
	reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
	require.True(t, ok)
	assert.Len(t, reply.RiskTags, most)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
}
