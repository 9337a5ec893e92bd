package idverify_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

var lastID atomic.Int64

func newID() string { return fmt.Sprint(lastID.Add(1)) }

// takeNew takes a new try within a window of one hour.
func takeNew(t *testing.T, store idverify.PersonStore, person string, limit int) (bool, error) {
	t.Helper()
	taken, err := store.Take(t.Context(), idverify.Try{Person: person, ID: newID(), Limit: limit, Window: time.Hour})
	return taken.OK, err
}

// Holds P-PASS-14.
func TestMemoryPersonStore_ExactUnderConcurrency(t *testing.T) {
	const persons, crowd, limit = 10, 50, 7
	store := idverify.NewMemoryPersonStore()
	var passed [persons]atomic.Int64
	var all sync.WaitGroup
	for i := range persons * crowd {
		all.Go(func() {
			taken, err := store.Take(t.Context(), idverify.Try{Person: fmt.Sprint(i % persons), ID: fmt.Sprint(i), Limit: limit, Window: time.Hour})
			ok, wait := taken.OK, taken.RetryAfter
			assert.NoError(t, err)
			if ok {
				passed[i%persons].Add(1)
			} else {
				assert.Greater(t, wait, 59*time.Minute)
			}
		})
	}
	all.Wait()
	for i := range passed {
		assert.EqualValues(t, limit, passed[i].Load())
	}
}

func TestMemoryPersonStore_ForgetsPersons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, size := idverify.NewSmallPersonStore(1000)
		take := func(person string) bool {
			ok, err := takeNew(t, store, person, 1)
			require.NoError(t, err)
			return ok
		}
		for i := range 500 {
			require.True(t, take(fmt.Sprint(i)))
		}
		assert.Equal(t, 500, size())
		time.Sleep(time.Hour)
		for range 10 {
			take("last")
		}
		assert.Equal(t, 1, size(), "whose window has passed is forgotten")

		for i := range 1000 {
			assert.False(t, take("last"))
			require.True(t, take(fmt.Sprint(i)))
			assert.LessOrEqual(t, size(), 1000, "there is room for so many")
		}
		assert.True(t, take("last"), "the one not tried for longest had to go")
		assert.False(t, take("999"))
	})
}

// A person who keeps coming back is never forgotten, but tries that no limit counts
// any more are.
func TestMemoryPersonStore_ForgetsOldTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, size := idverify.NewSmallPersonStore(10)
		for range 2000 {
			ok, err := takeNew(t, store, "person", 5)
			require.NoError(t, err)
			require.True(t, ok)
			time.Sleep(30 * time.Minute)
		}
		assert.Equal(t, 1, size())
	})
}

func TestMemoryPersonStore_DropsOldestPersonFirst(t *testing.T) {
	store, _ := idverify.NewSmallPersonStore(2)
	take := func(person string) bool {
		ok, err := takeNew(t, store, person, 2)
		require.NoError(t, err)
		return ok
	}
	for _, person := range []string{"a", "b", "a", "c"} { // c takes the place of b
		require.True(t, take(person))
	}
	assert.False(t, take("a"))
}

func TestMemoryPersonStore_SeveralLimitsAndWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := idverify.NewMemoryPersonStore()
		take := func(limit int, window time.Duration) (bool, time.Duration) {
			taken, err := store.Take(t.Context(), idverify.Try{Person: "person", ID: newID(), Limit: limit, Window: window})
			require.NoError(t, err)
			return taken.OK, taken.RetryAfter
		}
		for range 4 {
			ok, _ := take(5, 24*time.Hour)
			require.True(t, ok)
			time.Sleep(time.Hour)
		}
		ok, _ := take(1, time.Hour)
		assert.True(t, ok, "a short window does not reach back")
		ok, wait := take(5, 24*time.Hour)
		assert.False(t, ok, "and takes nothing from a long one")
		assert.Equal(t, 20*time.Hour, wait)
		ok, wait = take(2, 24*time.Hour)
		assert.False(t, ok)
		assert.Equal(t, 23*time.Hour, wait, "until all but one of the tries are out of the window")
		ok, wait = take(0, time.Hour)
		assert.False(t, ok)
		assert.Equal(t, time.Hour, wait)
	})
}

func TestMemoryPersonStore_TakeOrReturnTwice(t *testing.T) {
	store := idverify.NewMemoryPersonStore()
	try := func(id string) idverify.Try { return idverify.Try{Person: "p", ID: id, Limit: 2, Window: time.Hour} }
	take := func(id string) bool {
		taken, err := store.Take(t.Context(), try(id))
		require.NoError(t, err)
		return taken.OK
	}
	for range 5 {
		assert.True(t, take("one"))
	}
	assert.True(t, take("two"))
	assert.False(t, take("three"))
	for range 2 {
		require.NoError(t, store.Return(t.Context(), try("one")))
	}
	assert.True(t, take("three"))
	assert.False(t, take("four"))
	require.NoError(t, store.Return(t.Context(), idverify.Try{Person: "nobody", ID: "x"}))
}
