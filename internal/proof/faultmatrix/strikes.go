//go:build linux

package faultmatrix

import (
	"bytes"
	"fmt"
	"io"
)

// These functions break a connection at any point of the exchange. Each keeps the
// connection open until the call is over: closing a socket with unread bytes would
// send RST instead of FIN, and reading on would let the request pass.

func (w *wire) reset() bool {
	reset(w.raw)
	return false
}

func (w *wire) finish() bool {
	if w.tls != nil {
		_ = w.tls.CloseWrite()
	}
	_ = w.raw.(interface{ CloseWrite() error }).CloseWrite()
	return w.hang()
}

func (w *wire) hang() bool {
	<-w.call.over.Done()
	return false
}

func (w *wire) cancel() bool {
	w.call.cancel()
	return w.hang()
}

// noise is invalid in every protocol used here.
var noise = []byte("\x00\x07EXAMPLE noise, and no line of a protocol\x00\xff\r\n\r\n")

// garbage is noise, encrypted correctly.
func (w *wire) garbage() bool {
	w.write(noise)
	return w.hang()
}

// corrupt is noise in place of a TLS record.
func (w *wire) corrupt() bool {
	_, _ = w.raw.Write(append([]byte{23, 3, 3, 0, byte(len(noise))}, noise...))
	return w.hang()
}

// bare is noise on a connection without TLS.
func (w *wire) bare() bool {
	_, _ = w.raw.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	return w.hang()
}

// afterHalfHead sends half of the answer's head, and then calls then. afterHalfBody
// sends the head and half of the body first.
func afterHalfHead(then func(*wire) bool) func(*wire) bool {
	return func(w *wire) bool { return w.write(w.head[:len(w.head)/2]) && then(w) }
}

func afterHalfBody(then func(*wire) bool) func(*wire) bool {
	return func(w *wire) bool { return w.write(w.head, w.answer[:len(w.answer)/2]) && then(w) }
}

// nonsense is noise of the length that the answer still has.
func (w *wire) nonsense() bool {
	return w.write(bytes.Repeat([]byte{0xFE}, len(w.answer)-len(w.answer)/2))
}

// instead answers a whole request with another answer, and continues.
func instead(answer string) func(*wire) bool {
	return func(w *wire) bool { return w.write([]byte(answer)) }
}

// hastily sends another answer, and reads no more of the request.
func hastily(answer string) func(*wire) bool {
	return func(w *wire) bool { return w.write([]byte(answer)) && w.hang() }
}

// respond is an answer with a length.
func respond(status, fields, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

// rewrite answers with the vendor's own body and other header fields.
func rewrite(status, fields string, change func([]byte) []byte) func(*wire) bool {
	return func(w *wire) bool {
		return w.write([]byte(respond(status, fields, string(change(w.answer)))))
	}
}

// noticed waits for the client to close its side.
func (w *wire) noticed() bool {
	_, _ = io.Copy(io.Discard, w.raw)
	return false
}
