//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/idverify/idverify/scaleout/desk"
	"github.com/idverify/idverify/scaleout/fleet"
	"github.com/idverify/idverify/scaleout/servers"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
)

// cluster is the running processes, and the servers that they need.
type cluster struct {
	settings
	*fleet.Fleet
	desk *desk.Desk
	ends []func() // closed in reverse order
}

// open starts everything. Close must be called even if open fails.
func (c *cluster) open(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "cluster")
	if err != nil {
		return err
	}
	c.ends = append(c.ends, func() { _ = os.RemoveAll(dir) })
	fmt.Fprintln(out, "starting redis-server and PostgreSQL, which makes its files first: some five seconds …")
	redis, postgres, err := c.servers(dir)
	if err != nil {
		return err
	}
	database := postgres.At(postgres.Addr())
	if err := database.CreateTables(ctx); err != nil {
		return err
	}
	if c.desk, err = desk.Open(nil); err != nil {
		return err
	}
	c.ends = append(c.ends, c.desk.Close)
	setups := make([]worker.Setup, c.processes)
	for i := range setups {
		setups[i] = worker.Setup{Name: "process", Services: []service.Config{{
			Redis: redis.Addr(), Database: database, Vendors: c.desk.Root(),
			Rate: 500, RateName: "cluster", Processes: c.processes,
			Tries: c.tries, Window: time.Minute, Attempt: time.Second,
		}}}
	}
	c.Fleet, err = fleet.New(dir, setups, func(int, worker.Event) {})
	if err == nil {
		c.ends = append(c.ends, c.Fleet.Close)
		fmt.Fprintf(out, "%d processes share them; the vendors are a stand-in, and nothing costs anything\n", c.processes)
	}
	return err
}

func (c *cluster) servers(dir string) (redis *servers.Redis, postgres *servers.Postgres, err error) {
	var redisErr error
	var both sync.WaitGroup
	both.Go(func() { redis, redisErr = servers.StartRedis(dir) })
	postgres, err = servers.StartPostgres(dir)
	both.Wait()
	if redisErr == nil {
		c.ends = append(c.ends, redis.Stop)
	}
	if err == nil {
		c.ends = append(c.ends, postgres.Stop)
		err = redisErr
	}
	return redis, postgres, err
}

func (c *cluster) close() {
	for i := len(c.ends) - 1; i >= 0; i-- {
		c.ends[i]()
	}
}

// ask waits for the results of the callers.
func (c *cluster) ask(ctx context.Context, kind string, numbers []int, members ...int) ([]worker.Told, error) {
	return c.told(ctx, c.Ask(worker.Ask{Kind: kind, Limit: 10 * time.Second}, numbers, members...))
}

func (c *cluster) told(ctx context.Context, p *fleet.Pending) (told []worker.Told, err error) {
	events, err := c.wait(ctx, p)
	for _, e := range events {
		if e.Told != nil {
			told = append(told, *e.Told)
		}
	}
	return told, err
}

func (c *cluster) wait(ctx context.Context, p *fleet.Pending) ([]worker.Event, error) {
	select {
	case <-p.Done():
		return p.Wait(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// everybody repeats one question, once for each process.
func (c *cluster) everybody(n int) []int {
	numbers := make([]int, c.processes)
	for i := range numbers {
		numbers[i] = n
	}
	return numbers
}
