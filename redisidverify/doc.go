// Package redisidverify shares over Redis what the processes of one service have in
// common: Baidu's access tokens ([NewTokenStore]), the calls per second that were
// bought ([NewLimiter]) and the tries of a person ([NewPersonStore]).
//
// Redis is for speed. What is lost there costs a second, a fetch or some tries. There
// is no ledger and no result store on it: a lost claim is a second charge that nobody
// sees.
//
// Each takes a client of go-redis v9 ([redis.Scripter]: a Client, a ClusterClient or
// a Ring) and leaves its settings alone. However they are set:
//
//   - A call of Redis takes no longer than 300 ms. After one that fails, Redis is not
//     called for a second; then one call tries again.
//   - At most 64 calls of a store are under way, those that nobody waits for included.
//   - A command that is sent twice, because its answer was lost, counts once.
//   - Errors name the kind of failure and nothing else: no key, value or address.
//
// A constructor connects to nothing, so it does not fail while Redis is down. [Check]
// looks, once at the start, whether the server is set up for this.
package redisidverify

import (
	"reflect"

	"github.com/idverify/idverify"
)

// misconfigured is an error about what a constructor was given.
func misconfigured(field, detail string) error {
	return &idverify.Error{
		Code: idverify.CodeInvalidConfig, Field: field, Detail: detail,
		Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent,
	}
}

// isNil reports whether there is nothing in an interface, not even a nil pointer.
func isNil(v any) bool {
	value := reflect.ValueOf(v)
	return !value.IsValid() || value.Kind() == reflect.Pointer && value.IsNil()
}
