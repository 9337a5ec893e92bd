package httpx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// connectError is a proxy's answer to CONNECT other than success.
type connectError struct{ status int }

func (e *connectError) Error() string {
	return fmt.Sprintf("httpx: a proxy answered %d to CONNECT", e.status)
}

// toldByProxy keeps the status of a refused CONNECT. net/http keeps only the reason
// phrase.
func toldByProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &connectError{answer.StatusCode}
	}
	return nil
}

const proxyRefused = "the proxy refused"

// refusedByProxy says why a proxy did not connect. The proxy has seen nothing of the
// request.
func (a *attempt) refusedByProxy(err error) (why, bool) {
	var (
		connect *connectError
		op      *net.OpError
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &connect):
		return connectRefused(connect.status), true
	case errors.As(err, &op) && op.Op == "proxyconnect":
		w := why{kind: Network, detail: "the proxy could not be reached"}
		if errors.As(op.Err, &errno) {
			w.detail, w.causes = w.detail+": "+errno.Error(), []error{errno}
		}
		return w, true
	case errors.As(err, &op) && op.Op == "socks connect":
		return socksRefused(op.Err), true
	}
	if status := statusOf(err); status != 0 && a.low.callers && !a.wasSent() {
		return connectRefused(status), true
	}
	return why{}, false
}

// connectRefused distinguishes a proxy that refuses to connect from one that tried
// and failed.
func connectRefused(status int) why {
	if status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests {
		return why{kind: Network, detail: fmt.Sprintf("the proxy could not connect: it answered HTTP %d", status)}
	}
	return why{kind: Misconfigured, field: "Proxy", detail: fmt.Sprintf("%s: it answered HTTP %d", proxyRefused, status)}
}

// socksRefused does the same for SOCKS, whose errors have no type.
func socksRefused(err error) why {
	for _, text := range []string{
		"no acceptable authentication methods", "username/password authentication failed",
		"unknown error connection not allowed by ruleset",
	} {
		if hasText(err, text) {
			return why{kind: Misconfigured, field: "Proxy", detail: proxyRefused}
		}
	}
	return why{kind: Network, detail: "the proxy could not connect"}
}

// statusOf is the status of a CONNECT that a proxy of the caller's transport refused:
// net/http returns an error with the standard reason phrase.
func statusOf(err error) int {
	for status := 300; status < 600; status++ {
		if text := http.StatusText(status); text != "" && hasText(err, text) {
			return status
		}
	}
	return 0
}
