package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// A shift ends with its last exchange, long before the stand-in begins to forget
// exchanges (it keeps 10,000). It is long enough that no request of a shift is still
// on its way when the next shift ends.
const (
	shiftExchanges = 6000
	shiftQuestions = 4000
	shiftTime      = 2 * time.Second
)

// desk is in front of the vendors. It injects faults, records which requests arrive
// completely and for which call, and uses several stand-ins in shifts. When the last
// exchange of a shift is over, its records go to the ledger and are forgotten, so
// that nothing is lost and memory is bounded. A new shift does not know the old
// access tokens, which is one way to revoke tokens.
type desk struct {
	ledger   *ledger
	mischief *mischief

	mu     sync.Mutex
	now    *shift
	open   map[int]*shift // shifts whose records are not handed over yet, including the current one
	exited chan struct{}  // closed and replaced when the records of a shift are handed over
}

type shift struct {
	number    int
	standIn   *idverifytest.Server
	began     time.Time
	over      bool
	inFlight  int
	questions int
	sightings map[string]*sighting // by the header that identifies the exchange
}

func newDesk(l *ledger, m *mischief) *desk {
	d := &desk{ledger: l, mischief: m, open: map[int]*shift{}, exited: make(chan struct{})}
	d.begin(1)
	return d
}

func (d *desk) begin(number int) {
	d.now = &shift{number: number, standIn: idverifytest.New(), began: time.Now(), sightings: map[string]*sighting{}}
	d.open[number] = d.now
}

// ServeHTTP adds a header with a unique name to the exchange, so that its record can
// be found. No signature covers that header, unlike the host.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &sighting{vendor: vendorOf(r.URL.Path), body: r.Body, left: r.ContentLength}
	own := *r
	own.Body = seen
	s := d.enter(seen, &own)
	defer d.leave(s)

	fault, strikes := d.mischief.next(seen.vendor)
	if strikes {
		s.standIn.Inject(seen.vendor, fault)
	}
	if d.mischief.revokes() {
		s.standIn.RevokeTokens()
	}
	s.standIn.ServeHTTP(w, &own)
}

// vendorOf is the vendor of a request, or the endpoint of its tokens.
func vendorOf(path string) string {
	for _, v := range all {
		if v.Tokens != nil && path == "/"+v.Name+v.Tokens.Path {
			return v.Tokens.Endpoint
		}
	}
	vendor, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return vendor
}

var all = vendors.All()

func (d *desk) enter(seen *sighting, r *http.Request) *shift {
	d.mu.Lock()
	var ended *shift
	if len(d.now.sightings) >= shiftExchanges {
		ended = d.change()
	}
	s := d.now
	s.inFlight++
	mark := markHeader + strconv.Itoa(len(s.sightings))
	r.Header = r.Header.Clone()
	r.Header.Set(mark, "")
	s.sightings[mark] = seen
	d.mu.Unlock()
	d.closeBooks(ended)
	return s
}

const markHeader = "Soak-Exchange-"

// markOf is the name of the header that was added to the exchange.
func markOf(record idverifytest.Exchange) string {
	for _, name := range record.Headers {
		if strings.HasPrefix(name, markHeader) {
			return name
		}
	}
	return ""
}

func (d *desk) leave(s *shift) {
	d.mu.Lock()
	s.inFlight--
	var ended *shift
	if s.over && s.inFlight == 0 {
		ended = s
	}
	d.mu.Unlock()
	d.closeBooks(ended)
}

// asked closes a question in the current shift.
func (d *desk) asked(q *question) {
	d.mu.Lock()
	d.now.questions++
	d.ledger.close(q, d.now.number)
	var ended *shift
	if d.now.questions >= shiftQuestions && time.Since(d.now.began) >= shiftTime {
		ended = d.change()
	}
	d.mu.Unlock()
	d.closeBooks(ended)
}

// change ends the shift, and returns it if no request uses it. d.mu is held.
func (d *desk) change() (ended *shift) {
	old := d.now
	old.over = true
	d.begin(old.number + 1)
	if old.inFlight == 0 {
		return old
	}
	return nil
}

// closeBooks hands a shift's records to the ledger, and lets it judge the questions
// for which no later request can come.
func (d *desk) closeBooks(s *shift) {
	if s == nil {
		return
	}
	recorded := 0
	for _, record := range s.standIn.Exchanges() {
		seen, known := s.sightings[markOf(record)]
		if !known {
			d.ledger.broken(ruleStandIn, "a record without an exchange")
			continue
		}
		recorded++
		d.ledger.arrived(seen.exchange(record))
	}
	if recorded != len(s.sightings) {
		d.ledger.broken(ruleStandIn, "%d exchanges and %d records", len(s.sightings), recorded)
	}
	s.standIn.Close()

	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.open, s.number)
	oldest := d.now.number
	for number := range d.open {
		oldest = min(oldest, number)
	}
	d.ledger.settle(oldest - 1)
	close(d.exited)
	d.exited = make(chan struct{})
}

// handOver ends the shift and waits until all earlier records are handed over.
func (d *desk) handOver(ctx context.Context) error {
	d.mu.Lock()
	ended := d.change()
	d.mu.Unlock()
	d.closeBooks(ended)
	for {
		d.mu.Lock()
		left, exited := len(d.open), d.exited
		d.mu.Unlock()
		if left == 1 {
			return nil
		}
		select {
		case <-exited:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
