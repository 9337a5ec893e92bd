package questions

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
)

func TestPerson_HasUniqueValidNumber(t *testing.T) {
	seen := map[string]bool{}
	for n := range 100_000 {
		if n%4 == 0 {
			continue
		}
		number := Person(n).IDNumber
		require.False(t, seen[number], "%d", n)
		seen[number] = true
		if n%997 == 1 {
			_, err := idcard.Parse(number)
			require.NoError(t, err)
		}
	}
}

// Every question gets the wanted answer from the stand-in, and is billed once.
func TestWant_MatchesStandIn(t *testing.T) {
	vendors := idverifytest.Start(t)
	baidu, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(idverifytest.BaiduV4)},
	})
	require.NoError(t, err)
	t.Cleanup(baidu.CloseIdleConnections)
	for n := range 80 {
		before := vendors.Bill().Total()
		res, err := baidu.Verify(t.Context(), Request("q", n))
		want := Want(n, baiduv4.Name)
		code, _ := idverify.Outcome(res, err)
		assert.Equal(t, want, code, "%d", n)
		if want.IsDecision() {
			assert.Equal(t, 1, vendors.Bill().Total()-before, "%d", n)
		}
	}
}

func TestAlike_QuestionsAboutOnePerson(t *testing.T) {
	for person := range 3 {
		all := Alike(person, 5)
		for _, n := range all {
			assert.Equal(t, Person(all[0]), Person(n))
			assert.True(t, Want(n, baiduv4.Name).IsDecision())
		}
		assert.NotEqual(t, Key("q", all[0]), Key("q", all[1]))
	}
}

func TestOf_ReversesKey(t *testing.T) {
	kind, n, ok := Of(Key("row", 17) + "/p-1.3")
	assert.True(t, ok)
	assert.Equal(t, "row", kind)
	assert.Equal(t, 17, n)
	_, _, ok = Of("")
	assert.False(t, ok)
}

func TestSecrets_IncludeEveryPerson(t *testing.T) {
	for _, p := range idverifytest.Persons() {
		assert.NotEmpty(t, Told(p.Name), p.Name)
		assert.NotEmpty(t, Told(p.IDNumber), p.Name)
	}
}

func TestTold_FindsSecretsInEveryForm(t *testing.T) {
	for _, secret := range append(Secrets(), number(1), "24.0123456789abcdef0123456789abcdef.2592000.1800000000.0-abcdef12") {
		for _, text := range []string{secret, fmt.Sprintf("%+q", secret), escaped(secret), fmt.Sprintf("%x", secret)} {
			if text == fmt.Sprintf("%x", secret) && (secret == number(1) || secret[0] == '2') {
				continue // these are found by their form, which hexadecimal hides
			}
			assert.NotEmpty(t, Told("before "+text+" after"), text)
		}
	}
	assert.Empty(t, Told(`{"msg":"attempt","vendor":"baiduv4","code":"match","at":"2026-01-02T15:04:05Z"}`))
}

func TestDecoded_ShowsEncodedText(t *testing.T) {
	const token = "24.0123456789abcdef0123456789abcdef.2592000.1800000000.0-abcdef12"
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.StdEncoding, base64.RawURLEncoding} {
		hidden := "1:example:" + encoding.EncodeToString([]byte(token+" and more")) + " 2592000"
		assert.Empty(t, Told(hidden))
		assert.NotEmpty(t, Told(Decoded(hidden)))
	}
}

func TestTold_FindsEveryIDNumber(t *testing.T) {
	for n := 1; n < 1_200_000; n += 9_973 {
		id := Person(n).IDNumber
		assert.Equal(t, []string{id}, Told("4400190001"+id+"77"), "%d", n)
		assert.NotEmpty(t, Told(strings.ToLower(id)), "%d", n)
	}
}

func TestTold_IgnoresHashes(t *testing.T) {
	assert.Empty(t, Told("184281190001141437"), "digits of a hash, not of a person")
	assert.Empty(t, Told("190001 320102190001"), "at the ends of the text")
}
