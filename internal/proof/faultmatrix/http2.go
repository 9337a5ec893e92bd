//go:build linux

package faultmatrix

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// http2Plan is what goes wrong at an HTTP/2 proxy.
type http2Plan struct {
	upTo   mark
	strike func(*http2Wire) (goesOn bool)
}

// http2Proxy speaks HTTP/2 with the SDK, frame by frame, and HTTP/1.1 with the
// stand-in.
type http2Proxy struct {
	call     *running
	listener net.Listener
	plan     http2Plan
	only     string
	wires    sync.WaitGroup
}

func newHTTP2(call *running, p http2Plan, only string) (*http2Proxy, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	x := &http2Proxy{call: call, listener: l, plan: p, only: only}
	x.wires.Add(1)
	go x.accept()
	return x, nil
}

func (x *http2Proxy) addr() string { return x.listener.Addr().String() }

func (x *http2Proxy) Close() {
	_ = x.listener.Close()
	x.wires.Wait()
}

func (x *http2Proxy) accept() {
	defer x.wires.Done()
	for {
		raw, err := x.listener.Accept()
		if err != nil {
			return
		}
		x.wires.Add(1)
		go func() {
			defer x.wires.Done()
			secure := x.call.certs.server()
			secure.NextProtos = []string{"h2"}
			w := &http2Wire{wire: wire{call: x.call, raw: raw, tls: tls.Server(raw, secure)}, plan: x.plan, only: x.only}
			w.serve()
			_ = raw.Close()
		}()
	}
}

// http2Wire is one connection, and its current stream.
type http2Wire struct {
	wire
	plan   http2Plan
	only   string
	frames *http2.Framer
	stream uint32
	struck bool // the fault has to strike this stream
	half   int64
	body   int64 // body bytes received
}

func (w *http2Wire) serve() {
	stop := context.AfterFunc(w.call.over, func() { _ = w.raw.Close() })
	defer stop()
	if w.tls.Handshake() != nil {
		return
	}
	if _, err := io.ReadFull(w.tls, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	w.frames = http2.NewFramer(w.tls, w.tls)
	w.frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = w.frames.WriteSettings()
	for {
		frame, err := w.frames.ReadFrame()
		if err != nil || !w.take(frame) {
			return
		}
	}
}

func (w *http2Wire) take(frame http2.Frame) (goesOn bool) {
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		return f.IsAck() || w.frames.WriteSettingsAck() == nil
	case *http2.MetaHeadersFrame:
		w.begin(f)
		if w.struck && w.plan.upTo == atHalfHeaders {
			return w.strike()
		}
	case *http2.DataFrame:
		// The connection's window is refilled whatever happens to the stream.
		if n := uint32(len(f.Data())); n > 0 && w.frames.WriteWindowUpdate(0, n) != nil {
			return false
		}
		return f.StreamID != w.stream || w.data(f)
	}
	return true
}

// begin writes the head of the request in the form of HTTP/1.1.
func (w *http2Wire) begin(f *http2.MetaHeadersFrame) {
	w.stream, w.body = f.StreamID, 0
	w.struck = strings.Contains(f.PseudoValue("path"), w.only) && w.call.take()
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\n", f.PseudoValue("method"), f.PseudoValue("path"), f.PseudoValue("authority"))
	for _, field := range f.RegularFields() {
		fmt.Fprintf(&head, "%s: %s\r\n", field.Name, field.Value)
		if field.Name == "content-length" {
			length, _ := strconv.ParseInt(field.Value, 10, 64)
			w.half = length / 2
		}
	}
	head.WriteString("\r\n")
	w.request = head.Bytes()
}

func (w *http2Wire) data(f *http2.DataFrame) (goesOn bool) {
	w.request = append(w.request, f.Data()...)
	w.body += int64(len(f.Data()))
	if w.struck && w.plan.upTo == atHalfBody && w.body >= w.half {
		defer func() { w.stream = 0 }() // later frames of the stream are dropped
		return w.strike()
	}
	if !f.StreamEnded() {
		n := uint32(len(f.Data()))
		return n == 0 || w.frames.WriteWindowUpdate(w.stream, n) == nil
	}
	if w.struck && w.plan.upTo == atEnd {
		return w.strike()
	}
	if !w.askVendor() {
		return false
	}
	if w.struck && w.plan.upTo == atAnswer {
		return w.strike()
	}
	w.respond("200", w.answer, true)
	return true
}

func (w *http2Wire) strike() bool {
	w.call.strikes()
	return w.plan.strike(w)
}

// respond sends an answer's head and data. Without a fault the stand-in's status is
// 200.
func (w *http2Wire) respond(status string, data []byte, end bool) {
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	_ = enc.WriteField(hpack.HeaderField{Name: ":status", Value: status})
	_ = enc.WriteField(hpack.HeaderField{Name: "content-type", Value: "application/json"})
	_ = w.frames.WriteHeaders(http2.HeadersFrameParam{StreamID: w.stream, BlockFragment: block.Bytes(), EndHeaders: true})
	_ = w.frames.WriteData(w.stream, end, data)
}

// The faults of an HTTP/2 stream or connection.

func (w *http2Wire) refuse(code http2.ErrCode) bool {
	_ = w.frames.WriteRSTStream(w.stream, code)
	return true
}

// leave says that no stream after the last one was processed.
func (w *http2Wire) leave(last uint32) bool {
	_ = w.frames.WriteGoAway(last, http2.ErrCodeNo, nil)
	return w.finish()
}

// http2Faults are the faults that HTTP/1.1 does not have, and those that may end
// differently. The token's exchange behaves like the others.
func http2Faults() []fault {
	not := tokens()
	half := func(then func(*http2Wire) bool) func(*http2Wire) bool {
		return func(w *http2Wire) bool {
			w.respond("200", w.answer[:len(w.answer)/2], false)
			return then(w)
		}
	}
	plain := func(then func(*http2Wire) bool) func(*http2Wire) bool { return then }
	var all []fault
	for _, place := range []struct {
		at   mark
		name Text
		wrap func(func(*http2Wire) bool) func(*http2Wire) bool
	}{
		{atHalfBody, Text{"half the body", "请求体一半"}, plain},
		{atEnd, Text{"the whole body", "请求体发完"}, plain},
		{atAnswer, Text{"the vendor has worked", "厂商已处理"}, plain},
		{atAnswer, Text{"half the answer", "应答一半"}, half},
	} {
		large := place.at == atHalfBody
		for _, b := range http2Breaks() {
			if b.silent && place.at == atEnd {
				continue // the same as after the vendor has worked
			}
			if b.repeats && large {
				continue // net/http repeats it, by its own clock, until the limit
			}
			all = append(all, fault{phase: HTTP2, not: not, large: large, hangs: b.silent, lasts: b.lasts,
				name:  Text{place.name.EN + ": " + b.name.EN, place.name.ZH + "：" + b.name.ZH},
				http2: http2Plan{upTo: place.at, strike: place.wrap(b.strike)}})
		}
	}
	return append(all, fault{phase: HTTP2, large: true, not: not,
		name: Text{"half the body: a pass, and the rest is not wanted", "请求体一半：就回答“通过”，其余不要"},
		http2: http2Plan{upTo: atHalfBody, strike: func(w *http2Wire) bool {
			w.respond("200", []byte(w.call.decided()), true)
			return w.refuse(http2.ErrCodeNo)
		}}})
}

type http2Break struct {
	name    Text
	strike  func(*http2Wire) bool
	silent  bool
	lasts   bool
	repeats bool // net/http itself repeats a request that was not completely sent
}

func http2Breaks() []http2Break {
	return []http2Break{
		{name: reset_, strike: func(w *http2Wire) bool { return w.reset() }},
		{name: closed_, strike: func(w *http2Wire) bool { return w.finish() }},
		{name: Text{"the connection is silent", "整个连接无响应"}, strike: func(w *http2Wire) bool { return w.hang() }, silent: true, lasts: true},
		{name: Text{"the stream is silent", "该流无响应"}, strike: func(*http2Wire) bool { return true }, silent: true},
		{name: cancel_, strike: func(w *http2Wire) bool { return w.cancel() }},
		{name: noise_, strike: func(w *http2Wire) bool { return w.write(bytes.Repeat([]byte{0xFF}, 64)) && w.hang() }},
		{name: Text{"the stream is reset (INTERNAL_ERROR)", "流被重置（INTERNAL_ERROR）"},
			strike: func(w *http2Wire) bool { return w.refuse(http2.ErrCodeInternal) }},
		{name: Text{"the stream is refused (REFUSED_STREAM)", "流被拒绝（REFUSED_STREAM）"}, repeats: true,
			strike: func(w *http2Wire) bool { return w.refuse(http2.ErrCodeRefusedStream) }},
		{name: Text{"GOAWAY, nothing was worked on", "GOAWAY，声明均未处理"}, repeats: true,
			strike: func(w *http2Wire) bool { return w.leave(0) }},
		{name: Text{"GOAWAY, this stream was worked on", "GOAWAY，声明本流已处理"},
			strike: func(w *http2Wire) bool { return w.leave(w.stream) }},
	}
}
