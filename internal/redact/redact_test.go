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

func TestSecret_HiddenByEveryPrinter(t *testing.T) {
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

func TestWord_ShowsIdentifiersOnly(t *testing.T) {
	for _, shown := range []string{"", "TID8bf47", "-5803", "azAZ09", "1370579072568000512", "FailedOperation.X_y", "a:b/c", strings.Repeat("a", 128)} {
		assert.Equal(t, shown, redact.Word(shown))
	}
	for _, hidden := range []string{"张三", "two words", "a\nb", "x;y", "{}", strings.Repeat("a", 129)} {
		assert.Equal(t, redact.Hidden, redact.Word(hidden))
	}
}

func TestFormat_QuotesForQ(t *testing.T) {
	assert.Equal(t, `"[hidden]"`, fmt.Sprintf("%q", redact.NewSecret("x")))
	assert.Equal(t, "[hidden]", fmt.Sprintf("%#v", redact.NewSecret("x")))
}

func TestAttrs_OmitsEmptyValues(t *testing.T) {
	group := redact.Attrs(slog.String("code", "x"), slog.String("vendor", ""), slog.Int("status", 0), slog.Bool("sent", false))
	assert.Equal(t, "[code=x status=0 sent=false]", group.String())
}
