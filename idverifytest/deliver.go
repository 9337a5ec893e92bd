package idverifytest

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// deliver sends an answer through the injected fault.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, rep reply, f Fault) {
	switch f.kind {
	case hang:
		s.wait(r, nil)
		reset(w)
		return
	case resetAfterBody:
		reset(w)
		return
	case delay:
		timer := time.NewTimer(f.wait)
		defer timer.Stop()
		if !s.wait(r, timer.C) {
			reset(w) // returning would make net/http send an empty 200
			return
		}
	case slowDrip:
		s.drip(w, r, rep, f.wait)
		return
	case truncated:
		s.writeHead(w, rep)
		_, _ = w.Write(rep.body[:len(rep.body)/2])
		// Returning early makes net/http close the connection.
		return
	case malformedJSON:
		rep.body = rep.body[:max(0, len(rep.body)-2)]
	case emptyBody:
		rep.body = nil
	case wrongContentType:
		rep.header.Set("Content-Type", "text/html")
	}
	s.send(w, rep)
}

func (s *Server) drip(w http.ResponseWriter, r *http.Request, rep reply, d time.Duration) {
	s.writeHead(w, rep)
	out := http.NewResponseController(w)
	ticker := time.NewTicker(max(d, time.Nanosecond))
	defer ticker.Stop()
	for i := range rep.body {
		if i > 0 && !s.wait(r, ticker.C) {
			return
		}
		_ = out.SetWriteDeadline(time.Now().Add(sendTime))
		if _, err := w.Write(rep.body[i : i+1]); err != nil {
			return
		}
		_ = out.Flush()
	}
}

// wait returns true when c fires, and false when the client leaves or the server
// closes first.
func (s *Server) wait(r *http.Request, c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	case <-r.Context().Done():
	case <-s.done:
	}
	return false
}

// writeHead announces the length of the whole body, however much of it will be
// sent.
func (s *Server) writeHead(w http.ResponseWriter, rep reply) {
	h := w.Header()
	for name, values := range rep.header {
		h[name] = values
	}
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(len(rep.body)))
	if s.crowded.Load() > 0 {
		h.Set("Connection", "close") // others wait for the place
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendTime))
	w.WriteHeader(rep.status)
}

// reset ends the connection so that the client sees a reset instead of an orderly
// end. Where the connection cannot be hijacked (HTTP/2, a recorder), the exchange
// is aborted in net/http's way.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	raw := conn
	for {
		over, ok := raw.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		raw = over.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	closeNow(conn)
}
