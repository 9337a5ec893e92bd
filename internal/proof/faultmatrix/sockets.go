//go:build linux

package faultmatrix

import (
	"context"
	"net"
	"syscall"
)

// Loopback has segments of 64 KB, and with these the kernel lets a sender run
// megabytes ahead of a reader: a whole photo would count as sent while its first half
// is being read. With the segment size of an ordinary network and a small window this
// does not happen.
const (
	segment = 1400
	window  = 16 << 10
)

// listen opens a port whose connections buffer little.
func listen() (net.Listener, error) {
	small := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, window)
			if failed == nil {
				failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, segment)
			}
		})
		if err != nil {
			return err
		}
		return failed
	}}
	return small.Listen(context.Background(), "tcp", "127.0.0.1:0")
}

// full is a port that neither accepts nor refuses connections: its queue has one
// place, which is taken.
type full struct {
	listener net.Listener
	taken    net.Conn
}

func newFull() (*full, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err == nil {
		var failed error
		if err = raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), 0) }); err == nil {
			err = failed
		}
	}
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	taken, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return &full{l, taken}, nil
}

func (f *full) addr() string { return f.listener.Addr().String() }

func (f *full) Close() {
	_ = f.taken.Close()
	_ = f.listener.Close()
}

// refused is a port that refuses connections: it is bound to one end of a connection,
// so that nobody else can listen on it.
type refused struct{ full }

func newRefused() (*refused, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	bound := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	taken, err := bound.Dial("tcp", l.Addr().String())
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return &refused{full{l, taken}}, nil
}

func (r *refused) addr() string { return r.taken.LocalAddr().String() }

// reset ends a connection by RST: bytes in flight are lost.
func reset(raw net.Conn) {
	_ = raw.(*net.TCPConn).SetLinger(0)
	_ = raw.Close()
}
