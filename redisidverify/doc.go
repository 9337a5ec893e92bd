// Package redisidverify lets the processes of one service share through Redis: Baidu's
// access tokens ([NewTokenStore]), the purchased calls per second ([NewLimiter]) and
// the tries per person ([NewPersonStore]).
//
// Redis is only for speed. If its data is lost, that costs a second, a fetch or some
// tries. There is no ledger and no result store for Redis, because a lost claim would
// mean a second charge that nobody notices.
//
// Each takes a client of go-redis v9 ([redis.Scripter]: a Client, a ClusterClient or a
// Ring) and does not change its settings. With any settings:
//
//   - A call of Redis takes no longer than 300 ms. After one that fails, Redis is not
//     called for a second; then one call tries again.
//   - At most 64 calls of a store are in progress, including abandoned ones.
//   - A command sent twice, because its answer was lost, counts once.
//   - Errors name only the kind of failure: no key, value or address.
//
// A constructor does not connect, so it does not fail while Redis is down. Call
// [Check] once at the start to see whether the server's configuration is suitable.
package redisidverify

import (
	"reflect"

	"github.com/idverify/idverify"
)

// misconfigured is an error about an argument of a constructor.
func misconfigured(field, detail string) error {
	return &idverify.Error{
		Code: idverify.CodeInvalidConfig, Field: field, Detail: detail,
		Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent,
	}
}

// isNil reports whether an interface is nil or contains a nil pointer.
func isNil(v any) bool {
	value := reflect.ValueOf(v)
	return !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil()
}
