package batch_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/batch"
)

// journalOf writes a journal with the given number of answered rows, as a run would
// leave it, and returns its path and size.
func journalOf(tb testing.TB, rows int) (path string, size int64) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "journal")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	require.NoError(tb, err)
	out := bufio.NewWriterSize(file, 1<<20)
	_, err = out.WriteString(journalHead)
	require.NoError(tb, err)
	for i := range rows {
		key := fmt.Sprintf("row-%d:%032x", i, i)
		_, _ = out.WriteString(batch.Seal(`{"at":"2026-01-02T15:04:05.123456789Z","key":"` + key + `","begun":true}`))
		_, err = out.WriteString(batch.Seal(`{"at":"2026-01-02T15:04:06.123456789Z","key":"` + key + `","result":{"code":"match","vendor":"vendor",` +
			`"request_id":"` + strconv.Itoa(1_000_000_000+i) + `","http_status":200,"billed":"yes","checks":[{"kind":"similarity","value":92.75,` +
			`"scale":{"min":0,"max":100},"direction":"higher_is_better","normalized":0.9275,"comparator":">","threshold":80,"passed":true,"margin":0.6375}],` +
			`"attempts":[{"vendor":"vendor","code":"match","request_id":"` + strconv.Itoa(1_000_000_000+i) + `","http_status":200,"billed":"yes",` +
			`"delivery":"answered","sent":true,"ambiguous":false,"repeatable":false,"duration_ms":412}],"passed":true,"advice":"accept"}}`))
		require.NoError(tb, err)
	}
	require.NoError(tb, out.Flush())
	info, err := file.Stat()
	require.NoError(tb, err)
	require.NoError(tb, file.Close())
	return path, info.Size()
}

// BenchmarkFileJournal_Reopen opens a journal of a million rows; for comparison it
// also reads the same file without using it. The target on two cores is 3 s, and
// 100 MB of allocations in total, freed or not (B/op).
func BenchmarkFileJournal_Reopen(b *testing.B) {
	const rows = 1_000_000
	path, size := journalOf(b, rows)
	b.Run("open", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		var kept uint64
		for b.Loop() {
			before := heapInUse()
			j, err := batch.OpenFileJournal(path)
			require.NoError(b, err)
			kept = heapInUse() - before
			require.NoError(b, j.Close())
			runtime.KeepAlive(j)
		}
		b.ReportMetric(float64(kept)/(1<<20), "MB-kept")
		b.ReportMetric(float64(kept)/rows, "B/row")
	})
	b.Run("only read", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			file, err := os.Open(path)
			require.NoError(b, err)
			_, err = io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{file})
			require.NoError(b, err)
			require.NoError(b, file.Close())
		}
	})
}

// A million rows are opened with 100 MB of allocations: 100 bytes a row. A line has
// about 700.
func TestFileJournal_ReopenMemoryPerRow(t *testing.T) {
	const rows, buffers = 20_000, 512 << 10
	path, size := journalOf(t, rows)
	require.Greater(t, size, int64(rows*600))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	j, err := batch.OpenFileJournal(path)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	defer j.Close()
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(rows*100+buffers))
	_, found, err := j.Load(t.Context(), fmt.Sprintf("row-%d:%032x", rows-1, rows-1))
	require.NoError(t, err)
	assert.True(t, found)
}

func heapInUse() uint64 {
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
