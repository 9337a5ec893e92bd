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
	handed  bool // the last byte of the latest was given to be written
	sent    bool // that of an earlier one was, or nobody will ever tell
	written bool // some try wrote the whole request
	crowded bool // two at the same time: nobody can tell which is spoken of
}

func (t *tries) isSent() bool { return t.sent || t.handed || t.written }

func (t *tries) open(o *outgoing) {
	if t.latest != nil {
		t.crowded = t.crowded || !t.latest.closed
		t.sent = t.sent || t.handed
	}
	t.latest, t.handed = o, false
}

// begin is called when a connection is there for a try. Where the body has been
// read by then, the transport has kept a copy and may send that any number of
// times.
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

// wrote is told how the writing of a try ended. One that failed is not sent. For
// net/http there is no other reason to fail, with a body of ours. A round tripper
// of the caller's may have another, as when a body that it wraps cannot be closed,
// and is believed only where the error is a connection's.
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
	for errors.As(err, &op) { // one for copying holds one for writing, or for reading
		if op.Op == "write" {
			return true
		}
		if err = op.Err; op.Op == "read" {
			return false
		}
	}
	return errors.Is(err, net.ErrClosed) // as TLS says it
}
