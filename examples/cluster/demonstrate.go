//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/worker"
)

// demonstrate runs the steps in order, and prints the table.
func demonstrate(ctx context.Context, s settings, out io.Writer) error {
	c := &cluster{settings: s}
	defer c.close()
	if err := c.open(ctx, out); err != nil {
		return err
	}
	var rows []row
	for _, step := range []struct {
		about string
		do    func(ctx context.Context) ([]row, error)
	}{
		{"all ask for the first time, and again when every access token was revoked …", c.tokens},
		{"all take as many starts as they are given, for four seconds …", c.starts},
		{"ten callers at each process try one person at the same moment …", c.triesOfOne},
		{"all ask one question at the same moment …", c.oneQuestion},
		{"one process is killed while a vendor works on its question …", c.killed},
		{"many questions, each at two processes, while processes are killed …", c.many},
	} {
		fmt.Fprintln(out, step.about)
		more, err := step.do(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	fmt.Fprintln(out)
	return print(out, rows)
}

func (c *cluster) tokens(ctx context.Context) ([]row, error) {
	count := func(first int) (int, error) {
		before := c.desk.Vendors.TokenFetches()
		numbers := make([]int, c.processes)
		for i := range numbers {
			numbers[i] = first + 4*i // a made-up person: answered with a decision
		}
		_, err := c.ask(ctx, "token", numbers)
		return c.desk.Vendors.TokenFetches() - before, err
	}
	cold, err := count(1)
	if err != nil {
		return nil, err
	}
	c.desk.Vendors.RevokeTokens()
	revoked, err := count(1001)
	each := fmt.Sprint(c.processes)
	return []row{
		{"access tokens fetched at the start", fmt.Sprint(cold), each},
		{"access tokens fetched after all were revoked", fmt.Sprint(revoked), each},
	}, err
}

func (c *cluster) starts(ctx context.Context) ([]row, error) {
	const length = 4 * time.Second
	events, err := c.wait(ctx, c.TellAll(worker.Command{Pace: &worker.Pace{
		Name: "starts", PerSecond: c.rate, Processes: c.processes, Workers: 8 + int(c.rate)/20, At: time.Now().Add(200 * time.Millisecond), For: length,
	}}, false))
	var at []time.Time
	var shares []int
	for _, e := range events {
		if e.Starts != nil {
			at = append(at, e.Starts.At...)
			shares = append(shares, len(e.Starts.At))
		}
	}
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	slices.SortFunc(at, time.Time.Compare)
	most, first := 0, 0
	for i := range at {
		for at[i].Sub(at[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return []row{
		{"calls started per second", fmt.Sprintf("%.1f", float64(len(at))/length.Seconds()), fmt.Sprintf("%.1f", c.rate*float64(c.processes))},
		{"  most in any second", fmt.Sprint(most), fmt.Sprintf("%.0f", c.rate*float64(c.processes))},
		{"  started by each process", fmt.Sprintf("%d to %d", slices.Min(shares), slices.Max(shares)), fmt.Sprintf("%.0f", c.rate*length.Seconds())},
	}, nil
}

func (c *cluster) triesOfOne(ctx context.Context) ([]row, error) {
	crowd := 10 * c.processes
	told, err := c.ask(ctx, "tries", questions.Alike(0, crowd))
	admitted := 0
	for _, t := range told {
		if t.Decision {
			admitted++
		}
	}
	return []row{{fmt.Sprintf("tries of one person admitted, of %d", crowd), fmt.Sprint(admitted), fmt.Sprint(min(crowd, c.tries*c.processes))}}, err
}

func (c *cluster) oneQuestion(ctx context.Context) ([]row, error) {
	before := c.bills()
	_, err := c.ask(ctx, "one", c.everybody(1))
	return []row{{"bills for one question of all", fmt.Sprint(c.bills() - before), fmt.Sprint(c.processes)}}, err
}

// bills counts what all vendors charged.
func (c *cluster) bills() int { return c.desk.Vendors.Bill().Total() }

// killed kills the process that asks, as soon as the vendor has read its request.
func (c *cluster) killed(ctx context.Context) ([]row, error) {
	const n = 5
	before := c.bills()
	c.desk.Vendors.Inject(idverifytest.BaiduV4, idverifytest.Delay(2*time.Second))
	pending := c.Ask(worker.Ask{Kind: "killed", Limit: time.Second}, []int{n}, 0)
	for c.bills() == before {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	c.Kill(0)
	if _, err := c.wait(ctx, pending); err != nil {
		return nil, err
	}
	told, err := c.ask(ctx, "killed", c.everybody(n))
	ambiguous := 0
	for _, t := range told {
		if t.Ambiguous {
			ambiguous++
		}
	}
	return []row{
		{"bills for a question whose process was killed", fmt.Sprint(c.bills() - before), "2 or more"},
		{"  told that it is ambiguous, of all that ask again", fmt.Sprintf("%d of %d", ambiguous, c.processes), "0"},
	}, err
}

// many asks each question at two processes, several questions at a time, and kills
// two processes meanwhile.
func (c *cluster) many(ctx context.Context) ([]row, error) {
	const rounds = 10
	before := c.bills()
	var numbers []int
	for n := 1; len(numbers) < 2*c.questions; n++ {
		if n%4 > 0 { // a made-up person: answered with a decision
			numbers = append(numbers, n, n) // the next two processes
		}
	}
	round := 0
	for some := range slices.Chunk(numbers, 2*((c.questions+rounds-1)/rounds)) {
		pending := c.Ask(worker.Ask{Kind: "many", Limit: 10 * time.Second}, some)
		if round++; round == 3 || round == 6 {
			if err := c.killSoon(ctx, round%c.processes); err != nil {
				return nil, err
			}
		}
		if _, err := c.told(ctx, pending); err != nil {
			return nil, err
		}
	}
	decided, ambiguous, err := c.afterwards(ctx, numbers)
	return []row{
		{fmt.Sprintf("bills for %d questions, each asked twice, two kills", c.questions), fmt.Sprint(c.bills() - before), fmt.Sprint(2 * c.questions)},
		{"  decided, ambiguous", fmt.Sprintf("%d, %d", decided, ambiguous), ""},
		{"  billed twice", fmt.Sprint(c.billedTwice("many")), fmt.Sprint(c.questions)},
	}, err
}

// killSoon kills a process once its callers have begun.
func (c *cluster) killSoon(ctx context.Context, member int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(120 * time.Millisecond):
		c.Kill(member)
		return nil
	}
}

// afterwards asks every question again.
func (c *cluster) afterwards(ctx context.Context, numbers []int) (decided, ambiguous int, err error) {
	told, err := c.ask(ctx, "many", slices.Compact(slices.Clone(numbers)))
	for _, t := range told {
		switch {
		case t.Decision:
			decided++
		case t.Ambiguous:
			ambiguous++
		}
	}
	return decided, ambiguous, err
}

// billedTwice counts questions that were billed twice, by the requests that arrived.
func (c *cluster) billedTwice(kind string) (twice int) {
	bills := map[int]int{}
	for _, e := range c.desk.Exchanges() {
		if k, n, ok := questions.Of(e.Call); ok && k == kind && e.Billed {
			if bills[n]++; bills[n] == 2 {
				twice++
			}
		}
	}
	return twice
}
