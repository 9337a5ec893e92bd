// Package sqlidverify keeps in an SQL database what decides about money in a service of
// many processes: [Ledger], so that one question is one paid call in all of them, and
// [Journal] and [Queue], so that a batch is worked on by many machines and no row is
// paid for twice.
//
// It takes a [database/sql.DB] and a [Dialect], [PostgreSQL] or [MySQL], and imports no
// driver. Nothing is migrated by itself: [Schema] is the SQL of the tables, for whoever
// looks after the database. [Check] looks, once at the start, whether tables and server
// are fit for this.
//
// However database and driver are set up:
//
//   - Whose a row is is read back, and not counted: drivers count differently.
//   - A statement that failed, or whose answer was lost, is made again under the same
//     holder until the time is over, and so counts once.
//   - The database's clock decides. Only durations are handed over.
//   - Every step stands by itself: no session state, advisory lock or notification.
//   - Errors name the kind of failure and nothing else: no key, value or address.
//
// A constructor connects to nothing, so it does not fail while the database is down.
//
// All statements must reach the primary. A standby that is promoted without having all
// that was committed loses claims, and what was lost may be paid for again: replicate
// synchronously, or stop the service before a failover.
package sqlidverify

import (
	"database/sql"

	"github.com/idverify/idverify"
)

// misconfigured is an error about what a constructor was given.
func misconfigured(field, detail string) error {
	return &idverify.Error{
		Code: idverify.CodeInvalidConfig, Field: field, Detail: detail,
		Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent,
	}
}

// checkDB refuses what no store can work with.
func checkDB(db *sql.DB, d Dialect) error {
	if db == nil {
		return misconfigured("db", "the database must not be nil")
	}
	return d.check()
}
