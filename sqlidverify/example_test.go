package sqlidverify_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/sqlidverify"
)

// One process of a service: a question is asked once, in all of them.
func ExampleNewLedger() {
	// Import the driver for this: _ "github.com/jackc/pgx/v5/stdlib".
	db, err := sql.Open("pgx", "postgres://service@db.example.com/service")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := service(context.Background(), db, sqlidverify.PostgreSQL, "")
	if err != nil {
		log.Fatal(err)
	}
	person := idverifytest.Match()
	res, err := verifier.Verify(context.Background(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber, IdempotencyKey: "account-4711-attempt-1",
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	fmt.Println(res, err)
}

// One machine of many that work on a batch.
func ExampleQueue_Run() {
	db, err := sql.Open("pgx", "postgres://service@db.example.com/service")
	if err != nil {
		log.Fatal(err)
	}
	client, err := service(context.Background(), db, sqlidverify.PostgreSQL, "")
	if err != nil {
		log.Fatal(err)
	}
	if err := machine(context.Background(), db, sqlidverify.PostgreSQL, client); err != nil {
		log.Fatal(err)
	}
}

func service(ctx context.Context, db *sql.DB, d sqlidverify.Dialect, baseURL string) (idverify.Verifier, error) {
	findings, err := sqlidverify.Check(ctx, db, d)
	if err != nil {
		return nil, err
	}
	if len(findings) > 0 {
		return nil, fmt.Errorf("the database is not fit for a ledger: %v", findings)
	}
	ledger, err := sqlidverify.NewLedger(db, d)
	if err != nil {
		return nil, err
	}
	baidu, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: baseURL},
	})
	if err != nil {
		return nil, err
	}
	secret := []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE") // yours comes from a key store
	return idverify.New([]idverify.Provider{baidu}, idverify.WithLedger(ledger, secret))
}

func machine(ctx context.Context, db *sql.DB, d sqlidverify.Dialect, client idverify.Verifier) error {
	queue, err := sqlidverify.NewQueue(db, d, sqlidverify.QueueOptions{Name: "2026-11"})
	if err != nil {
		return err
	}
	// One machine adds the rows, or all of them do: a row is added once.
	if err := queue.Add(ctx, slices.Values([]string{"customer-1", "customer-2", "customer-3"})); err != nil {
		return err
	}
	work, err := queue.Run(ctx, client, sqlidverify.RunOptions{
		Secret: []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE"),
		Load:   customers,
	})
	if err != nil {
		return err
	}
	for r := range work.Results() {
		switch {
		case r.Taken: // another machine asks; it is reported later
		case errors.Is(r.Err, idverify.ErrAmbiguous): // perhaps paid for: a person decides
		default: // r.Result.Passed(), or r.Err: write it to your own table
		}
	}
	return work.Err()
}

// customers reads persons from a table of yours.
func customers(_ context.Context, keys []string) ([]*idverify.Request, error) {
	var all []*idverify.Request
	for _, key := range keys {
		person := idverifytest.Match()
		all = append(all, &idverify.Request{
			Name: person.Name, IDNumber: person.IDNumber, IdempotencyKey: key,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
	}
	return all, nil
}

// The examples do on each server what they say.
func TestExamples_RunOnEachServer(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		vendors := idverifytest.Start(t)
		db := s.open(t)
		client, err := service(t.Context(), db, s.dialect, vendors.BaseURL(idverifytest.BaiduV4))
		require.NoError(t, err)
		for range 2 {
			res, err := client.Verify(t.Context(), questionAbout(idverifytest.Match(), "account-4711-attempt-1"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
		}
		assert.Equal(t, 1, vendors.Bill().Total())
		for range 2 {
			require.NoError(t, machine(t.Context(), db, s.dialect, client))
		}
		assert.Equal(t, 1+3, vendors.Bill().Total())
	})
}
