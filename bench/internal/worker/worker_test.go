package worker_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// drive runs a worker in this process, and returns a function that gives it orders.
func drive(t *testing.T) func(worker.Order) worker.Report {
	orders, in := io.Pipe()
	out, reports := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- worker.Serve(orders, reports) }()
	t.Cleanup(func() {
		_ = in.Close()
		assert.NoError(t, <-done, "a worker ends with its input")
	})
	lines := json.NewDecoder(out)
	return func(o worker.Order) worker.Report {
		require.NoError(t, json.NewEncoder(in).Encode(o))
		var r worker.Report
		require.NoError(t, lines.Decode(&r))
		return r
	}
}

func address(t *testing.T) string {
	_, certificate, err := vendor.Certificates(time.Now())
	require.NoError(t, err)
	server, err := vendor.Start(certificate)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server.Base[work.HTTP1]
}

func TestWorker_RunsEveryOrder(t *testing.T) {
	do, url := drive(t), address(t)
	file := filepath.Join(t.TempDir(), "photo.jpg")
	require.NoError(t, os.WriteFile(file, work.Photo(100*work.KB), 0o600))
	setup := contestant.Setup{Body: work.Multipart, BaseURL: url, Size: 100 * work.KB, File: file}
	for _, name := range []contestant.Name{contestant.Idverify, contestant.ByHand} {
		require.Empty(t, do(worker.Order{Do: worker.Open, Name: name, Setup: setup}).Error)

		turn := do(worker.Order{Do: worker.Turn, Calls: 10})
		require.Empty(t, turn.Error)
		assert.Positive(t, turn.Time)
		assert.Greater(t, turn.Allocs, 10.0)
		assert.Greater(t, turn.Bytes, 1000.0)
		assert.Equal(t, turn.HasCPU, turn.CPU > 0)

		crowd := do(worker.Order{Do: worker.Crowd, Calls: 50, Callers: 8})
		require.Empty(t, crowd.Error)
		assert.Positive(t, crowd.P50)
		assert.GreaterOrEqual(t, crowd.P99, crowd.P50)

		require.Empty(t, do(worker.Order{Do: worker.Memory, Callers: 4}).Error)
	}
}

func TestOverhead_IsWhatClientAdds(t *testing.T) {
	do := drive(t)
	for _, body := range []work.Body{work.Multipart, work.JSON} {
		r := do(worker.Order{Do: worker.Overhead, Setup: contestant.Setup{Body: body, Size: work.KB}, Calls: 100})
		require.Empty(t, r.Error)
		assert.Greater(t, r.MoreAllocs, 0.0, "copying a Result and its attempts allocates")
	}
}

func TestWorker_ContinuesAfterFailure(t *testing.T) {
	do := drive(t)
	assert.NotEmpty(t, do(worker.Order{Do: worker.Turn, Calls: 1}).Error, "nothing is open")
	assert.NotEmpty(t, do(worker.Order{Do: worker.Open, Name: "nobody"}).Error)
	setup := contestant.Setup{Body: work.Multipart, BaseURL: address(t) + "/elsewhere", Size: work.KB}
	require.Empty(t, do(worker.Order{Do: worker.Open, Name: contestant.ByHand, Setup: setup}).Error)
	for _, order := range []worker.Order{
		{Do: worker.Turn, Calls: 1}, {Do: worker.Crowd, Calls: 2, Callers: 2}, {Do: worker.Memory, Callers: 2}, {Do: "dance"},
	} {
		assert.NotEmpty(t, do(order).Error, order.Do)
	}
}

func TestLaps_AddUpToATurn(t *testing.T) {
	var turn worker.Report
	for _, lap := range []worker.Report{
		{Time: 1, CPU: 2, Bytes: 30, Allocs: 4, HasCPU: true}, {Time: 3, CPU: 6, Bytes: 50, Allocs: 8, HasCPU: true},
	} {
		turn = turn.Plus(lap, 0.5)
	}
	assert.Equal(t, worker.Report{Time: 2, CPU: 4, Bytes: 40, Allocs: 6, HasCPU: true}, turn)
}
