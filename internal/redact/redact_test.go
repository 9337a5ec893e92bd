package redact_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/redact"
)

func TestSecretPrintsHiddenEverywhere(t *testing.T) {
	const mark = "EXAMPLE-MARK"
	secret := redact.NewSecret(mark)
	holder := struct{ inner redact.Secret }{secret}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p"} {
		said := fmt.Sprintf(verb, secret) + fmt.Sprintf(verb, &secret) + fmt.Sprintf(verb, holder) + fmt.Sprintf(verb, &holder)
		assert.NotContains(t, said, mark, verb)
		assert.NotContains(t, said, fmt.Sprintf("%x", mark), verb)
	}
	text, err := json.Marshal(map[string]any{"s": secret, "h": holder})
	require.NoError(t, err)
	assert.NotContains(t, string(text), mark)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", secret)
	assert.NotContains(t, log.String(), mark)
	assert.Contains(t, log.String(), redact.Hidden)

	assert.Equal(t, redact.Hidden, secret.String())

	assert.Equal(t, mark, secret.Reveal())
	assert.Empty(t, redact.Secret{}.Reveal())
}

func TestWordShowsIdentifiersOnly(t *testing.T) {
	for _, shown := range []string{"", "TID8bf47", "-5803", "azAZ09", "1370579072568000512", "FailedOperation.X_y", "a:b/c", strings.Repeat("a", 128)} {
		assert.Equal(t, shown, redact.Word(shown))
	}
	for _, hidden := range []string{"张三", "two words", "a\nb", "x;y", "{}", strings.Repeat("a", 129)} {
		assert.Equal(t, redact.Hidden, redact.Word(hidden))
	}
}

func TestScrubTakesSecretsOutInAnyCase(t *testing.T) {
	assert.Equal(t, "no [hidden], no [hidden]!", redact.Scrub("no abcX, no ABCx!", "aBcx", ""))
	assert.Equal(t, "姓名[hidden]有误", redact.Scrub("姓名张三有误", "张三"))
	assert.Equal(t, "[hidden] [hidden] [hidden]", redact.Scrub("azAZ AZAZ azaz", "AZaz"))
	assert.Equal(t, "untouched", redact.Scrub("untouched", "secret"))
	assert.Equal(t, "İ [hidden]", redact.Scrub("İ key", "KEY"), "folding must not shift places")
	assert.Equal(t, "\xff\xfe [hidden]", redact.Scrub("\xff\xfe key", "KEY"), "nor must bytes that are no UTF-8")
}

func TestScrubLeavesNothingOfASecretThatAnotherIsPartOf(t *testing.T) {
	for _, secrets := range [][]string{{"LINK", "API-LINKFACE-KEY"}, {"API-LINKFACE-KEY", "LINK"}} {
		assert.Equal(t, "a [hidden] of [hidden].", redact.Scrub("a api-linkface-key of link.", secrets...))
	}
	assert.Equal(t, "<[hidden]>", redact.Scrub("<abcdef>", "abcd", "cdef"), "two that overlap")
	assert.Equal(t, "<[hidden]>", redact.Scrub("<abcdefgh>", "abcd", "cdef", "fgh"), "and three")
	assert.Equal(t, "<[hidden]>", redact.Scrub("<aaa>", "aa"), "one that overlaps itself")
	assert.Equal(t, "[hidden][hidden]", redact.Scrub("abcd", "ab", "cd"), "two side by side")
	assert.Equal(t, "[hidden]", redact.Scrub("id", "hidden", "id"), "what stands for a secret is not looked at again")
	assert.Empty(t, redact.Scrub("", "x"))
}

func TestScrubAllocatesNothingWhereNothingIsTakenOut(t *testing.T) {
	secrets := []string{"测试甲", "11010519000101001X", "EXAMPLE-KEY"}
	allocations := testing.AllocsPerRun(100, func() {
		redact.Scrub("TID8bf47ab6eda64476973cc5f5b6ebf57e", secrets...)
		tells("TID8bf47ab6eda64476973cc5f5b6ebf57e", secrets...)
	})
	assert.Zero(t, allocations)
}

func TestFormatQuotesForQ(t *testing.T) {
	assert.Equal(t, `"[hidden]"`, fmt.Sprintf("%q", redact.NewSecret("x")))
	assert.Equal(t, "[hidden]", fmt.Sprintf("%#v", redact.NewSecret("x")))
}

func TestAttrsLeavesOutWhatIsEmpty(t *testing.T) {
	group := redact.Attrs(slog.String("code", "x"), slog.String("vendor", ""), slog.Int("status", 0), slog.Bool("sent", false))
	assert.Equal(t, "[code=x status=0 sent=false]", group.String())
}
