//go:build linux

package faultmatrix

import (
	"context"
	"net"
	"sync"
)

// The response codes of a name server that are used here (RFC 1035, 4.1.1).
const (
	rcodeOK       = 0
	rcodeServFail = 2
	rcodeNXDomain = 3
	silent        = -1
)

// nameServer answers every question in the same way, on loopback.
type nameServer struct {
	conn  net.PacketConn
	rcode int
	known bool // an A question is answered with 127.0.0.1

	mu     sync.Mutex
	asking []net.Conn
	closed bool
}

func newNameServer(rcode int, known bool) (*nameServer, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &nameServer{conn: conn, rcode: rcode, known: known}
	go s.serve()
	return s, nil
}

// Close also ends those who wait for an answer, which the resolver otherwise leaves
// waiting for seconds.
func (s *nameServer) Close() {
	_ = s.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, conn := range s.asking {
		_ = conn.Close()
	}
}

// resolver asks only this server.
func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, "udp", s.conn.LocalAddr().String())
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed {
			_ = conn.Close()
		}
		s.asking = append(s.asking, conn)
		return conn, nil
	}}
}

func (s *nameServer) serve() {
	question := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(question)
		if err != nil {
			return
		}
		if answer := s.answer(question[:n]); answer != nil {
			_, _ = s.conn.WriteTo(answer, from)
		}
	}
}

const headerLength = 12

// answer repeats the question with the result.
func (s *nameServer) answer(question []byte) []byte {
	end := headerLength
	for end < len(question) && question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root's empty label, type and class
	if s.rcode == silent || end > len(question) {
		return nil
	}
	answer := append([]byte(nil), question[:end]...)
	answer[2] |= 0x80                // a response
	answer[3] = 0x80 | byte(s.rcode) // recursion is available
	clear(answer[6:headerLength])    // one question, and nothing else
	isA := answer[end-3] == 1        // the type's low byte
	if s.known && isA && s.rcode == rcodeOK {
		answer[7] = 1
		answer = append(answer, 0xc0, headerLength, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
	}
	return answer
}
