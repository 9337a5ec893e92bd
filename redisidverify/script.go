package redisidverify

import (
	_ "embed"
	"math"
	"time"

	"github.com/redis/go-redis/v9"
)

// Every script lists all its keys in KEYS, and they share one hash tag, for Redis
// Cluster. Repeating a script changes nothing.
var (
	//go:embed scripts/token_load.lua
	tokenLoadText string
	//go:embed scripts/token_save.lua
	tokenSaveText string
	//go:embed scripts/token_peek.lua
	tokenPeekText string
	//go:embed scripts/token_drop.lua
	tokenDropText string
	//go:embed scripts/rate_reserve.lua
	rateReserveText string
	//go:embed scripts/person_take.lua
	personTakeText string
	//go:embed scripts/person_return.lua
	personReturnText string

	tokenLoad    = redis.NewScript(tokenLoadText)
	tokenSave    = redis.NewScript(tokenSaveText)
	tokenPeek    = redis.NewScript(tokenPeekText)
	tokenDrop    = redis.NewScript(tokenDropText)
	rateReserve  = redis.NewScript(rateReserveText)
	personTake   = redis.NewScript(personTakeText)
	personReturn = redis.NewScript(personReturnText)
)

// number is the i-th element of a reply, false if it is missing or negative.
func (r reply) number(i int) (int64, bool) {
	if i >= len(r) {
		return 0, false
	}
	n, ok := r[i].(int64)
	return n, ok && n >= 0
}

// text is the i-th element of a reply.
func (r reply) text(i int) (string, bool) {
	if i >= len(r) {
		return "", false
	}
	s, ok := r[i].(string)
	return s, ok
}

// times is n units, at most the longest Duration.
func times(n int64, unit time.Duration) time.Duration {
	if n > math.MaxInt64/int64(unit) {
		return math.MaxInt64
	}
	return time.Duration(n) * unit
}

// roundedUp is d in units, rounded up.
func roundedUp(d, unit time.Duration) int64 {
	n := int64(d / unit)
	if d%unit > 0 {
		n++
	}
	return n
}
