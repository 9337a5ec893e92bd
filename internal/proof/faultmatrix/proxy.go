//go:build linux

package faultmatrix

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// plan is what goes wrong at the proxy.
type plan struct {
	// hello strikes the plain connection after the client has begun the TLS
	// handshake.
	hello func(*wire)
	// secure replaces the proxy's own TLS.
	secure func(*certificates) *tls.Config
	// upTo is how much of the exchange passes; then strike is called. It reports
	// whether the connection continues.
	upTo   mark
	strike func(*wire) bool
}

// mark is a point in an exchange.
type mark int

const (
	atConnection mark = iota // after the handshake, before anything of the request was read
	atHalfHeaders
	atHalfBody
	atEnd    // the whole request was read, but not passed to the vendor
	atAnswer // the vendor has answered
	atIdle   // the client has its answer, and the call has returned
)

// proxy is between the SDK and one stand-in, and strikes as planned.
type proxy struct {
	call     *running
	listener net.Listener
	secure   *tls.Config
	plan     plan
	only     string // strikes only requests whose path contains it
	wires    sync.WaitGroup
}

func newProxy(call *running, p plan, only string) (*proxy, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	x := &proxy{call: call, listener: l, plan: p, only: only,
		secure: &tls.Config{Certificates: []tls.Certificate{call.certs.good}, MinVersion: tls.VersionTLS12}}
	x.wires.Add(1)
	go x.accept()
	return x, nil
}

func (x *proxy) addr() string { return x.listener.Addr().String() }

// Close ends the proxy after the running call has released its connections.
func (x *proxy) Close() {
	_ = x.listener.Close()
	x.wires.Wait()
}

func (x *proxy) accept() {
	defer x.wires.Done()
	for {
		raw, err := x.listener.Accept()
		if err != nil {
			return
		}
		x.wires.Add(1)
		go func() {
			defer x.wires.Done()
			w := &wire{proxy: x, call: x.call, raw: raw}
			w.serve()
			_ = raw.Close()
		}()
	}
}

// wire is one connection from the SDK, and its current exchange.
type wire struct {
	proxy *proxy
	call  *running
	raw   net.Conn
	tls   *tls.Conn
	in    *bufio.Reader

	request      []byte // the bytes read of it
	unread       int64  // bytes of its body
	head, answer []byte // of the vendor's answer: up to the empty line, and after it
}

func (w *wire) serve() {
	stop := context.AfterFunc(w.call.over, func() { _ = w.raw.Close() })
	defer stop()
	p := w.proxy.plan
	secure := w.proxy.secure
	if (p.hello != nil || p.secure != nil) && w.call.take() {
		w.call.strikes()
		if p.hello != nil {
			w.readHello()
			p.hello(w)
			return
		}
		secure = p.secure(w.call.certs)
	}
	w.tls = tls.Server(w.raw, secure)
	if w.tls.Handshake() != nil {
		return
	}
	w.in = bufio.NewReaderSize(w.tls, 16<<10)
	if p.strike != nil && p.upTo == atConnection && w.call.take() {
		w.strike(p)
		return
	}
	for w.exchange(p) {
	}
}

// readHello waits for the whole of the client's first record.
func (w *wire) readHello() {
	var header [5]byte
	if _, err := io.ReadFull(w.raw, header[:]); err != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, w.raw, int64(header[3])<<8|int64(header[4]))
}

// exchange passes one request up to where the plan strikes, if it does.
func (w *wire) exchange(p plan) (goesOn bool) {
	line, err := w.in.Peek(64)
	if err != nil {
		return false
	}
	struck := p.strike != nil && p.upTo != atConnection && strings.Contains(string(line), w.proxy.only) && w.call.take()
	if struck && p.upTo == atHalfHeaders {
		return w.strike(p)
	}
	if !w.readHead() {
		return false
	}
	if struck && p.upTo == atHalfBody {
		return w.read(w.unread/2) && w.strike(p)
	}
	if !w.read(w.unread) {
		return false
	}
	if struck && p.upTo == atEnd {
		return w.strike(p)
	}
	if !w.askVendor() {
		return false
	}
	if struck && p.upTo == atAnswer {
		return w.strike(p)
	}
	if !w.write(w.head, w.answer) {
		return false
	}
	if struck && p.upTo == atIdle {
		select {
		case <-w.call.returned:
		case <-w.call.over.Done():
			return false
		}
		defer close(w.call.onward)
		return w.strike(p)
	}
	return true
}

func (w *wire) strike(p plan) bool {
	w.call.strikes()
	return p.strike(w)
}

// readHead reads the request's head, which says how long the body is.
func (w *wire) readHead() bool {
	var head bytes.Buffer
	parsed, err := http.ReadRequest(bufio.NewReaderSize(io.TeeReader(&headReader{w.in}, &head), 1))
	if err != nil {
		return false
	}
	w.request, w.unread = head.Bytes(), parsed.ContentLength
	return w.unread >= 0
}

// headReader returns one byte at a time, so that a buffered reader reads no further
// than the head.
type headReader struct{ r io.Reader }

func (h *headReader) Read(p []byte) (int, error) { return h.r.Read(p[:min(1, len(p))]) }

func (w *wire) read(n int64) bool {
	before := len(w.request)
	w.request = slices.Grow(w.request, int(n))[:before+int(n)]
	read, err := io.ReadFull(w.in, w.request[before:])
	w.request = w.request[:before+read]
	w.unread -= int64(read)
	return err == nil
}

// askVendor sends the request unchanged to the stand-in, and keeps the answer.
func (w *wire) askVendor() bool {
	vendor, err := tls.Dial("tcp", w.call.vendorAddr, w.call.certs.trust())
	if err != nil {
		return false
	}
	defer vendor.Close()
	if _, err := vendor.Write(w.request); err != nil {
		return false
	}
	var head bytes.Buffer
	from := bufio.NewReader(vendor)
	answer, err := http.ReadResponse(bufio.NewReaderSize(io.TeeReader(&headReader{from}, &head), 1), nil)
	if err != nil {
		return false
	}
	w.head = head.Bytes()
	w.answer = make([]byte, max(answer.ContentLength, 0))
	_, err = io.ReadFull(from, w.answer)
	return err == nil
}

func (w *wire) write(parts ...[]byte) bool {
	_, err := w.tls.Write(bytes.Join(parts, nil))
	return err == nil
}
