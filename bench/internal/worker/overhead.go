package worker

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/stats"
	"github.com/idverify/idverify/bench/internal/vendor"
)

// fromMemory answers without a network and without reading the request, so that only
// the library's own work is measured.
type fromMemory struct{}

func (fromMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	answer := vendor.AnswerTo(req)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(answer)),
		Body:          io.NopCloser(strings.NewReader(answer)),
		Request:       req,
	}, nil
}

// overhead measures what Client adds to its one provider. Blocks of calls alternate
// between the two; the result is the median of the differences.
func overhead(s contestant.Setup, calls int) (Report, error) {
	s.BaseURL = "http://127.0.0.1:1" // never dialled
	provider, err := contestant.Provider(s, &http.Client{Transport: fromMemory{}})
	if err != nil {
		return Report{}, err
	}
	client, err := idverify.New([]idverify.Provider{provider})
	if err != nil {
		return Report{}, err
	}
	alone, under := worker{contestant.Asking(provider, s)}, worker{contestant.Asking(client, s)}
	// Both run once before the measurement.
	if err := errors.Join(alone.call(context.Background()), under.call(context.Background())); err != nil {
		return Report{}, err
	}
	var times, allocs []float64
	for range max(1, calls/block) {
		a, err := alone.turn(block)
		if err != nil {
			return Report{}, err
		}
		u, err := under.turn(block)
		if err != nil {
			return Report{}, err
		}
		times, allocs = append(times, u.Time-a.Time), append(allocs, u.Allocs-a.Allocs)
	}
	return Report{MoreTime: stats.Median(times), MoreAllocs: stats.Median(allocs)}, nil
}

// block is short, so that a disturbance of the machine affects only few blocks.
const block = 100
