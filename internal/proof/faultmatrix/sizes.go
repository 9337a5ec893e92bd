//go:build linux

package faultmatrix

import (
	"context"
	"fmt"
	"io"
	"net/http/httptrace"
	"sync"

	"github.com/idverify/idverify"
)

// pictureSizes are the sizes at which a connection is ended. A small body is written
// at once, a large one in pieces.
var pictureSizes = []int{1 << 10, 13 << 10, 60 << 10, 200 << 10, 3 << 20}

// sizeFaults end a connection before the last byte of a body can be written, and
// after all of it was written.
func sizeFaults() []fault {
	var all []fault
	for _, size := range pictureSizes {
		at := func(phase Phase, en, zh string, p plan) {
			name := Text{inWords(size) + ": " + en, inWords(size) + "：" + zh}
			all = append(all, fault{phase: phase, name: name, not: tokens(), size: size, gated: phase == Unwritten, plan: p})
		}
		for _, end := range []struct {
			name Text
			then func(*wire)
		}{{reset_, (*wire).breakOff}, {closed_, (*wire).sayGoodbye}} {
			after := func(share int64) func(*wire) bool {
				return func(w *wire) bool {
					if !w.readHead() || share > 0 && !w.read(w.unread/share) {
						return false
					}
					end.then(w)
					w.call.broke()
					return w.hang()
				}
			}
			at(Unwritten, "the head was read; "+end.name.EN, "读完请求头；"+end.name.ZH, plan{upTo: atHalfHeaders, strike: after(0)})
			if size >= 200<<10 {
				at(Unwritten, "an eighth was read; "+end.name.EN, "读完请求体八分之一；"+end.name.ZH, plan{upTo: atHalfHeaders, strike: after(8)})
			}
			at(Written, end.name.EN, end.name.ZH, plan{upTo: atEnd, strike: func(w *wire) bool {
				end.then(w)
				return w.hang()
			}})
		}
	}
	return all
}

func inWords(size int) string {
	if size < 1<<20 {
		return fmt.Sprintf("%d KB", size>>10)
	}
	return fmt.Sprintf("%d MB", size>>20)
}

// breakOff resets the connection; sayGoodbye closes it normally.
func (w *wire) breakOff() { reset(w.raw) }

func (w *wire) sayGoodbye() {
	_ = w.tls.CloseWrite()
	_ = w.raw.(interface{ CloseWrite() error }).CloseWrite()
}

// gate holds back the second half of a picture until the connection of each request
// in progress has been broken.
type gate struct {
	mu     sync.Mutex
	moved  *sync.Cond
	begun  int // requests whose head is about to be written
	broken int
	most   int // how many are broken in all
}

// newGate makes a gate that opens when the call is over.
func (r *running) newGate(most int) *gate {
	g := &gate{most: most}
	g.moved = sync.NewCond(&g.mu)
	context.AfterFunc(r.over, func() { g.change(&g.broken, most) })
	return g
}

func (g *gate) change(n *int, by int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*n += by
	g.moved.Broadcast()
}

func (r *running) broke() { r.gate.change(&r.gate.broken, 1) }

// watched is the caller's context with a trace that tells the gate about requests.
func (g *gate) watched(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { g.change(&g.begun, 1) }})
}

func (g *gate) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.broken < min(g.begun, g.most) {
		g.moved.Wait()
	}
}

// media is a picture behind the gate. The first look is not held back.
func (g *gate) media(content []byte) idverify.Media {
	return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		return io.NopCloser(&gated{g, content, len(content) / 2}), int64(len(content)), nil
	})
}

type gated struct {
	gate *gate
	left []byte
	kept int // bytes that the gate holds back
}

func (m *gated) Read(p []byte) (int, error) {
	n := len(m.left)
	if n > m.kept {
		n -= m.kept
	} else {
		m.gate.pass()
	}
	if n == 0 {
		return 0, io.EOF
	}
	n = copy(p, m.left[:n])
	m.left = m.left[n:]
	return n, nil
}
