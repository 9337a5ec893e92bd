package batch

import (
	"errors"
	"fmt"
	"time"

	"github.com/idverify/idverify"
)

// Progress is how far a [Run] has got.
type Progress struct {
	// Done counts the finished rows, whatever their outcome; Failed counts those
	// with an error, Resumed those that came from the journal.
	Done, Failed, Resumed int
	// Taken counts the rows left to another run; they are not in Done.
	Taken int
	// Billed counts the calls of this run that were charged, and BilledUnknown
	// those where this is unknown. A row that went to several vendors can count
	// more than once.
	Billed, BilledUnknown int
	// Total is the number passed to [WithTotal], 0 when unknown.
	Total int
	// Elapsed is the time since the loop began.
	Elapsed time.Duration
	// Rate is how many rows finished per second over the last hundred, without
	// those from the journal; 0 when there is none yet.
	Rate float64
	// Remaining is the expected time for the rest at this rate, 0 when Total or
	// Rate is unknown.
	Remaining time.Duration
}

// String returns one line, for example "120 of 500 done, 3 failed, 118 billed, 2
// perhaps, 41.5/s, 9s left".
func (p Progress) String() string {
	text := fmt.Sprintf("%d done", p.Done)
	if p.Total > 0 {
		text = fmt.Sprintf("%d of %d done", p.Done, p.Total)
	}
	if p.Resumed > 0 {
		text += fmt.Sprintf(" (%d from the journal)", p.Resumed)
	}
	if p.Taken > 0 {
		text += fmt.Sprintf(", %d left to other runs", p.Taken)
	}
	text += fmt.Sprintf(", %d failed, %d billed", p.Failed, p.Billed)
	if p.BilledUnknown > 0 {
		text += fmt.Sprintf(", %d perhaps", p.BilledUnknown)
	}
	if p.Rate > 0 {
		text += fmt.Sprintf(", %.1f/s", p.Rate)
	}
	if p.Remaining > 0 {
		text += ", " + p.Remaining.Round(time.Second).String() + " left"
	}
	return text
}

// meter counts rows and calls. It keeps the times of the last rows that were sent,
// so that the rate adapts when a vendor slows down.
type meter struct {
	now   Progress
	start time.Time
	times []time.Time // the first is the start, or the row before the window
}

const rateWindow = 100

func newMeter(total int) *meter {
	start := time.Now()
	return &meter{now: Progress{Total: total}, start: start, times: []time.Time{start}}
}

func (m *meter) count(r Result) Progress {
	p, now := &m.now, time.Now()
	p.Elapsed = now.Sub(m.start)
	switch {
	case r.Taken:
		p.Taken++
		return *p
	case r.Err != nil:
		p.Failed++
	}
	p.Done++
	for _, b := range charges(r) {
		switch b {
		case idverify.BilledYes:
			p.Billed++
		case idverify.BilledUnknown:
			p.BilledUnknown++
		}
	}
	if r.Resumed {
		p.Resumed++
	} else {
		m.times = append(m.times, now)
		m.times = m.times[max(0, len(m.times)-rateWindow-1):]
	}
	p.Rate, p.Remaining = 0, 0
	if window := now.Sub(m.times[0]); window > 0 {
		p.Rate = float64(len(m.times)-1) / window.Seconds()
	}
	if left := p.Total - p.Done; p.Rate > 0 && left > 0 {
		p.Remaining = time.Duration(float64(left) / p.Rate * float64(time.Second))
	}
	return *p
}

// charges returns the bill of each attempt that this run made for a row. An answer
// that did not come from a vendor for this row was paid for elsewhere, and is not
// counted again.
func charges(r Result) (each []idverify.Billed) {
	var attempts []idverify.Attempt
	var whole idverify.Billed
	var origin idverify.Origin
	var e *idverify.Error
	switch {
	case r.Resumed:
		return nil
	case r.Result != nil:
		attempts, whole, origin = r.Result.Attempts, r.Result.Billed, r.Result.Origin
	case errors.As(r.Err, &e):
		attempts, whole, origin = e.Attempts, e.Billed, e.Origin
	}
	if origin != "" && origin != idverify.OriginVendor { // empty when no Client was asked
		return nil
	}
	for _, a := range attempts {
		each = append(each, a.Billed)
	}
	if len(attempts) == 0 {
		each = append(each, whole)
	}
	return each
}
