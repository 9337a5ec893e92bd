//go:build unix

package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/scaleout/servers"
	"github.com/idverify/idverify/sqlidverify"
)

// The whole demonstration. Only promises are checked: figures depend on the machine.
func TestDemonstrate_SharesEverything(t *testing.T) {
	if missing := servers.Missing(sqlidverify.PostgreSQL); len(missing) > 0 {
		t.Skip(missing, "not installed: ", servers.Install(sqlidverify.PostgreSQL))
	}
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	var out bytes.Buffer
	s := settings{processes: 3, rate: 20, tries: 5, questions: 40}
	require.NoError(t, demonstrate(ctx, s, &out))
	t.Log(out.String())
	first, _, _ := strings.Cut(out.String(), "\n")
	assert.Contains(t, first, "starting redis-server and PostgreSQL")
	for what, value := range map[string]string{
		"bills for one question of all":                      "1",
		"bills for a question whose process was killed":      "1",
		"  told that it is ambiguous, of all that ask again": "3 of 3",
		"  billed twice": "0",
	} {
		assert.Regexp(t, `(?m)^`+regexp.QuoteMeta(what)+` +`+value+` `, out.String())
	}
	for _, what := range []string{"access tokens fetched at the start", "calls started per second", "tries of one person admitted", "decided, ambiguous"} {
		assert.Contains(t, out.String(), what)
	}
}
