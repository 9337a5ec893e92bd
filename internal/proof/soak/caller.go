package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// caller asks questions one after another, like one worker of a backend.
type caller struct {
	ledger   *ledger
	desk     *desk
	privacy  *privacy
	policies []policy
	people   []idverifytest.Person
	limit    time.Duration // of one exchange
	dir      string        // for journals
	random   *rand.Rand
}

func (c *caller) work(more func() bool) {
	for more() {
		p := c.policies[c.random.IntN(len(c.policies))]
		switch {
		case p.shares:
			c.together(p)
		case c.random.IntN(100) == 0:
			c.rows(p)
		default:
			c.alone(p)
		}
	}
}

// crowd is all persons. Those who cause no fault are more frequent: with many people
// for whom every vendor fails, all circuits would stay open.
func crowd() []idverifytest.Person {
	shares := map[idverify.Advice]int{idverify.AdviceAccept: 20, idverify.AdviceRetakePhoto: 5, idverify.AdviceTryLater: 1, idverify.AdviceFixAccount: 1}
	var all []idverifytest.Person
	for _, p := range idverifytest.Persons() {
		n, listed := shares[p.Code.Advice()]
		if !listed {
			n = 8
		}
		for range n {
			all = append(all, p)
		}
	}
	return all
}

func (c *caller) person() idverifytest.Person { return c.people[c.random.IntN(len(c.people))] }

// alone makes a single call, as most calls are.
func (c *caller) alone(p policy) {
	q := c.ledger.ask(p.name, p.terms, c.person())
	defer c.desk.asked(q)
	ctx, leave := c.patience(false)
	defer leave()
	_, err := c.verify(ctx, q, p, c.ledger.newTag(), "")
	c.heed(err)
}

// together makes calls with one key: the first one waits to the end, others come
// while it is in progress, and one asks after all are over.
func (c *caller) together(p policy) {
	q := c.ledger.ask(p.name, p.terms, c.person())
	defer c.desk.asked(q)
	q.anchor = c.ledger.newTag()
	key := "question-" + q.anchor.digits()

	begun := make(chan struct{})
	tell := sync.OnceFunc(func() { close(begun) })
	var members sync.WaitGroup
	members.Go(func() {
		defer tell() // if the first call never asks a vendor, the others must still continue
		_, _ = c.verify(context.WithValue(context.Background(), underWay{}, tell), q, p, q.anchor, key)
	})
	<-begun
	for range 1 + c.random.IntN(3) {
		ctx, leave := c.patience(true)
		members.Go(func() {
			defer leave()
			_, _ = c.verify(ctx, q, p, c.ledger.newTag(), key)
		})
	}
	members.Wait()
	_, err := c.verify(context.Background(), q, p, c.ledger.newTag(), key)
	c.heed(err)
}

// verify makes one call, records its answer and checks it for leaks.
func (c *caller) verify(ctx context.Context, q *question, p policy, t tag, key string) (res *idverify.Result, err error) {
	made := c.ledger.begin(q, t)
	defer func() {
		if recover() != nil {
			c.ledger.ended(made, answer{contract: "a panic"})
			err = errPanicked
		}
	}()
	res, err = p.client.Verify(ctx, requestFor(q.person, t, key))
	c.ledger.end(made, res, err)
	c.listen(t, res, err)
	return res, err
}

var errPanicked = errors.New("the call panicked")

// atLength: one in this many answers is checked for leaks in every form.
const atLength = 64

func (c *caller) listen(t tag, res *idverify.Result, err error) {
	c.privacy.spoken(res, err)
	if t%atLength == 0 {
		c.privacy.spokenAtLength(res, err)
	}
}

// patience limits a call, mostly not at all. Some callers leave at a random moment
// between dialling and the answer. Calls of shared questions have no deadline: it
// would also limit the store's time, and a question that the store cannot answer in
// time is paid for again.
func (c *caller) patience(shared bool) (context.Context, context.CancelFunc) {
	switch n := c.random.IntN(100); {
	case n < 15, shared && n < 25:
		ctx, cancel := context.WithCancel(context.Background())
		timer := time.AfterFunc(c.moment(), cancel)
		return ctx, func() {
			timer.Stop()
			cancel()
		}
	case n < 25:
		return context.WithTimeout(context.Background(), c.moment())
	}
	return context.WithCancel(context.Background())
}

// moment is a random time from 50 µs to a quarter of an exchange's limit; short times
// are as frequent as long ones.
func (c *caller) moment() time.Duration {
	const shortest = 50 * time.Microsecond
	span := math.Log(float64(c.limit/4) / float64(shortest))
	return time.Duration(float64(shortest) * math.Exp(c.random.Float64()*span))
}

// heed waits a little if the error advises it, as a caller should: with every circuit
// open the callers would only spin.
func (c *caller) heed(err error) {
	if err != nil && idverify.CodeOf(err).Advice() == idverify.AdviceTryLater {
		<-time.After(time.Duration(c.random.Int64N(int64(5 * time.Millisecond))))
	}
}
