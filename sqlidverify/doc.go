// Package sqlidverify keeps in an SQL database what decides about money in a service of
// many processes: [Ledger], so that one question is one paid call in all of them, and
// [Journal] and [Queue], so that a batch is worked on by many machines and no row is
// paid for twice.
//
// It takes a [database/sql.DB] and a [Dialect], [PostgreSQL] or [MySQL], and imports no
// driver. It migrates nothing: [Schema] is the SQL of the tables, for the people who run
// the database. Call [Check] once at the start: it reports settings of tables and server
// that would break the promises.
//
// However database and driver are set up:
//
//   - Who has a row is read back from the table. The number of changed rows does not
//     decide it, because drivers count them in different ways.
//   - A statement that failed, or whose answer was lost, is repeated with the same
//     holder until the time is over, so it counts once.
//   - The database's clock decides. Only durations are sent to it.
//   - Every step is independent: no session state, advisory lock or notification.
//   - Errors name the kind of failure and nothing else: no key, value or address.
//
// A constructor connects to nothing, so it does not fail while the database is down.
//
// All statements must reach the primary. A standby that is promoted before it has every
// commit loses claims, and their questions may be paid for again: replicate
// synchronously, or stop the service before a failover.
package sqlidverify

import (
	"database/sql"

	"github.com/idverify/idverify"
)

// misconfigured returns the error of a constructor about one of its arguments.
func misconfigured(field, detail string) error {
	return &idverify.Error{
		Code: idverify.CodeInvalidConfig, Field: field, Detail: detail,
		Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent,
	}
}

// checkDB refuses a nil database and an unknown dialect.
func checkDB(db *sql.DB, d Dialect) error {
	if db == nil {
		return misconfigured("db", "the database must not be nil")
	}
	return d.check()
}
