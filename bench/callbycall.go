package main

import (
	"fmt"
	"slices"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/report"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// The sizes that users send: from the smallest photo that a vendor accepts to the
// largest that a phone makes, over TLS and HTTP/1.1.
var (
	bodies     = []work.Body{work.Multipart, work.JSON}
	sizes      = []int{30 * work.KB, 100 * work.KB, work.MB, 5 * work.MB}
	quickSizes = []int{30 * work.KB, 5 * work.MB}
)

// cases are all measured calls. The quick ones are the smallest and the largest photo
// of the first two bodies, and a medium one of each other body.
func cases(quick bool) (all []work.Case) {
	for _, body := range bodies {
		for _, size := range sizes {
			if !quick || slices.Contains(quickSizes, size) {
				all = append(all, work.Case{Body: body, Transport: work.HTTP1TLS, Size: size})
			}
		}
	}
	for _, v := range work.Signed {
		for i, size := range v.Sizes {
			if !quick || i == 1 {
				all = append(all, work.Case{Body: v.Body, Transport: work.HTTP1TLS, Size: size})
			}
		}
	}
	return all
}

// callByCall is the first part: calls one after the other, with the clients in turn.
func callByCall(s *stage, results *report.Results) error {
	for _, c := range cases(s.quick) {
		if !s.wants(c.String()) {
			continue
		}
		rounds, err := s.measure(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		result := report.Sum(c, rounds)
		s.say("%-36s %s", c, result.Line())
		results.Cases = append(results.Cases, result)
	}
	return nil
}

// entrants are the clients that can do the work. By-hand and idverify run next to
// each other.
func entrants(c work.Case) []contestant.Name {
	if _, signed := c.Body.Vendor(); signed {
		all := []contestant.Name{contestant.ByHand, contestant.Idverify}
		if kit := contestant.Kits[c.Body]; kit != "" {
			all = append(all, kit)
		}
		return all
	}
	if c.Body == work.Multipart {
		return []contestant.Name{contestant.ByHand, contestant.Idverify, contestant.IdverifyHTTP2, contestant.Resty}
	}
	return []contestant.Name{contestant.ByHand, contestant.Idverify, contestant.Resty, contestant.TencentSDK, contestant.BaiduSDK}
}

// player is a contestant in its process.
type player struct {
	name    contestant.Name
	process *process
	calls   int // per lap
}

// measure runs the contestants in rounds.
func (s *stage) measure(c work.Case) ([]report.Round, error) {
	players, err := s.players(c)
	defer func() {
		for _, p := range players {
			p.process.stop()
		}
	}()
	if err != nil {
		return nil, err
	}
	var rounds []report.Round
	for range s.rounds {
		turns, err := round(players)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, turns)
	}
	return rounds, nil
}

// round is one turn of every contestant, in laps, so that a short disturbance of the
// machine affects all of them alike.
func round(players []*player) (report.Round, error) {
	turns := report.Round{}
	for range laps {
		for _, p := range players {
			r, err := p.process.do(worker.Order{Do: worker.Turn, Calls: p.calls})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			turns[p.name] = turns[p.name].Plus(r, 1.0/laps)
		}
		slices.Reverse(players) // so that the order does not favour anybody
	}
	return turns, nil
}

const (
	laps      = 3
	warmUp    = 5
	mostCalls = 1000 // per lap
)

// players are started and warmed up. The number of calls makes by-hand's turn as long
// as configured. The others make as many calls, unless their turns would take more
// than twice as long: then as many as fit.
func (s *stage) players(c work.Case) (players []*player, err error) {
	reference := 0
	for _, name := range entrants(c) {
		theirs := c
		if name == contestant.IdverifyHTTP2 {
			theirs.Transport = work.HTTP2TLS
		}
		process, err := s.enter(name, s.setup(theirs))
		if err != nil {
			return players, err
		}
		p := &player{name: name, process: process}
		players = append(players, p)
		if _, err := process.do(worker.Order{Do: worker.Turn, Calls: warmUp}); err != nil {
			return players, fmt.Errorf("%s: %w", name, err)
		}
		warm, err := process.do(worker.Order{Do: worker.Turn, Calls: warmUp})
		if err != nil {
			return players, fmt.Errorf("%s: %w", name, err)
		}
		lap := s.turn.Seconds() / laps
		if reference == 0 {
			reference = within(lap/warm.Time, mostCalls)
		}
		p.calls = within(2*lap/warm.Time, reference)
		if name == contestant.Idverify {
			p.calls = reference
		}
	}
	return players, nil
}

func within(calls float64, most int) int { return max(1, min(int(calls), most)) }
