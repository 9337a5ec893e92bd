//go:build linux

package faultmatrix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// KeepAlive is how long the vendor of a race keeps an idle connection.
const KeepAlive = 60 * time.Millisecond

// Race is the result of calls made just when the vendor is about to close the
// connection that they use.
type Race struct {
	Calls, Answered int
	// Unsent and Unanswered count errors that say so; Others counts other errors.
	Unsent, Unanswered, Others int
	// Connections is how many were opened: one for each call that found none to
	// reuse.
	Connections int

	// Twice counts calls that the vendor read completely more than once, and so
	// billed twice. Denied counts calls that it read completely and that the SDK
	// calls not sent.
	Twice, Denied int
}

// String is a line for a report.
func (r Race) String() string {
	return fmt.Sprintf("%d calls on %d connections: %d answered, %d unanswered (%.1f %%), %d not sent (%.1f %%), %d other errors; %d billed twice, %d called not sent and read whole",
		r.Calls, r.Connections, r.Answered, r.Unanswered, 100*float64(r.Unanswered)/float64(r.Calls),
		r.Unsent, 100*float64(r.Unsent)/float64(r.Calls), r.Others, r.Twice, r.Denied)
}

// RaceOptions are the options of a race.
type RaceOptions struct {
	Calls   int
	Callers int // at the same time, each with a connection of its own
	// InClient: calls are retried by the default policy.
	InClient bool
	// IdleTimeout is the SDK's setting, 0 for its default.
	IdleTimeout time.Duration
}

// IdleRace makes calls at the interval at which the vendor closes its idle
// connections, so that some connections are closed just as they are reused.
func IdleRace(o RaceOptions) (Race, error) {
	certs, err := newCertificates()
	if err != nil {
		return Race{}, err
	}
	v := &closingVendor{standIn: idverifytest.New(), whole: make([]atomic.Int32, o.Calls)}
	defer v.standIn.Close()
	server := httptest.NewUnstartedServer(v)
	server.TLS = certs.server()
	server.Config.IdleTimeout = KeepAlive
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()

	ends, failures := make([]error, o.Calls), make([]error, o.Callers)
	var taken atomic.Int64
	var running sync.WaitGroup
	for i := range o.Callers {
		running.Go(func() {
			asked, err := o.racer(certs, server.URL)
			if err != nil {
				failures[i] = err
				return
			}
			for n := taken.Add(1) - 1; n < int64(o.Calls); n = taken.Add(1) - 1 {
				ctx := context.WithValue(context.Background(), callNumber{}, n)
				_, ends[n] = asked.Verify(ctx, request(vendors.All()[0].Name, racePicture, nil))
				time.Sleep(KeepAlive)
			}
		})
	}
	running.Wait()
	server.Close() // requests in progress are still read to the end
	if err := errors.Join(failures...); err != nil {
		return Race{}, err
	}
	return v.judge(ends), nil
}

// racePicture is small: a small request is completely written sooner.
const racePicture = 13 << 10

func (o RaceOptions) racer(certs *certificates, root string) (idverify.Verifier, error) {
	v := vendors.All()[0]
	p, err := v.New(vendors.Account{HTTP: idverify.HTTP{
		BaseURL: idverifytest.BaseURLAt(root, v.Name), TLSConfig: certs.trust(), Timeout: patience, IdleTimeout: o.IdleTimeout,
		Wrap: func(next http.RoundTripper) http.RoundTripper { return numbered{next} },
	}})
	if err != nil || !o.InClient {
		return p, err
	}
	return idverify.New([]idverify.Provider{p})
}

// numbered adds the number of the call to each request.
type numbered struct{ next http.RoundTripper }

type callNumber struct{}

const callHeader = "X-Call"

func (n numbered) RoundTrip(r *http.Request) (*http.Response, error) {
	numbered := r.Clone(r.Context())
	numbered.Header.Set(callHeader, fmt.Sprint(r.Context().Value(callNumber{})))
	return n.next.RoundTrip(numbered)
}

// closingVendor is the stand-in, and counts the requests that it read completely.
type closingVendor struct {
	standIn     *idverifytest.Server
	whole       []atomic.Int32
	connections sync.Map
}

func (v *closingVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.connections.Store(r.RemoteAddr, true)
	n, err := strconv.Atoi(r.Header.Get(callHeader))
	if err != nil || n < 0 || n >= len(v.whole) {
		http.Error(w, "a call without a number", http.StatusBadRequest)
		return
	}
	r.Body = &whole{r.Body, r.ContentLength, func() { v.whole[n].Add(1) }}
	v.standIn.ServeHTTP(w, r)
}

// whole reports when the last byte of a body was read.
type whole struct {
	io.ReadCloser
	left int64
	read func()
}

func (b *whole) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); n > 0 && b.left == 0 {
		b.read()
	}
	return n, err
}

func (v *closingVendor) judge(ends []error) Race {
	r := Race{Calls: len(ends)}
	v.connections.Range(func(any, any) bool { r.Connections++; return true })
	for n, err := range ends {
		read := v.whole[n].Load()
		if read > 1 {
			r.Twice++
		}
		var e *idverify.Error
		switch {
		case err == nil:
			r.Answered++
		case !errors.As(err, &e):
			r.Others++
		case e.Delivery == idverify.DeliveryNotSent:
			r.Unsent++
			if read > 0 {
				r.Denied++
			}
		case e.Delivery == idverify.DeliveryUnanswered && e.Code == idverify.CodeNetwork:
			r.Unanswered++
		default:
			r.Others++
		}
	}
	return r
}
