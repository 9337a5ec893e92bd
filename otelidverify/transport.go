package otelidverify

import "net/http"

// Transport is for [idverify.HTTP].Wrap: it puts a tracing round tripper, such as
// otelhttp's, where it sees no secret, and removes the headers that it adds. A vendor
// does not need them, and some propagators put the program's baggage into headers of
// any name.
//
//	HTTP: idverify.HTTP{Wrap: otelidverify.Transport(func(next http.RoundTripper) http.RoundTripper {
//		return otelhttp.NewTransport(next)
//	})}
//
// Do not put otelhttp under HTTP.Client: there it writes Baidu's access token to
// spans. Attempts have spans without it.
func Transport(wrap func(http.RoundTripper) http.RoundTripper) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		if wrap == nil {
			return nil // the vendor's New reports the error
		}
		return wrap(unmarked{next})
	}
}

// unmarked sends a request without the headers that were added above it.
type unmarked struct{ next http.RoundTripper }

func (u unmarked) RoundTrip(req *http.Request) (*http.Response, error) {
	own := req.WithContext(req.Context()) // a round tripper must not change its request
	own.Header = http.Header{}
	return u.next.RoundTrip(own)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the transport below.
func (u unmarked) CloseIdleConnections() {
	if c, ok := u.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
