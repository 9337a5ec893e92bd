//go:build linux

package faultmatrix

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// way is how a call is made.
type way int

const (
	alone way = iota
	oneVendor
	twoVendors
)

// rounds say how the cells are run. A fault that hangs is ended by the time limit of
// an exchange. If the machine was too slow to reach the fault within the limit, the
// cell is run again after the others, with a longer limit and fewer cells in
// parallel.
var rounds = []struct {
	limit    time.Duration
	parallel int // multiplies Run's parallel, for cells that mostly wait
}{
	{800 * time.Millisecond, 8}, {2 * time.Second, 4}, {4 * time.Second, 2}, {10 * time.Second, 1}, {30 * time.Second, 1},
}

// http2Limit is short enough that three exchanges end before the transport itself
// gives up a silent HTTP/2 connection.
const http2Limit = 4 * time.Second

// cell is one place in the table.
type cell struct {
	fault
	subject string
	way     way
	outcome *Outcome
}

// Run runs every cell, several in parallel, and returns the rows in order. The short
// form runs only the chosen cells.
func Run(parallel int, short bool) ([]Row, error) {
	certs, err := newCertificates()
	if err != nil {
		return nil, err
	}
	rows, cells := table(short)
	for _, round := range rounds {
		var waits, work []cell
		for _, c := range cells {
			if c.hangs {
				waits = append(waits, c)
			} else {
				work = append(work, c)
			}
		}
		run := func(c cell) (settled bool, err error) { return c.run(certs, round.limit) }
		var unsettled [2][]cell
		var errs [2]error
		var both sync.WaitGroup
		both.Go(func() { unsettled[0], errs[0] = each(waits, parallel*round.parallel, run) })
		both.Go(func() { unsettled[1], errs[1] = each(work, parallel, run) })
		both.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		cells = append(unsettled[0], unsettled[1]...)
	}
	for _, c := range cells {
		err = errors.Join(err, fmt.Errorf("%s: the fault struck %d times, and was not what ended the call: %v", c, c.outcome.Struck, c.outcome.Legs))
	}
	return rows, err
}

// table is all rows, still empty, and the cells that fill them.
func table(short bool) ([]Row, []cell) {
	var rows []Row
	var cells []cell
	for i, f := range faults() {
		for _, subject := range subjects() {
			if f.concerns(subject) && (!short || f.chosen(i, subject)) {
				rows = append(rows, Row{Phase: f.phase, Fault: f.name, Vendor: subject})
				cells = append(cells, cell{f, subject, alone, nil}, cell{f, subject, oneVendor, nil}, cell{f, subject, twoVendors, nil})
			}
		}
	}
	for i := range cells {
		row := &rows[i/3]
		cells[i].outcome = []*Outcome{&row.Alone, &row.OneVendor, &row.TwoVendors}[i%3]
	}
	return rows, cells
}

// each runs all cells, several in parallel, and returns those that have not settled.
func each(all []cell, parallel int, run func(cell) (settled bool, err error)) (unsettled []cell, err error) {
	queue := make(chan cell, len(all))
	for _, c := range all {
		queue <- c
	}
	close(queue)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for c := range queue {
				settled, failed := run(c)
				mu.Lock()
				if failed != nil {
					err = errors.Join(err, fmt.Errorf("%s: %w", c, failed))
				} else if !settled {
					unsettled = append(unsettled, c)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return unsettled, err
}

func (c cell) String() string { return fmt.Sprintf("%s, %s, %s", c.phase, c.name.EN, c.subject) }

func (c cell) run(certs *certificates, limit time.Duration) (settled bool, err error) {
	switch {
	case !c.hangs:
		limit = patience
	case c.phase == HTTP2:
		limit = min(limit, http2Limit)
	}
	*c.outcome, err = c.once(certs, c.subject, c.way, limit)
	return c.settled(), err
}

// settled reports whether the outcome comes from the fault, and not from a slow
// machine. A fault that hangs ends in one time-out for each strike, with two
// exceptions. After two failures a token is paused, and the last failure is returned
// without a request. And HTTP/2 keeps using a silent connection, on which only the
// first request, if complete, is certain to be sent.
func (c cell) settled() bool {
	switch o := c.outcome; {
	case c.stays:
		return true
	case o.Struck == 0:
		return false
	case !c.hangs:
		return true
	default:
		timeouts, unsent, others := o.timeouts(c.phase)
		paused := vendors.AsksForTokens(c.subject) && o.Struck == 2
		return others == 0 && (timeouts <= o.Struck || paused || c.lasts && (c.large || unsent == 0))
	}
}

// timeouts counts the attempts at the vendor under fault that timed out, those among
// them whose request was not sent, and those that failed otherwise. A provider alone
// makes one attempt.
func (o Outcome) timeouts(phase Phase) (all, unsent, others int) {
	late := idverify.CodeTimeout
	if phase == Media {
		late = idverify.CodeUnreadableEvidence // the limit ended while the media was read
	}
	legs := o.Legs
	if len(legs) == 0 {
		alone := idverify.Attempt{Code: o.Code, Delivery: idverify.DeliveryNotSent}
		if o.Sent {
			alone.Delivery = idverify.DeliveryUnanswered
		}
		legs = []idverify.Attempt{alone}
	}
	for _, leg := range legs {
		switch {
		case leg.Vendor != legs[0].Vendor || leg.Code.IsDecision():
		case leg.Code != late:
			others++
		case leg.Sent():
			all++
		default:
			all++
			unsent++
		}
	}
	return all, unsent, others
}

func (f fault) once(certs *certificates, subject string, w way, limit time.Duration) (Outcome, error) {
	strikes := int64(always)
	if w == oneVendor && !f.stays || f.phase == AfterAnswer {
		strikes = 1
	}
	r, err := newRunning(certs, subject, strikes)
	if err != nil {
		return Outcome{}, err
	}
	defer r.Close()
	at, err := f.arrange(r, subject, w)
	if err != nil {
		return Outcome{}, err
	}
	at.timeout = limit
	asked, err := r.verifier(subject, w, at)
	if err != nil {
		return Outcome{}, err
	}
	size := smallPicture
	if f.large && !vendors.AsksForTokens(subject) {
		size = largePicture
	}
	if f.size > 0 {
		size = f.size
	}
	var media func([]byte) idverify.Media
	if f.media != nil {
		media = f.media(r)
	}
	if f.gated {
		r.gate = r.newGate(int(strikes))
		r.caller, media = r.gate.watched(r.caller), r.gate.media
	}
	req := request(subject, size, media)

	res, err := asked.Verify(r.caller, req)
	calls := 1
	if f.phase == AfterAnswer && err == nil {
		close(r.returned)
		select {
		case <-r.onward:
		case <-time.After(patience):
			return Outcome{}, errors.New("the connection was not given up")
		}
		calls = 2
		res, err = asked.Verify(r.caller, req)
	}
	r.end()
	return r.outcome(subject, calls, res, err), nil
}

// arrange puts the fault in its place, and returns how to reach the vendor.
func (f fault) arrange(r *running, subject string, w way) (reached, error) {
	switch {
	case f.reach != nil:
		return f.reach(r)
	case f.says != nil:
		says := f.says(r)
		if w != oneVendor {
			says = says.Always()
		}
		r.standIn.Inject(subject, says)
		return reached{root: "https://" + r.vendorAddr}, nil
	case f.media != nil:
		return reached{root: "https://" + r.vendorAddr}, nil
	case f.http2.strike != nil:
		server, err := newHTTP2(r, f.http2, pathOf(subject))
		if err != nil {
			return reached{}, err
		}
		r.closes(server.Close)
		return reached{root: "https://" + server.addr(), http2: true}, nil
	}
	p, err := newProxy(r, f.plan, pathOf(subject))
	if err != nil {
		return reached{}, err
	}
	r.closes(p.Close)
	return reached{root: "https://" + p.addr()}, nil
}

// verifier is a provider, or a Client with its default policy. Only the random part
// of its waits is removed.
func (r *running) verifier(subject string, w way, at reached) (idverify.Verifier, error) {
	faulty, err := r.provider(subject, at)
	if err != nil || w == alone {
		return faulty, err
	}
	providers := []idverify.Provider{faulty}
	if w == twoVendors {
		healthy, err := r.provider(Behind(subject), reached{root: "https://" + r.vendorAddr, timeout: patience})
		if err != nil {
			return nil, err
		}
		providers = append(providers, healthy)
	}
	return idverify.New(providers, idverify.WithRetry(idverify.Retry{Random: func() float64 { return 0 }}))
}

func (r *running) outcome(subject string, calls int, res *idverify.Result, err error) Outcome {
	vendor := vendorOf(subject).Name
	o := Outcome{
		Calls: calls, Struck: int(r.struck.Load()), ElsewhereIn: int(r.decoys.Load()),
		Bill: r.standIn.Bill().For(vendor), BillOther: r.standIn.Bill().Total() - r.standIn.Bill().For(vendor),
		Arrived: r.standIn.Calls(subject),
	}
	for _, e := range r.standIn.Exchanges() {
		if e.Fault != "" {
			o.Struck++
		}
	}
	if err == nil {
		o.Code, o.Billed, o.Sent, o.Legs = res.Code, res.Billed, true, res.Attempts
		o.Said = idverifytest.Spoken(res)
		return o
	}
	o.Said = append(idverifytest.Spoken(err), err.Error())
	var e *idverify.Error
	if !errors.As(err, &e) {
		o.Detail = "an error that is not idverify's"
		return o
	}
	o.Code, o.Billed, o.Detail, o.Legs = e.Code, e.Billed, e.Detail, e.Attempts
	o.Sent, o.Ambiguous, o.Repeatable = e.Sent(), e.Ambiguous(), e.Repeatable()
	for _, leg := range o.Legs {
		if leg.Err != nil {
			o.Said = append(o.Said, idverifytest.Spoken(leg.Err)...)
		}
	}
	return o
}
