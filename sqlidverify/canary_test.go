package sqlidverify_test

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/sqlidverify"
)

// Calls with a ledger and a batch, of which some fail, leave no name, number or key in
// any table, event or error.
// Holds P-MANY-5.
func TestCanary_NoPersonalDataOrKeysInDatabase(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		vendors := idverifytest.Start(t)
		p := tcpproxy.Start(t, s.addr)
		db := s.at(p.Addr()).open(t)
		var mu sync.Mutex
		var said strings.Builder
		note := func(what any) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&said, "%v %+v\n", what, what)
		}
		onStore := func(e idverify.StoreEvent) { note(e) }
		baidu, err := baiduv4.New(baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
			HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(idverifytest.BaiduV4)}})
		require.NoError(t, err)
		l := newLedger(t, db, s.dialect)
		client, err := idverify.New([]idverify.Provider{baidu}, idverify.WithLedger(l, secret), idverify.WithHooks(idverify.Hooks{Store: onStore}))
		require.NoError(t, err)

		// Calls: a pass, a face that differs, a person whom the vendor does not know.
		people := idverifytest.Persons()
		for i, person := range people {
			res, err := client.Verify(t.Context(), questionAbout(person, fmt.Sprintf("key-%d", i)))
			note(res)
			note(err)
		}
		// A batch.
		q := newQueue(t, s.at(p.Addr()), sqlidverify.QueueOptions{OnStore: onStore}, 6)
		for _, r := range work(t, q, client) {
			note(r)
		}
		// What goes wrong, and what operators see.
		require.NoError(t, err)
		undecided, err := l.Undecided(t.Context(), 100)
		require.NoError(t, err)
		note(undecided)
		seen := dump(t, s.open(t), s.dialect)
		require.Contains(t, seen, "ledger|")
		require.Contains(t, seen, "row-00005|")
		require.Contains(t, seen, string(idverify.CodeFaceMismatch))

		p.Cut()
		_, err = client.Verify(t.Context(), questionAbout(people[0], "key-cut"))
		require.ErrorIs(t, err, idverify.ErrStoreUnavailable)
		note(err)
		r := request()
		_, err = l.Claim(t.Context(), r)
		note(err)
		assert.NotContains(t, err.Error(), r.ID)
		assert.NotContains(t, err.Error(), p.Addr())
		seen += said.String()
		require.Contains(t, seen, "claim")

		for _, person := range people {
			for about, canary := range map[string]string{
				"name": person.Name, "number": person.IDNumber,
				"API key": idverifytest.BaiduAPIKey, "secret key": idverifytest.BaiduSecretKey, "secret": string(secret),
			} {
				if len(canary) < 6 { // two characters of a name stand in other words as well
					continue
				}
				for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%+q", canary)[1:], base64.StdEncoding.EncodeToString([]byte(canary))[:8]} {
					assert.NotContains(t, seen, strings.TrimSuffix(form, `"`), about)
				}
			}
		}
	})
}

func questionAbout(person idverifytest.Person, key string) *idverify.Request {
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, IdempotencyKey: key,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}
}

// dump is every row of every table of the test's own database, field by field.
func dump(t *testing.T, db *sql.DB, d sqlidverify.Dialect) string {
	t.Helper()
	own := map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "current_schema()", sqlidverify.MySQL: "database()"}[d]
	tables := query(t, db, "select table_name from information_schema.tables where table_schema = "+own)
	require.Len(t, tables, 2)
	var all strings.Builder
	for _, table := range tables {
		for _, row := range query(t, db, "select * from "+table) {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

func query(t *testing.T, db *sql.DB, text string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		fields, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range fields {
			into[i] = &fields[i]
		}
		require.NoError(t, rows.Scan(into...))
		var texts []string
		for _, field := range fields {
			switch f := field.(type) {
			case []byte:
				texts = append(texts, string(f))
			case time.Time:
				texts = append(texts, f.String())
			default:
				texts = append(texts, fmt.Sprint(f))
			}
		}
		all = append(all, strings.Join(texts, "|"))
	}
	require.NoError(t, rows.Err())
	return all
}
