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

// fromMemory answers without a network, and without reading what it is sent:
// what is left is what the library does itself.
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

// overhead is what Client takes on top of the one provider that it asks, by
// blocks of calls of each in turn: the median of the differences.
func overhead(s contestant.Setup, calls int) (Report, error) {
	s.BaseURL = "http://127.0.0.1:1" // nobody goes there
	provider, err := contestant.Provider(s, &http.Client{Transport: fromMemory{}})
	if err != nil {
		return Report{}, err
	}
	client, err := idverify.New([]idverify.Provider{provider})
	if err != nil {
		return Report{}, err
	}
	alone, under := worker{contestant.Asking(provider, s)}, worker{contestant.Asking(client, s)}
	// Both have run once before either is measured.
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

// block is so short that what disturbs the machine falls into few of them.
const block = 100
