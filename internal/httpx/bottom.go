package httpx

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"

	"github.com/idverify/idverify/internal/redact"
)

// roundTrippers returns the round tripper for http.Client and the one that sends.
// They are the same unless the caller wraps it.
func (cfg Config) roundTrippers(base string) (top http.RoundTripper, low *bottom, err error) {
	low = &bottom{base: base, wrapped: cfg.Wrap != nil, callers: cfg.Client != nil}
	switch {
	case cfg.Client == nil:
		low.next = newTransport(cfg)
	case cfg.Client.Transport == nil:
		low.next = http.DefaultTransport
	default:
		low.next = cfg.Client.Transport
	}
	_, low.netHTTP = low.next.(*http.Transport)
	if cfg.Wrap == nil {
		return low, low, nil
	}
	if top = cfg.Wrap(low); top == nil {
		return nil, nil, &ConfigError{"Wrap", "must not return nil"}
	}
	return top, low, nil
}

// bottom is the innermost round tripper. It adds what the layers above must not
// have: the secret query, which a *url.Error of http.Client would show, the
// headers, the body, and GetBody, which http.Client would use to follow a redirect.
//
// It uses only the context and added headers of the request that it gets. So a
// caller's round tripper above it cannot leak anything, cannot send the request
// elsewhere, and cannot slow it down by wrapping the body.
type bottom struct {
	next    http.RoundTripper
	base    string
	netHTTP bool   // next is an *http.Transport, ours or the caller's
	wrapped bool   // the caller wrapped it, may have changed the address, and sees no error texts
	callers bool   // next is the caller's
	limit   string // the name of the time limit of an exchange
}

func (t *bottom) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	attempt, ok := attemptOf(req.Context())
	if !ok {
		return nil, errors.New("httpx: request without an attempt")
	}
	switch {
	case attempt.low != t: // it would go to another vendor
		return nil, errForeign
	case !attempt.enter():
		return nil, errRepeated
	}
	whole, err := t.whole(attempt, req)
	if err != nil {
		return nil, err
	}
	resp, err := t.next.RoundTrip(whole)
	if resp != nil {
		resp.Request = req
	}
	if err != nil && t.wrapped {
		err = &quiet{explain(attempt, err).detail, err}
	}
	return resp, err
}

// whole returns the request as it is sent.
func (t *bottom) whole(a *attempt, req *http.Request) (*http.Request, error) {
	whole := req.WithContext(discreet(req.Context()))
	if t.wrapped {
		ours, err := url.Parse(t.base + a.request.Path)
		if err != nil {
			return nil, err
		}
		whole.Method, whole.URL, whole.Host = a.request.Method, ours, ours.Host
		whole.Trailer, whole.TransferEncoding = nil, nil
	}
	if query := a.request.query(); query != "" {
		address := *whole.URL
		address.RawQuery = query
		whole.URL = &address
	}
	whole.Header = a.headersAnd(req.Header)
	whole.ContentLength = a.request.Body.Len()
	whole.Close = a.request.Last
	if err := a.request.signed(whole); err != nil {
		return nil, err
	}
	whole.Body, whole.GetBody = a.openBody(), a.reopenBody
	return whole, nil
}

// query is the whole query, public and secret. A space is %20, because a vendor could
// read "+" as a plus sign.
func (r *Request) query() string {
	query := ""
	if len(r.Query) > 0 {
		query = strings.ReplaceAll(r.Query.Encode(), "+", "%20")
	}
	if secret := r.SecretQuery; secret.Name != "" {
		if query != "" {
			query += "&"
		}
		query += secret.Name + "=" + url.QueryEscape(secret.Value)
	}
	return query
}

// signed signs the final request.
func (r *Request) signed(whole *http.Request) error {
	if r.Sign == nil {
		return nil
	}
	digest, err := r.Body.Digest(whole.Context()) // computed earlier, where bad media could be refused
	if err != nil {
		return err
	}
	if err := r.Sign(whole.Context(), whole, digest); err != nil {
		return &unsigned{err}
	}
	return nil
}

// unsigned holds a signer's error. It does not unwrap, because a caller's round
// tripper gets it.
type unsigned struct{ cause error }

func (*unsigned) Error() string { return notSigned }

const notSigned = "the request could not be signed"

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the
// transport below.
func (t *bottom) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// enter reports whether an attempt may be sent: only once. If a layer above repeated
// requests, the caller would pay twice and the Client would not know.
func (a *attempt) enter() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := !a.entered
	a.entered = true
	return first
}

// headersAnd returns the attempt's headers, and those of others that it does not
// have. Baggage is left out: it is meant for the caller's own services, and may
// contain users' names.
func (a *attempt) headersAnd(others http.Header) http.Header {
	if len(others) == 0 {
		return a.headers
	}
	all := a.headers.Clone()
	for name, values := range others {
		name = http.CanonicalHeaderKey(name)
		if _, ours := a.headers[name]; !ours && name != "Baggage" {
			all[name] = values
		}
	}
	return all
}

// quiet hides a connection error's text from a caller's round tripper: net/http's
// texts quote answers and addresses, and telemetry would keep them.
type quiet struct {
	detail string
	cause  error
}

func (q *quiet) Error() string { return q.detail }
func (q *quiet) Unwrap() error { return q.cause }

// discreet is a context whose httptrace, if it traces headers, gets only harmless
// values: over HTTP/2 the URL with the secret query is a header, and so is a
// signature.
func discreet(ctx context.Context) context.Context {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil || trace.WroteHeaderField == nil {
		return ctx
	}
	told := *trace
	told.WroteHeaderField = func(name string, values []string) {
		trace.WroteHeaderField(name, harmless(name, values))
	}
	return httptrace.WithClientTrace(untraced{ctx}, &told)
}

// untraced hides the trace of a context: httptrace would call it in addition to its
// replacement.
type untraced struct{ context.Context }

func (u untraced) Value(key any) any {
	value := u.Context.Value(key)
	if _, traces := value.(*httptrace.ClientTrace); traces {
		return nil
	}
	return value
}

func harmless(name string, values []string) []string {
	switch strings.ToLower(name) {
	case "accept", "accept-encoding", "content-length", "content-type", "host", "transfer-encoding", "user-agent",
		"traceparent", ":authority", ":method", ":scheme":
		return values
	case ":path":
		bare := make([]string, len(values))
		for i, value := range values {
			bare[i], _, _ = strings.Cut(value, "?")
		}
		return bare
	}
	return []string{redact.Hidden}
}
