//go:build linux

package faultmatrix

import (
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// fault is one line of the matrix.
type fault struct {
	phase Phase
	name  Text
	// hangs: the exchange's time limit ends it, and is short.
	hangs bool
	// large: the body does not fit into the socket buffers on the way.
	large bool
	// size of the picture, if it differs from the others.
	size int
	// gated: half of the picture can be read only after the fault has struck.
	gated bool
	// stays: the fault strikes every time, even where faults strike only once, and is
	// not counted.
	stays bool
	// lasts: the fault continues after it struck, and repeated requests meet it,
	// uncounted.
	lasts bool
	// own: every vendor has its own words for the fault.
	own bool
	// not lists subjects that the fault does not apply to.
	not []string

	plan  plan                                       // done by a proxy
	reach func(*running) (reached, error)            // instead of a proxy
	media func(*running) func([]byte) idverify.Media // changes the media
	says  func(*running) idverifytest.Fault          // done by the stand-in itself
	http2 http2Plan                                  // done by a proxy that speaks HTTP/2
}

func (f fault) concerns(subject string) bool {
	return !slices.Contains(f.not, subject) && (f.plan.upTo != atHalfBody || vendorOf(subject).Largest > restInSockets)
}

// restInSockets is the size of a picture whose second half may fit into the socket
// buffers: it is then sent, whatever happens to the first half.
const restInSockets = 2 << 20

// faults is the whole matrix.
func faults() []fault {
	return slices.Concat(resolveFaults(), connectFaults(), handshakeFaults(), requestFaults(), answerFaults(),
		sizeFaults(), idleFaults(), vendorFaults(), mediaFaults(), http2Faults())
}

var (
	reset_  = Text{"reset (RST)", "连接被重置（RST）"}
	closed_ = Text{"closed (FIN)", "连接被关闭（FIN）"}
	hang_   = Text{"silence", "无响应"}
	cancel_ = Text{"the caller cancels", "调用方取消"}
	noise_  = Text{"garbage", "乱码"}
	record_ = Text{"a TLS record that is none", "损坏的 TLS 记录"}
)

// breaks are the faults that can happen at every place of an exchange.
func breaks(phase Phase, at mark, large bool, wrap func(func(*wire) bool) func(*wire) bool) []fault {
	if wrap == nil {
		wrap = func(then func(*wire) bool) func(*wire) bool { return then }
	}
	var all []fault
	for _, b := range []struct {
		name   Text
		strike func(*wire) bool
		hangs  bool
	}{
		{reset_, (*wire).reset, false},
		{closed_, (*wire).finish, false},
		{hang_, (*wire).hang, true},
		{cancel_, (*wire).cancel, false},
		{noise_, map[bool]func(*wire) bool{false: (*wire).garbage, true: (*wire).nonsense}[phase == HalfAnswer], false},
		{record_, (*wire).corrupt, false},
	} {
		if large && b.name == record_ {
			continue // silence: crypto/tls waits to send its alert
		}
		all = append(all, fault{phase: phase, name: b.name, hangs: b.hangs, large: large, plan: plan{upTo: at, strike: wrap(b.strike)}})
	}
	return all
}

// decided is an answer that would be a pass, sent before the question was read.
func (r *running) decided() string { return vendorOf(r.subject).Scored(nil) }

func decided(w *wire) bool { return hastily(respond("200 OK", asJSON, w.call.decided()))(w) }

const asJSON = "Content-Type: application/json\r\n"

// hasty are answers before the request is complete.
func hasty(phase Phase, at mark) []fault {
	return []fault{
		{phase: phase, name: Text{"a pass, before the request was read", "请求未读完就回答“通过”"}, large: true,
			not: tokens(), plan: plan{upTo: at, strike: decided}},
		{phase: phase, name: Text{"503 with Retry-After, before the request was read", "请求未读完就回答 503 和 Retry-After"}, large: true,
			plan: plan{upTo: at, strike: hastily(respond("503 Service Unavailable", "Retry-After: 7\r\nContent-Type: text/html\r\n", "<html>busy</html>"))}},
	}
}

func requestFaults() []fault {
	return slices.Concat(
		breaks(Headers, atHalfHeaders, true, nil), hasty(Headers, atHalfHeaders),
		breaks(HalfBody, atHalfBody, true, nil), hasty(HalfBody, atHalfBody),
		breaks(WholeBody, atEnd, false, nil),
		breaks(Worked, atAnswer, false, nil),
		breaks(AnswerHead, atAnswer, false, afterHalfHead),
		breaks(HalfAnswer, atAnswer, false, afterHalfBody),
	)
}

// idleFaults strike between two calls on one connection. After the token's answer
// they strike within the same call.
func idleFaults() []fault {
	at := func(name Text, strike func(*wire) bool) fault {
		return fault{phase: AfterAnswer, name: name, not: tokens(), plan: plan{upTo: atIdle, strike: strike}}
	}
	return []fault{
		at(reset_, (*wire).reset),
		at(closed_, func(w *wire) bool {
			_ = w.tls.CloseWrite()
			_ = w.raw.(interface{ CloseWrite() error }).CloseWrite()
			return w.noticed()
		}),
		at(noise_, func(w *wire) bool { w.write(noise); return w.noticed() }),
		at(Text{"a second answer", "再来一个应答"}, func(w *wire) bool { w.write(w.head, w.answer); return w.noticed() }),
	}
}
