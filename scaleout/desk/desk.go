// Package desk is a server in front of the vendors' stand-in. It records every
// request with the call that made it, and injects faults.
package desk

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/scaleout/worker"
)

// Exchange is one request to a vendor, as the vendor saw it.
type Exchange struct {
	Call   string // the name in the request, empty if it has none
	At     time.Time
	Vendor string
	Fault  string
	Code   string // the vendor's own code
	Billed bool
}

// Desk is a server that takes the requests for all vendors.
type Desk struct {
	Vendors  *idverifytest.Server
	root     string
	mischief func(vendor string) (idverifytest.Fault, bool)
	stop     chan struct{}
	over     sync.WaitGroup

	mu    sync.Mutex
	trace map[string]bool   // headers of tracers that came
	noted []note            // by number
	known map[int]*Exchange // by number, those that the stand-in has recorded
}

type note struct {
	call string
	at   time.Time
}

// Open serves on a free port of the loopback interface. mischief may give a fault for
// the next request to a vendor; it is called concurrently and may be nil.
func Open(mischief func(vendor string) (idverifytest.Fault, bool), options ...idverifytest.Option) (*Desk, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &Desk{
		Vendors: idverifytest.New(options...), root: "http://" + l.Addr().String(), mischief: mischief,
		stop: make(chan struct{}), trace: map[string]bool{}, known: map[int]*Exchange{},
	}
	server := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	d.over.Go(func() { _ = server.Serve(l) })
	d.over.Go(func() {
		d.keep()
		d.Vendors.Close()
		_ = server.Close()
	})
	return d, nil
}

// Root is the common beginning of the vendors' base URLs.
func (d *Desk) Root() string { return d.root }

// numberHeader begins the name of a header that carries the exchange's number in its
// name: the stand-in records names of headers, but no values.
const numberHeader = "Scaleout-Number-"

// ServeHTTP implements [http.Handler].
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Header.Get(worker.CallHeader)
	d.mu.Lock()
	number := len(d.noted)
	d.noted = append(d.noted, note{call, time.Now()})
	for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
		if r.Header.Get(name) != "" {
			d.trace[name] = true
		}
	}
	d.mu.Unlock()
	r.Header.Set(numberHeader+strconv.Itoa(number), "")
	if vendor := vendorOf(r.URL.Path); d.mischief != nil && vendor != "" {
		if fault, strikes := d.mischief(vendor); strikes {
			d.Vendors.Inject(vendor, fault)
		}
	}
	d.Vendors.ServeHTTP(w, r)
}

// vendorOf is the vendor of a verification path, empty for any other path.
func vendorOf(path string) string {
	vendor, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if strings.HasPrefix(rest, "oauth/") {
		return ""
	}
	return vendor
}

// keep copies the stand-in's records before it forgets them.
func (d *Desk) keep() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.collect()
		case <-d.stop:
			return
		}
	}
}

func (d *Desk) collect() {
	records := d.Vendors.Exchanges()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range records {
		number, ok := numberOf(r)
		if !ok || d.known[number] != nil || r.Vendor == idverifytest.BaiduToken {
			continue
		}
		n := d.noted[number]
		d.known[number] = &Exchange{Call: n.call, At: n.at, Vendor: r.Vendor, Fault: r.Fault, Code: r.VendorCode, Billed: r.Billed}
	}
}

func numberOf(r idverifytest.Exchange) (int, bool) {
	for _, name := range r.Headers {
		if digits, ok := strings.CutPrefix(name, numberHeader); ok {
			number, err := strconv.Atoi(digits)
			return number, err == nil
		}
	}
	return 0, false
}

// Exchanges are all verifications that were answered, or delayed, in the order of
// arrival.
func (d *Desk) Exchanges() []Exchange {
	d.collect()
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Exchange, 0, len(d.known))
	for number := range d.noted {
		if e := d.known[number]; e != nil {
			all = append(all, *e)
		}
	}
	return all
}

// Propagated are the headers of tracers that came with any request, in order.
func (d *Desk) Propagated() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.trace))
}

// Bills counts the charges in this desk's record and in the stand-in's own count.
// They differ if the record is incomplete.
func (d *Desk) Bills() (recorded, charged int) {
	for _, e := range d.Exchanges() {
		if e.Billed {
			recorded++
		}
	}
	return recorded, d.Vendors.Bill().Total()
}

// Close stops serving.
func (d *Desk) Close() {
	close(d.stop)
	d.over.Wait()
}
