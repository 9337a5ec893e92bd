package idverifytest

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMemory_GrantedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory{free: 10}
		assert.True(t, m.take(t.Context(), nil, 4))
		assert.True(t, m.take(t.Context(), nil, 6))

		var mu sync.Mutex
		var order []int64
		for _, n := range []int64{8, 1, 3} {
			go func() {
				if m.take(t.Context(), nil, n) {
					mu.Lock()
					order = append(order, n)
					mu.Unlock()
				}
			}()
			synctest.Wait() // one after another
		}
		m.giveBack(4)
		synctest.Wait()
		assert.Empty(t, order, "small requests do not overtake the large one")
		go func() { m.take(t.Context(), nil, 2) }()
		synctest.Wait()
		assert.Len(t, m.waiting, 4, "nor does a later one")
		m.giveBack(6)
		synctest.Wait()
		assert.ElementsMatch(t, []int64{8, 1}, order)
		m.giveBack(8)
		synctest.Wait()
		assert.ElementsMatch(t, []int64{8, 1, 3}, order)
		m.giveBack(1 + 3 + 2)
		assert.EqualValues(t, 10, m.free)
	})
}

func TestMemory_WaiterLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memory{free: 2}
		assert.True(t, m.take(t.Context(), nil, 2))
		begun := time.Now()
		assert.False(t, m.take(t.Context(), nil, 2))
		assert.Equal(t, waitTime, time.Since(begun))

		gone, leave := context.WithCancel(t.Context())
		closed := make(chan struct{})
		ended := make(chan bool, 3)
		go func() { ended <- m.take(gone, nil, 2) }()
		go func() { ended <- m.take(t.Context(), closed, 2) }()
		synctest.Wait()
		leave()
		assert.False(t, <-ended)
		close(closed)
		assert.False(t, <-ended)
		assert.Empty(t, m.waiting)
		assert.Equal(t, waitTime, time.Since(begun), "neither waited")

		// When a waiter leaves, the ones behind it get the free memory.
		m.giveBack(1)
		large, leave := context.WithCancel(t.Context())
		go func() { m.take(large, nil, 2) }()
		synctest.Wait()
		go func() { ended <- m.take(t.Context(), nil, 1) }()
		synctest.Wait()
		leave()
		assert.True(t, <-ended)
		assert.EqualValues(t, 0, m.free)
	})
}
