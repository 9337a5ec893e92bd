package service

import (
	"database/sql"
	"time"

	"github.com/idverify/idverify/sqlidverify"
)

// openLedger sets up the claims. A real service shares the connections with its other
// work.
func (s *Service) openLedger(dsn string) (err error) {
	if s.DB, err = OpenPostgres(dsn); err != nil {
		return err
	}
	s.Ledger, err = sqlidverify.NewLedger(s.DB, sqlidverify.PostgreSQL)
	return err
}

// OpenPostgres makes a pool of connections.
func OpenPostgres(dsn string) (*sql.DB, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxLifetime(5 * time.Minute)
	return db, nil
}
