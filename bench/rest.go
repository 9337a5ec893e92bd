package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/report"
	"github.com/idverify/idverify/bench/internal/stats"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// crowds is the second part: a photo of 100 KB from many callers at once.
func crowds(s *stage, results *report.Results) error {
	if !s.wants("crowd") {
		return nil
	}
	for _, callers := range []int{1, 64, 512} {
		if s.quick && callers == 512 {
			continue // a thousand handshakes take too long
		}
		for _, name := range []contestant.Name{contestant.ByHand, contestant.Idverify} {
			crowd, err := s.crowd(name, work.HTTP1TLS, callers)
			if err != nil {
				return fmt.Errorf("%d callers of %s: %w", callers, name, err)
			}
			s.say("%3d callers  %-15s %6.0f calls/s, p50 %.1f ms, p99 %.1f ms, %d connections, %d of them later",
				callers, name, crowd.PerSecond, crowd.P50, crowd.P99, crowd.Opened, crowd.Later)
			results.Crowds = append(results.Crowds, crowd)
		}
	}
	return nil
}

const milli = 1e3

// crowd runs the same crowd several times in one process, so that later rounds reuse
// the connections.
func (s *stage) crowd(name contestant.Name, transport work.Transport, callers int) (report.Crowd, error) {
	crowd := report.Crowd{Name: name, Transport: transport, Callers: callers, Calls: max(300, 3*callers)}
	rounds := 4
	if s.quick {
		crowd.Calls, rounds = max(30, 2*callers), 2
	}
	c := work.Case{Body: work.Multipart, Transport: transport, Size: 100 * work.KB}
	before, err := s.counts()
	if err != nil {
		return crowd, err
	}
	process, err := s.enter(name, s.setup(c))
	if err != nil {
		return crowd, err
	}
	defer process.stop()
	var perSecond, p50, p99, cpu []float64
	for n := range rounds {
		r, err := process.do(worker.Order{Do: worker.Crowd, Calls: crowd.Calls, Callers: callers})
		if err != nil {
			return crowd, err
		}
		counts, err := s.counts()
		if err != nil {
			return crowd, err
		}
		opened := counts.Opened[transport] - before.Opened[transport]
		crowd.Later += opened - crowd.Opened
		crowd.Opened = opened
		if n == 0 { // this round opens the connections
			crowd.Later = 0
			continue
		}
		perSecond, cpu = append(perSecond, 1/r.Time), append(cpu, r.CPU*1e6)
		p50, p99 = append(p50, r.P50*milli), append(p99, r.P99*milli)
	}
	crowd.PerSecond, crowd.CPU = stats.Median(perSecond), stats.Median(cpu)
	crowd.P50, crowd.P99 = stats.Median(p50), stats.Median(p99)
	return crowd, nil
}

// memory is the third part: files of 5 MB, sent by 64 callers at once. The other
// clients hold a whole photo in memory, some several copies: see bytes per call.
func memory(s *stage, results *report.Results) error {
	if !s.wants("memory") {
		return nil
	}
	const size = 5 * work.MB
	callers, rounds := 64, 3
	if s.quick {
		callers, rounds = 16, 1
	}
	file := filepath.Join(s.folder, "photo.jpg")
	if err := os.WriteFile(file, work.Photo(size), 0o600); err != nil {
		return err
	}
	for _, body := range bodies {
		c := work.Case{Body: body, Transport: work.HTTP1TLS, Size: size}
		setup := s.setup(c)
		setup.File = file
		for _, name := range []contestant.Name{contestant.ByHand, contestant.Idverify} {
			grown, err := s.grown(name, setup, callers, rounds)
			if err != nil {
				return fmt.Errorf("memory, %s by %s: %w", c, name, err)
			}
			s.say("%-24s %-9s grew by %.1f MB under %d callers", c, name, grown, callers)
			results.Memory = append(results.Memory, report.Memory{Case: c, Name: name, Callers: callers, Grown: grown})
		}
	}
	return nil
}

// grown is the median over several processes, each measured once.
func (s *stage) grown(name contestant.Name, setup contestant.Setup, callers, rounds int) (float64, error) {
	var grown []float64
	for range rounds {
		process, err := s.enter(name, setup)
		if err != nil {
			return 0, err
		}
		r, err := process.do(worker.Order{Do: worker.Memory, Callers: callers})
		process.stop()
		if err != nil {
			return 0, err
		}
		grown = append(grown, float64(r.Grown)/work.MB)
	}
	return stats.Median(grown), nil
}

// overhead is the fourth part: Client compared with its provider, without a network.
func overhead(s *stage, results *report.Results) error {
	if !s.wants("overhead") {
		return nil
	}
	rounds, calls := 20, 2000
	if s.quick {
		rounds, calls = 10, 500
	}
	for _, v := range []struct {
		vendor string
		body   work.Body
	}{{"tencent", work.Multipart}, {"baiduv4", work.JSON}} {
		process, err := start(roleWorker, s.authority)
		if err != nil {
			return err
		}
		var times, allocs []float64
		setup := contestant.Setup{Body: v.body, Size: work.KB}
		for range rounds {
			r, err := process.do(worker.Order{Do: worker.Overhead, Setup: setup, Calls: calls})
			if err != nil {
				process.stop()
				return fmt.Errorf("overhead: %w", err)
			}
			times, allocs = append(times, r.MoreTime*1e6), append(allocs, r.MoreAllocs)
		}
		process.stop()
		o := report.Overhead{Vendor: v.vendor, Time: stats.Median(times), Allocs: stats.Median(allocs)}
		s.say("Client over %s: %.2f µs, %.1f allocations", o.Vendor, o.Time, o.Allocs)
		results.Overhead = append(results.Overhead, o)
	}
	return nil
}
