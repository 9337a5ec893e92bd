//go:build linux

package faultmatrix

import (
	"context"
	"net"
	"syscall"
)

// Loopback has segments of 64 KB, and the kernel lets a sender run megabytes
// ahead of a reader on the strength of them: a whole face would count as sent
// while its first half is being read. With the segments of an ordinary network
// and a small window it cannot.
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

// full is a port that takes no connection and refuses none: its queue has room
// for one, and that is taken.
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

// refused is a port that refuses: it is bound to the near end of a connection,
// so that nobody else is given it to listen on.
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

// reset ends a connection by RST: nothing in flight arrives any more.
func reset(raw net.Conn) {
	_ = raw.(*net.TCPConn).SetLinger(0)
	_ = raw.Close()
}
