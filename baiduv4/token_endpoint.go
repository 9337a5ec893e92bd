package baiduv4

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

const tokenPath = "/oauth/2.0/token"

// credentials are exchanged for access tokens. They go into a form: the vendor also
// accepts them in the query, where access logs and errors would keep them.
type credentials struct {
	vendor            *exchange.Vendor
	apiKey, secretKey redact.Secret
}

// tokenAnswer is the JSON as it comes. The token endpoint has error names of
// its own; the gateway before it has error codes.
type tokenAnswer struct {
	AccessToken      exchange.Text   `json:"access_token"`
	ExpiresIn        exchange.Score  `json:"expires_in"`
	Error            exchange.Text   `json:"error"`
	ErrorDescription exchange.Text   `json:"error_description"`
	ErrorCode        *exchange.Text  `json:"error_code"`
	ErrorMsg         exchange.Remark `json:"error_msg"`
}

// fetch makes one exchange with the token endpoint. Its error is an *idverify.Error.
func (c credentials) fetch(ctx context.Context) (Token, error) {
	x := c.vendor.Exchange()
	asked := x.Now()
	err := x.Send(ctx, httpx.Request{Method: http.MethodPost, Path: tokenPath, Last: true, Body: body.Form(url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {c.apiKey.Reveal()},
		"client_secret": {c.secretKey.Reveal()},
	})})
	if err != nil {
		return Token{}, err
	}
	var a tokenAnswer
	if err := x.Decode(&a); err != nil {
		return Token{}, err
	}
	if e := a.failure(x); e != nil {
		return Token{}, e
	}
	return NewToken(string(a.AccessToken), asked.Add(a.lifetime())), nil
}

// lifetime returns 0 where the answer has no credible one.
func (a *tokenAnswer) lifetime() time.Duration {
	seconds := a.ExpiresIn.Pointer()
	if seconds == nil || *seconds <= 0 || *seconds > maxLifetime.Seconds() {
		return 0
	}
	return time.Duration(*seconds * float64(time.Second))
}

// failure is the error of an answer that has no usable token, nil where it has one.
func (a *tokenAnswer) failure(x *exchange.Exchange) *idverify.Error {
	var e *idverify.Error
	switch {
	case a.Error != "":
		e = said(x, string(a.Error), string(a.ErrorDescription))
	case isFailure(a.ErrorCode):
		e = said(x, textOf(a.ErrorCode), string(a.ErrorMsg))
	case a.AccessToken == "" && !x.OK():
		e = x.Foreign("access_token is missing")
	case !x.OK():
		return x.Bad("an answer without an error came with an HTTP status of failure")
	case a.AccessToken == "":
		return x.Bad("access_token is missing")
	case len(a.AccessToken) > maxTokenBytes:
		return x.Bad(fmt.Sprintf("access_token is longer than %d bytes", maxTokenBytes))
	case a.lifetime() == 0:
		return x.Bad("expires_in is missing or absurd")
	default:
		return nil
	}
	if !x.ServerFailed() || e.Code != idverify.CodeUnknown && e.Code != idverify.CodeBadResponse {
		return e
	}
	// A gateway before the token endpoint has its own JSON errors, which are not in
	// the table.
	own := *e
	own.Code, own.Detail = idverify.CodeVendorUnavailable, "the server of the token endpoint failed"
	return &own
}

// said looks up an error of the token endpoint in the table.
func said(x *exchange.Exchange, code, message string) *idverify.Error {
	return x.Failure(exchange.Said{Code: code, Reasons: []string{message}, Message: message})
}
