package pseudonym_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/pseudonym"
)

func TestSecret_RefusesWeakSecretsAndCopies(t *testing.T) {
	for _, secret := range [][]byte{nil, bytes.Repeat([]byte("s"), 31), make([]byte, 32), make([]byte, 100)} {
		_, problem := pseudonym.Secret(secret)
		assert.NotEmpty(t, problem)
	}
	given := bytes.Repeat([]byte("s"), 32)
	own, problem := pseudonym.Secret(given)
	require.Empty(t, problem)
	clear(given)
	assert.Equal(t, string(bytes.Repeat([]byte("s"), 32)), own.Reveal())
}

func TestPseudonym_DependsOnSecretAndEveryPart(t *testing.T) {
	one, _ := pseudonym.Secret(bytes.Repeat([]byte("1"), 32))
	two, _ := pseudonym.Secret(bytes.Repeat([]byte("2"), 32))
	seen := map[string]bool{}
	for _, name := range []string{
		pseudonym.Of(one, "a", "b"), pseudonym.Of(two, "a", "b"), pseudonym.Of(one, "ab"), pseudonym.Of(one, "", "ab"), pseudonym.Of(one, "a\x00b"),
		pseudonym.OfRow(one, "a", "b"), pseudonym.OfRow(two, "a", "b"), pseudonym.OfRow(one, "ab"), pseudonym.OfRow(one, "", "ab"),
	} {
		assert.Regexp(t, "^[0-9a-f]{64}$", name)
		assert.False(t, seen[name])
		seen[name] = true
	}
}
