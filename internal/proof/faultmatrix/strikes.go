//go:build linux

package faultmatrix

import (
	"bytes"
	"fmt"
	"io"
)

// What can be done to a connection wherever the exchange has come to. Each
// holds the connection until the call is over: a socket that was closed with
// bytes unread would say RST where FIN is meant, and one that is read on would
// let the request go through.

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

// noise is nothing in any protocol that is spoken here.
var noise = []byte("\x00\x07EXAMPLE noise, and no line of a protocol\x00\xff\r\n\r\n")

// garbage is well encrypted, and makes no sense.
func (w *wire) garbage() bool {
	w.write(noise)
	return w.hang()
}

// corrupt is garbage in place of a TLS record.
func (w *wire) corrupt() bool {
	_, _ = w.raw.Write(append([]byte{23, 3, 3, 0, byte(len(noise))}, noise...))
	return w.hang()
}

// bare is garbage on a connection that has no TLS.
func (w *wire) bare() bool {
	_, _ = w.raw.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	return w.hang()
}

// after sends half of the answer's head, or the head and half of its body, and
// then does the rest.
func afterHalfHead(then func(*wire) bool) func(*wire) bool {
	return func(w *wire) bool { return w.write(w.head[:len(w.head)/2]) && then(w) }
}

func afterHalfBody(then func(*wire) bool) func(*wire) bool {
	return func(w *wire) bool { return w.write(w.head, w.answer[:len(w.answer)/2]) && then(w) }
}

// nonsense is garbage of the length that the answer still has.
func (w *wire) nonsense() bool {
	return w.write(bytes.Repeat([]byte{0xFE}, len(w.answer)-len(w.answer)/2))
}

// instead answers something else to a whole request, and goes on.
func instead(answer string) func(*wire) bool {
	return func(w *wire) bool { return w.write([]byte(answer)) }
}

// hastily answers something else, and reads no more of the request.
func hastily(answer string) func(*wire) bool {
	return func(w *wire) bool { return w.write([]byte(answer)) && w.hang() }
}

// respond is an answer with a length.
func respond(status, fields, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

// rewrite answers with the vendor's own body under other fields.
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
