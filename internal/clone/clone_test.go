package clone

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct {
	Texts []string
	own   *int
}

type reply struct {
	Score  *float64
	Inner  *inner
	ByName map[string][]int
	Any    any
	Err    error
	Array  [2]*int
	At     time.Time
	Nested []inner
	Func   func()
	None   []string
	Self   *reply
}

func TestOf_SharesNothingMutable(t *testing.T) {
	score, number := 0.5, 1
	r := &reply{
		Score: &score, Inner: &inner{Texts: []string{"a"}, own: &number}, ByName: map[string][]int{"a": {1}},
		Any: []any{&number, map[string]any{"b": []string{"c"}}}, Err: io.EOF, Array: [2]*int{&number}, At: time.Now(),
		Nested: []inner{{Texts: []string{"d"}}}, Func: func() {},
	}
	var original any = r
	own, ok := Of(original).(*reply)
	require.True(t, ok)
	assert.Nil(t, own.None)
	assert.Equal(t, r.Any, own.Any)
	assert.Equal(t, r.At, own.At)
	assert.True(t, errors.Is(own.Err, io.EOF), "an error is compared by its address")
	assert.Same(t, r.Inner.own, own.Inner.own, "unexported fields are shared")

	*own.Score, own.Inner.Texts[0], own.ByName["a"][0], *own.Array[0], own.Nested[0].Texts[0] = 9, "x", 9, 9, "x"
	own.ByName["new"] = nil
	own.Any.([]any)[1].(map[string]any)["b"].([]string)[0] = "x"
	*own.Any.([]any)[0].(*int) = 9
	assert.Equal(t, 0.5, *r.Score)
	assert.Equal(t, []string{"a"}, r.Inner.Texts)
	assert.Equal(t, map[string][]int{"a": {1}}, r.ByName)
	assert.Equal(t, 1, number)
	assert.Equal(t, "d", r.Nested[0].Texts[0])
	assert.Equal(t, map[string]any{"b": []string{"c"}}, r.Any.([]any)[1])
}

func TestOf_CyclicValues(t *testing.T) {
	r := &reply{}
	r.Self = r
	own := Of(r)
	assert.NotSame(t, r, own)
	assert.Same(t, own, own.Self)

	list := make([]any, 2)
	list[0], list[1] = list, list
	copied := Of(list)
	copied[1] = 7
	assert.NotEqual(t, 7, list[1])
}

func TestOf_Nil(t *testing.T) {
	assert.Nil(t, Of[any](nil))
	assert.Nil(t, Of[*reply](nil))
	assert.Equal(t, 7, Of[any](7))
}
