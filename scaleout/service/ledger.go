package service

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/idverify/idverify/sqlidverify"
)

// Database is where claims and rows are.
type Database struct {
	Dialect sqlidverify.Dialect
	DSN     string
}

// Open makes a pool of connections.
func (d Database) Open() (*sql.DB, error) {
	driver := map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "pgx", sqlidverify.MySQL: "mysql"}[d.Dialect]
	db, err := sql.Open(driver, d.DSN)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	db.SetConnMaxLifetime(5 * time.Minute)
	return db, nil
}

// CreateTables does what a DBA does once.
func (d Database) CreateTables(ctx context.Context) error {
	schema, err := sqlidverify.Schema(d.Dialect)
	if err != nil {
		return err
	}
	db, err := d.Open()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range strings.Split(schema, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("service: cannot create the tables: %w", err)
		}
	}
	return nil
}

// openLedger sets up the claims. A real service shares the connections with its other
// work.
func (s *Service) openLedger(d Database) (err error) {
	if s.DB, err = d.Open(); err != nil {
		return err
	}
	s.Ledger, err = sqlidverify.NewLedger(s.DB, d.Dialect)
	return err
}
