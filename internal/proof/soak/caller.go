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

// caller asks one question after another, as one worker of a backend does.
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

// crowd is everybody, those who are nobody's trouble more often: many people
// for whom every vendor fails would keep all circuits open.
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

// alone is a call as most are.
func (c *caller) alone(p policy) {
	q := c.ledger.ask(p.name, p.terms, c.person())
	defer c.desk.asked(q)
	ctx, leave := c.patience(false)
	defer leave()
	_, err := c.verify(ctx, q, p, c.ledger.newTag(), "")
	c.heed(err)
}

// together are calls with one key: one that comes first and stays, others that
// come while it is under way, and one that asks when all is over.
func (c *caller) together(p policy) {
	q := c.ledger.ask(p.name, p.terms, c.person())
	defer c.desk.asked(q)
	q.anchor = c.ledger.newTag()
	key := "question-" + q.anchor.digits()

	begun := make(chan struct{})
	tell := sync.OnceFunc(func() { close(begun) })
	var members sync.WaitGroup
	members.Go(func() {
		defer tell() // an anchor that never came to ask must not keep the others waiting
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

// verify makes one call and has its answer entered and looked through.
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

// atLength is of how many answers one is looked through at length.
const atLength = 64

func (c *caller) listen(t tag, res *idverify.Result, err error) {
	c.privacy.spoken(res, err)
	if t%atLength == 0 {
		c.privacy.spokenAtLength(res, err)
	}
}

// patience is how long a call is waited for: mostly as long as it takes. Some
// callers leave at a moment that falls anywhere between dialling and the answer. Those
// of shared questions have no deadline: it would limit the store's time as well, and
// what a store cannot say in time is paid for again.
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

// moment is any time from 50 µs to a quarter of an exchange's limit, the short
// ones as often as the long ones.
func (c *caller) moment() time.Duration {
	const shortest = 50 * time.Microsecond
	span := math.Log(float64(c.limit/4) / float64(shortest))
	return time.Duration(float64(shortest) * math.Exp(c.random.Float64()*span))
}

// heed waits a little when that is the advice, as a caller should: with every
// circuit open the others would only spin.
func (c *caller) heed(err error) {
	if err != nil && idverify.CodeOf(err).Advice() == idverify.AdviceTryLater {
		<-time.After(time.Duration(c.random.Int64N(int64(5 * time.Millisecond))))
	}
}
