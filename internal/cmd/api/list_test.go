package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestListTellsEveryKindOfFact(t *testing.T) {
	lib := made(t, map[string]string{
		"made.invalid/a": `package a
			type Shared struct{ Common string }
			func (*Shared) Share() {}`,
		"made.invalid/face": `package face
			import "made.invalid/a"

			type Code string
			const (
				Yes Code = "yes"
				Name = "face"
				hidden = 1
			)
			const Many = 2
			var Err error
			var err error

			// Ask asks.
			//
			// Deprecated: use Verify.
			func Ask(who string, what, how int, more ...func(score float64) (ok bool)) (res *Result, err error) { return nil, nil }
			func ask() {}

			type Result struct {
				a.Shared
				lent
				Code Code ` + "`json:\"code,omitempty\" xml:\"c\"`" + `
				// Deprecated: there is none.
				Old int
				scores []float64
			}
			func (Result) Passed() bool { return false }
			func (r *Result) Mark(why string) {}
			func (r *Result) mark() {}
			type lent struct{ Lent int }
			func (lent) Lend() {}

			type Point struct{ X, Y int }
			type Other = Point
			type settings struct{}
			type Option func(*settings) error
			type Verifier interface{ Verify(name string) error }
			type Provider interface {
				Verifier
				Name() string
				sealed()
			}`,
	})
	facts, err := list(lib)
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(`a package made.invalid/a
a.Shared type struct, comparable
a.Shared.Common field string
a.Shared.Share method of *a.Shared, func()
face package made.invalid/face
face.Ask deprecated
face.Ask func(string, int, int, ...func(float64) bool) (*face.Result, error)
face.Code type string, comparable
face.Err var error
face.Many const untyped int = 2
face.Name const untyped string = "face"
face.Option type func(*face.unexported) error, not comparable
face.Other type = face.Point
face.Point type struct, comparable
face.Point.X field int
face.Point.Y field int
face.Provider type interface { Name, Verify, sealed }
face.Provider.Name method of the interface, func() string
face.Provider.Verifier embedded face.Verifier
face.Result type struct, not comparable
face.Result.Code field face.Code json:"code,omitempty"
face.Result.Lend method of face.unexported, func()
face.Result.Lent field int
face.Result.Mark method of *face.Result, func(string)
face.Result.Old deprecated
face.Result.Old field int
face.Result.Passed method of face.Result, func() bool
face.Result.Shared embedded a.Shared
face.Verifier type interface { Verify }
face.Verifier.Verify method of the interface, func(string) error
face.Yes const face.Code = "yes"
`, "\t", ""), string(text(facts)))

	again, err := parse(text(facts))
	require.NoError(t, err)
	assert.Equal(t, facts, again)
}

func TestListRefusesWhatItHasNoFormFor(t *testing.T) {
	for _, declaration := range []string{"func Any[T any](t T) {}", "type Set[T comparable] map[T]bool", "type Same[T any] = []T"} {
		_, err := list(face(t, declaration))
		assert.ErrorContains(t, err, "type parameters", declaration)
	}
}

func TestWhatIsInternalIsNotListed(t *testing.T) {
	lib := made(t, map[string]string{
		"made.invalid/examples/one": "package one\nfunc One() {}",
		"made.invalid/internal/key": "package key\nfunc Key() {}",
		"made.invalid/cmd":          "package main\nfunc Main() {}",
		"made.invalid/face":         "package face",
	})
	facts, err := list(lib)
	require.NoError(t, err)
	assert.Equal(t, []fact{{"face", "package made.invalid/face"}}, facts)
}

func TestParseRefusesWhatIsNoFact(t *testing.T) {
	for _, written := range []string{"face\n", "\n", " func()\n", "<<<<<<<\n"} {
		_, err := parse([]byte(written))
		assert.Error(t, err, "%q", written)
	}
}
