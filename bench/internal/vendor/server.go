// Package vendor is the server: it reads a body, drops it, and answers with a pass.
// It runs in its own process, so that no client's figures include its cost.
package vendor

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/idverify/idverify/bench/internal/work"
)

// Addresses are the base URLs of a Server, without a path.
type Addresses struct {
	Base    map[work.Transport]string `json:"base"`
	Control string                    `json:"control"`
}

// Counts is the answer of the control address.
type Counts struct {
	// Opened is how many connections were accepted.
	Opened map[work.Transport]int64 `json:"opened"`
	// Wrong is how many bodies had another length than announced.
	Wrong int64 `json:"wrong"`
}

// Server listens once for each transport, and once for control questions.
type Server struct {
	Addresses
	listeners []net.Listener
	opened    map[work.Transport]*atomic.Int64
	wrong     atomic.Int64
	buffers   sync.Pool
}

// Start listens on free ports of the loopback interface.
func Start(certificate tls.Certificate) (*Server, error) {
	s := &Server{
		Addresses: Addresses{Base: map[work.Transport]string{}},
		opened:    map[work.Transport]*atomic.Int64{},
		buffers:   sync.Pool{New: func() any { b := make([]byte, 256*work.KB); return &b }},
	}
	only := func(version string) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{version}, MinVersion: tls.VersionTLS12}
	}
	for transport, config := range map[work.Transport]*tls.Config{
		work.HTTP1:    nil,
		work.HTTP1TLS: only("http/1.1"),
		work.HTTP2TLS: only("h2"), // a client without HTTP/2 fails instead of falling back
	} {
		if err := s.listen(transport, config); err != nil {
			s.Close()
			return nil, err
		}
	}
	if err := s.listenForControl(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops listening.
func (s *Server) Close() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
}

func (s *Server) listen(transport work.Transport, config *tls.Config) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.listeners = append(s.listeners, listener)
	opened := new(atomic.Int64)
	s.opened[transport] = opened
	server := &http.Server{
		Handler: http.HandlerFunc(s.answer),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		},
		TLSConfig: config,
		ErrorLog:  log.New(io.Discard, "", 0), // a client that leaves during the handshake is normal
		Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(transport != work.HTTP2TLS)
	server.Protocols.SetHTTP2(transport == work.HTTP2TLS)
	if config == nil {
		s.Base[transport] = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }() // ends with the listener
		return nil
	}
	s.Base[transport] = "https://" + listener.Addr().String()
	go func() { _ = server.ServeTLS(listener, "", "") }()
	return nil
}

// answer drops the body and passes, unless the body's length was announced wrongly or
// not at all. Every contestant except one vendor's SDK announces it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	called := interfaceOf(r)
	answer, known := answers[called]
	if !known {
		http.NotFound(w, r)
		return
	}
	mayBeChunked := called == RootPath+VolcengineAction && r.ContentLength < 0
	if got, err := s.drop(r.Body); err != nil || got != r.ContentLength && !mayBeChunked {
		s.wrong.Add(1)
		http.Error(w, "the body is not as long as announced", http.StatusBadRequest)
		return
	}
	header := w.Header()
	header["Content-Type"] = contentType
	header["Content-Length"] = []string{strconv.Itoa(len(answer))}
	_, _ = w.Write(answer) // fails if the caller has gone
}

var contentType = []string{"application/json"}

func (s *Server) drop(body io.Reader) (int64, error) {
	buf := s.buffers.Get().(*[]byte)
	defer s.buffers.Put(buf)
	var size int64
	for {
		n, err := body.Read(*buf)
		size += int64(n)
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return size, err
		}
	}
}

func (s *Server) listenForControl() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.listeners = append(s.listeners, listener)
	s.Control = "http://" + listener.Addr().String()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		counts := Counts{Opened: map[work.Transport]int64{}, Wrong: s.wrong.Load()}
		for transport, n := range s.opened {
			counts.Opened[transport] = n.Load()
		}
		_ = json.NewEncoder(w).Encode(counts)
	})}
	go func() { _ = server.Serve(listener) }()
	return nil
}
