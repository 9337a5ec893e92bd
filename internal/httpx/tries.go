package httpx

import (
	"errors"
	"net"
)

// tries records how often the transport began to send the request: once, unless a
// connection turned out to be dead. Used under the attempt's lock.
//
// A request is sent when its last byte was written to a socket. If that is unknown,
// it counts as sent.
type tries struct {
	latest  *outgoing
	handed  bool // the last byte of the latest try was passed to the transport
	sent    bool // the last byte of an earlier try was, or this cannot be known
	written bool // some try wrote the whole request
	crowded bool // two tries overlap, so a report may be about either
}

func (t *tries) isSent() bool { return t.sent || t.handed || t.written }

func (t *tries) open(o *outgoing) {
	if t.latest != nil {
		t.crowded = t.crowded || !t.latest.closed
		t.sent = t.sent || t.handed
	}
	t.latest, t.handed = o, false
}

// begin is called when a try has a connection. If the body has already been read, the
// transport has kept a copy that it may send any number of times.
func (t *tries) begin() {
	if t.latest != nil && t.latest.left == 0 {
		t.sent = true
	}
}

// hand notes that the last byte of a try is about to be written.
func (t *tries) hand(o *outgoing) {
	if o == t.latest {
		t.handed = true
	} else {
		t.sent = true
	}
}

// wrote records how the writing of a try ended. If it failed, the request was not
// sent. With our body, net/http reports an error only for a failed write. A caller's
// round tripper may report others, for example when a body that it wraps cannot be
// closed; it is trusted only if the error is a connection's.
func (t *tries) wrote(err error, netHTTP bool) {
	switch {
	case err == nil:
		t.written = true
	case !t.crowded && (netHTTP || isOfWriting(err)):
		t.handed = false
	}
}

func isOfWriting(err error) bool {
	var op *net.OpError
	for errors.As(err, &op) { // an OpError for copying wraps one for writing or reading
		if op.Op == "write" {
			return true
		}
		if err = op.Err; op.Op == "read" {
			return false
		}
	}
	return errors.Is(err, net.ErrClosed) // the error of TLS
}
