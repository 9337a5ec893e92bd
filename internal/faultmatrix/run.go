//go:build linux

package faultmatrix

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// way is how a call is made.
type way int

const (
	alone way = iota
	oneVendor
	twoVendors
)

// shortLimit ends an exchange that hangs. Where the machine was too slow to come
// as far as the fault within it, the cell is run again with more time.
const (
	shortLimit = 800 * time.Millisecond
	runsAgain  = 6
)

// Run runs every cell, some at the same time, and gives the rows in order.
func Run(parallel int) ([]Row, error) {
	certs, err := newCertificates()
	if err != nil {
		return nil, err
	}
	var rows []Row
	var work []func() error
	var waits []func() error // cells that mostly wait: all the others can run meanwhile
	for _, f := range faults() {
		for _, subject := range subjects() {
			if f.concerns(subject) {
				rows = append(rows, Row{Phase: f.phase, Fault: f.name, Vendor: subject})
			}
		}
	}
	at := 0
	for _, f := range faults() {
		for _, subject := range subjects() {
			if !f.concerns(subject) {
				continue
			}
			row := &rows[at]
			at++
			for w, to := range []*Outcome{&row.Alone, &row.OneVendor, &row.TwoVendors} {
				cell := func() error {
					var err error
					if *to, err = f.cell(certs, subject, way(w)); err != nil {
						return fmt.Errorf("%s, %s, %s: %w", f.phase, f.name.EN, subject, err)
					}
					return nil
				}
				if f.hangs {
					waits = append(waits, cell)
				} else {
					work = append(work, cell)
				}
			}
		}
	}
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { errs[0] = each(waits, 8*parallel) })
	both.Go(func() { errs[1] = each(work, parallel) })
	both.Wait()
	return rows, errors.Join(errs[:]...)
}

// each does all of it, so many at a time.
func each(all []func() error, parallel int) error {
	queue := make(chan func() error, len(all))
	for _, f := range all {
		queue <- f
	}
	close(queue)
	errs := make([]error, parallel)
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			for f := range queue {
				errs[i] = errors.Join(errs[i], f())
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// cell runs a fault once, or until the fault struck as often as it was felt.
func (f fault) cell(certs *certificates, subject string, w way) (Outcome, error) {
	limit := patience
	if f.hangs {
		limit = shortLimit
	}
	for run := 1; ; run++ {
		o, err := f.once(certs, subject, w, limit)
		if err != nil {
			return o, err
		}
		if f.settled(o, subject) {
			return o, nil
		}
		if run == runsAgain {
			timeouts, unsent := o.timeouts()
			return o, fmt.Errorf("the fault struck %d times, and ended in %d time-outs, %d of them before the request had left", o.Struck, timeouts, unsent)
		}
		limit *= 2
	}
}

// settled reports whether an outcome is the fault's, and not the machine's.
// There are more time-outs than strikes where a token that failed twice is given
// a pause, in which the last failure is told without asking, and where HTTP/2
// goes on using a connection that is silent. One that falls silent at a whole
// request has, besides, let the first one leave.
func (f fault) settled(o Outcome, subject string) bool {
	if f.stays {
		return true
	}
	timeouts, unsent := o.timeouts()
	switch {
	case o.Struck == 0:
		return false
	case f.lasts:
		return f.large || unsent == 0
	case f.hangs:
		paused := subject == idverifytest.BaiduToken && o.Struck == 2
		return timeouts <= o.Struck || paused
	}
	return true
}

// timeouts counts the legs that ended so, and the call where it has none, and
// those among them whose request had not left.
func (o Outcome) timeouts() (all, unsent int) {
	count := func(code idverify.Code, sent bool) {
		if code != idverify.CodeTimeout {
			return
		}
		all++
		if !sent {
			unsent++
		}
	}
	for _, leg := range o.Legs {
		count(leg.Code, leg.Sent)
	}
	if len(o.Legs) == 0 {
		count(o.Code, o.Sent)
	}
	return all, unsent
}

func (f fault) once(certs *certificates, subject string, w way, limit time.Duration) (Outcome, error) {
	strikes := int64(always)
	if w == oneVendor && !f.stays || f.phase == AfterAnswer {
		strikes = 1
	}
	r, err := newRunning(certs, strikes)
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
	if f.large && subject != idverifytest.BaiduToken {
		size = largePicture
	}
	var media func([]byte) idverify.Media
	if f.media != nil {
		media = f.media(r)
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

// arrange puts the fault where it is to strike, and says how to get there.
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
		return reached{root: "https://" + server.addr()}, nil
	}
	p, err := newProxy(r, f.plan, pathOf(subject))
	if err != nil {
		return reached{}, err
	}
	r.closes(p.Close)
	return reached{root: "https://" + p.addr()}, nil
}

// verifier is a provider, or a Client by its default policy. Only chance is
// taken out of its waits.
func (r *running) verifier(subject string, w way, at reached) (idverify.Verifier, error) {
	faulty, err := r.provider(subject, at)
	if err != nil || w == alone {
		return faulty, err
	}
	providers := []idverify.Provider{faulty}
	if w == twoVendors {
		healthy, err := r.provider(behind(subject), reached{root: "https://" + r.vendorAddr, timeout: patience})
		if err != nil {
			return nil, err
		}
		providers = append(providers, healthy)
	}
	return idverify.New(providers, idverify.WithRetry(idverify.Retry{Random: func() float64 { return 0 }}))
}

func (r *running) outcome(subject string, calls int, res *idverify.Result, err error) Outcome {
	vendor := vendorOf(subject)
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
	o.Sent, o.Ambiguous, o.Repeatable = e.Sent, e.Ambiguous, e.Repeatable
	for _, leg := range o.Legs {
		if leg.Err != nil {
			o.Said = append(o.Said, idverifytest.Spoken(leg.Err)...)
		}
	}
	return o
}
