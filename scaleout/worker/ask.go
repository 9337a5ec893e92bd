package worker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
)

// CallHeader names the call in every request to a vendor: "question/call". The
// library does not know it, so the record does not depend on the library.
const CallHeader = "Scaleout-Call"

type callKey struct{}

// tagged adds the header of the context's call.
func tagged(next http.RoundTripper) http.RoundTripper { return tagger{next} }

type tagger struct{ next http.RoundTripper }

func (t tagger) RoundTrip(r *http.Request) (*http.Response, error) {
	if call, ok := r.Context().Value(callKey{}).(string); ok {
		r = r.Clone(r.Context())
		r.Header.Set(CallHeader, call)
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections passes the call on to the transport below.
func (t tagger) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// newCall names a call.
func (p *process) newCall(ctx context.Context, kind string, n int) (context.Context, string) {
	call := fmt.Sprintf("%s/%s.%d", questions.Key(kind, n), p.setup.Name, p.calls.Add(1))
	return withBaggage(context.WithValue(ctx, callKey{}, call)), call
}

// verify makes a call, and reports the result.
func (p *process) verify(ctx context.Context, id int, v idverify.Verifier, kind string, n int) Told {
	ctx, call := p.newCall(ctx, kind, n)
	began := time.Now()
	t := ToldOf(v.Verify(ctx, questions.Request(kind, n)))
	t.Kind, t.N, t.Call, t.Took = kind, n, call, time.Since(began)
	p.tell(Event{ID: id, Told: &t})
	return t
}

// ask starts all calls at the same moment, each at the next service in turn.
func (p *process) ask(id int, a Ask) {
	var all sync.WaitGroup
	wait := time.NewTimer(time.Until(a.At))
	<-wait.C
	asking := p.services
	if len(a.Services) > 0 {
		asking = nil
		for _, i := range a.Services {
			asking = append(asking, p.services[i])
		}
	}
	for i, n := range a.Numbers {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), a.Limit)
			defer cancel()
			p.verify(ctx, id, asking[i%len(asking)].Client, a.Kind, n)
		})
	}
	all.Wait()
}

// roam asks until it is stopped.
func (p *process) roam(id int, r Roam) {
	var all sync.WaitGroup
	for w := range r.Workers {
		random := rand.New(rand.NewPCG(r.Seed, uint64(w)))
		s := p.services[w%len(p.services)]
		all.Go(func() {
			for p.stopping.Err() == nil {
				p.roamOnce(id, r, s, random)
			}
		})
	}
	all.Wait()
}

func (p *process) roamOnce(id int, r Roam, s *service.Service, random *rand.Rand) {
	middle := int(time.Since(r.Begin).Seconds() * r.PerSecond)
	n := max(0, middle-random.IntN(r.Spread))
	if random.IntN(20) == 0 { // an old question is asked again
		n = random.IntN(middle + 1)
	}
	limit := r.Limit/4 + time.Duration(random.Int64N(int64(r.Limit*3/4)))
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if random.IntN(20) == 0 { // a caller that leaves early
		leave := time.AfterFunc(time.Duration(random.Int64N(int64(limit/4))), cancel)
		defer leave.Stop()
	}
	rest := 20 * time.Millisecond
	if t := p.verify(ctx, id, s.Client, r.Kind, n); t.Code.Advice() == idverify.AdviceTryLater {
		rest = 200 * time.Millisecond
	}
	pause(p.stopping, time.Duration(random.Int64N(int64(rest))))
}

// pause waits unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
