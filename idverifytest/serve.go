package idverifytest

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

// Serve serves on a listener until [Server.Close], and then returns nil. It returns
// an error if it ends for another reason. It limits clients: at most 256 are
// connected at a time ([WithMaxConnections]); a head may have 16 KiB and take 10 s,
// a body may take 60 s, reading an answer 30 s, and a connection may be idle for 60
// s.
//
//	vendors := idverifytest.New()
//	listener, err := net.Listen("tcp", "127.0.0.1:8089")
//	…
//	err = vendors.Serve(listener)
//
// Serve closes the listener.
func (s *Server) Serve(l net.Listener) error {
	s.known()
	server := &http.Server{Handler: s}
	limited := s.limit(server, l)
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-s.done:
			_ = server.Close()
		case <-ended:
		}
	}()
	err := server.Serve(limited)
	close(ended)
	<-stopped
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// limit sets a server's limits, and returns the listener to use.
func (s *Server) limit(server *http.Server, l net.Listener) net.Listener {
	limited := limitConnections(l, s.connections, &s.crowded)
	server.ConnState = limited.state
	server.ReadHeaderTimeout = headTime
	server.IdleTimeout = idleTime
	server.MaxHeaderBytes = maxHeadBytes
	// Failed handshakes and broken connections are what tests provoke.
	server.ErrorLog = log.New(io.Discard, "", 0)
	return limited
}

// ServeHTTP answers as the vendor named by the path's first segment, or whose own
// path it is.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn := http.NewResponseController(w)
	// Deadlines that cannot be set, as on a recorder, are not needed. At the end of
	// a body, net/http resets the deadline, and the client may wait as long as it
	// likes. Without a body it is already reading the next request.
	if r.Body != nil && r.Body != http.NoBody {
		_ = conn.SetReadDeadline(time.Now().Add(bodyTime))
	}
	_ = conn.SetWriteDeadline(time.Now().Add(bodyTime + sendTime))

	v, e, inside := s.known().route(r)
	name := ""
	switch {
	case e != nil:
		name = e.name
	case v != nil:
		name = v.name
	}
	seq, fault := s.arrive(name, e != nil)
	query, queryOK := readQuery(r.URL)
	rec := newExchange(seq, name, inside, r, query)
	rec.Fault = fault.String()

	if fault.kind == resetBeforeBody {
		s.settle(&rec, reply{}, "")
		reset(w)
		return
	}
	if e == nil {
		_ = drain(r, &rec)
		rep := s.unknownPath()
		if v != nil {
			rep = v.endpoints[0].says(s, notFound)
		}
		s.settle(&rec, rep, "")
		s.send(w, rep)
		return
	}
	c := &call{server: s, vendor: v, endpoint: e, r: r, inside: inside, rec: &rec, query: query}
	if !queryOK || len(r.Header) > maxHeaders {
		c.refuse(tooMany)
	}
	rep, subject := s.process(c, fault)
	s.settle(&rec, rep, subject)
	s.deliver(w, r, rep, fault)
}

// process reads a request and decides the answer, before any fault changes it.
func (s *Server) process(c *call, fault Fault) (rep reply, subject string) {
	size := c.memory()
	if !s.memory.take(c.r.Context(), s.done, size) {
		return c.endpoint.says(s, rateLimited), ""
	}
	defer s.memory.giveBack(size)
	c.body = &bodyReader{call: c, limit: c.endpoint.limit()}
	req := c.endpoint.read(c)
	return s.answer(c, req, fault), req.subject()
}

func (s *Server) answer(c *call, req request, fault Fault) reply {
	if fault.inFront() {
		return fault.instead(s, c.endpoint)
	}
	if scripted, ok := s.nextAnswer(c.endpoint.name); ok {
		return scripted.reply()
	}
	if c.refused != noTrouble {
		return c.endpoint.says(s, c.refused)
	}
	return req.judge(s)
}

// arrive counts an exchange and takes the waiting fault. A wrong path is no call,
// and a fault waits for the next call.
func (s *Server) arrive(name string, known bool) (int, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	if !known {
		return s.seq, Fault{}
	}
	s.calls[name]++
	return s.seq, s.takeFault(name)
}

// send writes an answer without a fault.
func (s *Server) send(w http.ResponseWriter, rep reply) {
	s.writeHead(w, rep)
	_, _ = w.Write(rep.body)
}

// reply is one answer. Its code is the vendor's own, for the record.
type reply struct {
	status int
	code   string
	header http.Header
	body   []byte
	billed bool
}

// jsonReply makes an answer in the vendors' usual format.
func jsonReply(status int, code string, body any) reply {
	text, err := json.Marshal(body)
	if err != nil {
		panic("idverifytest: the answer cannot be encoded: " + err.Error())
	}
	return reply{
		status: status,
		code:   code,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   text,
	}
}

func (s *Server) unknownPath() reply {
	return jsonReply(http.StatusNotFound, "", map[string]string{
		"error": "no such vendor; a path must begin with /" + strings.Join(s.known().names(), ", /"),
	})
}
