package accounts

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// environment takes variables as pairs of name and value.
func environment(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func names(providers []idverify.Provider) (names []string) {
	for _, p := range providers {
		names = append(names, p.Name())
	}
	return names
}

// A vendor that is missing from the list appears in no example.
func TestAccounts_ListsEveryVendor(t *testing.T) {
	providers, err := StandIns("http://127.0.0.1:1")
	require.NoError(t, err)
	assert.Equal(t, idverifytest.Vendors(), names(providers))
	variables := map[string]bool{}
	for _, a := range accounts {
		given := idverifytest.Credentials(a.vendor)
		assert.Len(t, given, len(a.credentials), a.vendor)
		for parameter, variable := range a.credentials {
			assert.Contains(t, given, parameter, a.vendor)
			assert.False(t, variables[variable], "%s belongs to two vendors", variable)
			variables[variable] = true
		}
		assert.False(t, variables[a.baseURL], a.baseURL)
		variables[a.baseURL] = true
	}
}

func TestAccounts_FromVariables(t *testing.T) {
	for _, a := range accounts {
		var pairs []string
		for parameter, variable := range a.credentials {
			pairs = append(pairs, variable, idverifytest.Credentials(a.vendor)[parameter])
		}
		for base, isReal := range map[string]bool{"": true, "https://vendor.example.invalid": true, "http://127.0.0.1:1": false} {
			providers, real, err := FromEnvironment(environment(append(pairs, a.baseURL, base)...))
			require.NoError(t, err, a.vendor)
			assert.Equal(t, []string{a.vendor}, names(providers))
			assert.Equal(t, isReal, real, base)
		}
		for i := 0; i < len(pairs); i += 2 {
			_, _, err := FromEnvironment(environment(pairs[i], pairs[i+1]))
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "%s alone", pairs[i])
		}
	}
	providers, real, err := FromEnvironment(environment())
	require.NoError(t, err)
	assert.Empty(t, providers)
	assert.False(t, real)
}

// An incomplete account is an error, even if other accounts are complete.
func TestAccounts_IncompleteIsAnError(t *testing.T) {
	first, second := accounts[0], accounts[1]
	var pairs []string
	for parameter, variable := range second.credentials {
		pairs = append(pairs, variable, idverifytest.Credentials(second.vendor)[parameter])
	}
	for _, variable := range first.credentials {
		providers, _, err := FromEnvironment(environment(append(pairs, variable, "EXAMPLE")...))
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
		assert.Empty(t, providers)
	}
}
