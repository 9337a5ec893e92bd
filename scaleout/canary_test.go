package scaleout_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/worker"
)

// clean looks for personal data, keys and tokens in places where none may be: in
// Redis and its SLOWLOG and MONITOR, in the tables, and in logs, spans and metrics,
// those of otelhttp, otelhttptrace and redisotel included. Each place must contain
// something of everybody who writes there, so that the search is not in vain.
func (w *world) clean(t *testing.T) {
	w.heard.mustBeClean(t)
	kept, slow := w.inRedis(t)
	assert.Empty(t, questions.Told(questions.Decoded(kept+slow)), "Redis, in base64")
	for place, have := range map[string]struct {
		text  string
		marks []string
	}{
		"Redis":   {kept, []string{"idverify:{"}},
		"SLOWLOG": {slow, []string{"evalsha"}},
		"SQL":     {w.inTables(t), []string{`"code"`}},
		"logs":    {w.inFiles(t, "*.log"), []string{`"msg"`}},
		"spans":   {w.inFiles(t, "*.spans"), []string{"idverify.verify", `"HTTP POST"`, "http.getconn", `"evalsha"`}},
		"metrics": {w.inFiles(t, "*.metrics"), []string{"idverify.verify.duration", "http.client.request.duration", "db.client.connections.usage"}},
		"errors":  {w.inFiles(t, "*.err"), nil},
	} {
		for _, mark := range have.marks { // the text is too long to print
			assert.True(t, strings.Contains(have.text, mark), "%s contains nothing to check: no %s", place, mark)
		}
		assert.Empty(t, questions.Told(have.text), place)
		if place == "spans" || place == "metrics" || place == "logs" {
			assert.False(t, strings.Contains(have.text, "idverify:{"), "%s contain a key of Redis, with its pseudonym", place)
			assert.False(t, strings.Contains(have.text, worker.User), "%s contain the baggage", place)
		}
		report(t, "canaries: none in %d kB of %s", len(have.text)/1000, place)
	}
	for _, d := range w.desks {
		assert.Empty(t, d.Propagated(), "headers of a tracer that were sent to a vendor")
	}
}

// inRedis is everything that Redis stores, and the commands in its SLOWLOG. SLOWLOG
// keeps only the latest commands, so it is read before ours displace them.
func (w *world) inRedis(t *testing.T) (kept, slow string) {
	t.Helper()
	var all strings.Builder
	for db := range databases {
		client := redis.NewClient(&redis.Options{Addr: w.redis.Addr(), DB: db})
		if slow == "" {
			commands, err := client.SlowLogGet(t.Context(), 2000).Result()
			require.NoError(t, err)
			for _, c := range commands {
				fmt.Fprintf(&all, "%q\n", c.Args)
			}
			slow = all.String()
			all.Reset()
		}
		keys := client.Scan(t.Context(), 0, "*", 1000).Iterator()
		for keys.Next(t.Context()) {
			all.WriteString(keys.Val() + " " + value(t, client, keys.Val()) + "\n")
		}
		require.NoError(t, keys.Err())
		require.NoError(t, client.Close())
	}
	return all.String(), slow
}

// value is the value of a key, empty if the key has expired meanwhile.
func value(t *testing.T, client *redis.Client, key string) string {
	t.Helper()
	if strings.Contains(key, ":g:") { // a number and a time; there are thousands of them
		return ""
	}
	switch client.Type(t.Context(), key).Val() {
	case "hash":
		return fmt.Sprint(client.HGetAll(t.Context(), key).Val())
	case "zset":
		return fmt.Sprint(client.ZRangeWithScores(t.Context(), key, 0, -1).Val())
	}
	return client.Get(t.Context(), key).Val()
}

// inTables is the content of all tables.
func (w *world) inTables(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`select scope, id, print, holder, answer from idverify_claim`,
		`select batch, row_key, worker, null, null from idverify_row`,
	} {
		rows, err := w.db.QueryContext(t.Context(), query)
		require.NoError(t, err)
		for rows.Next() {
			var row [5]sql.RawBytes
			require.NoError(t, rows.Scan(&row[0], &row[1], &row[2], &row[3], &row[4]))
			for _, column := range row {
				all.Write(column)
				all.WriteByte(' ')
			}
			all.WriteByte('\n')
		}
		require.NoError(t, rows.Err())
	}
	return all.String()
}

func (w *world) inFiles(t *testing.T, pattern string) string {
	t.Helper()
	var all strings.Builder
	files, err := filepath.Glob(filepath.Join(w.dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
