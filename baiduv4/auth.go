package baiduv4

import (
	"context"
	"errors"
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

// credentials buy access tokens. They go into a form: the vendor takes them in
// the query as well, where access logs and errors would keep them.
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

// fetch makes one exchange with the token endpoint.
func (c credentials) fetch(ctx context.Context) (Token, error) {
	call := &exchange.Call{Vendor: c.vendor}
	call.Hide(c.apiKey.Reveal(), c.secretKey.Reveal())
	asked := call.Now()
	err := call.Send(ctx, httpx.Request{Method: http.MethodPost, Path: tokenPath, Body: body.Form(url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {c.apiKey.Reveal()},
		"client_secret": {c.secretKey.Reveal()},
	})})
	if err != nil {
		return Token{}, err
	}
	var a tokenAnswer
	if err := call.Decode(&a); err != nil {
		return Token{}, err
	}
	lifetime, ok := a.lifetime()
	switch {
	case a.Error != "":
		return Token{}, failed(call, string(a.Error), string(a.ErrorDescription))
	case isFailure(a.ErrorCode):
		return Token{}, failed(call, textOf(a.ErrorCode), string(a.ErrorMsg))
	case a.AccessToken == "" && call.ServerFailed():
		return Token{}, serverFailed(call.Bad(""))
	case a.AccessToken == "" && !call.OK():
		return Token{}, call.Foreign("access_token is missing")
	case !call.OK():
		return Token{}, call.Bad("an answer without an error came with an HTTP status of failure")
	case a.AccessToken == "":
		return Token{}, call.Bad("access_token is missing")
	case len(a.AccessToken) > maxTokenBytes:
		return Token{}, call.Bad(fmt.Sprintf("access_token is longer than %d bytes", maxTokenBytes))
	case !ok:
		return Token{}, call.Bad("expires_in is missing or absurd")
	}
	return NewToken(string(a.AccessToken), asked.Add(lifetime)), nil
}

func (a tokenAnswer) lifetime() (time.Duration, bool) {
	seconds := a.ExpiresIn.Pointer()
	if seconds == nil || *seconds > maxLifetime.Seconds() {
		return 0, false
	}
	lifetime := time.Duration(*seconds * float64(time.Second))
	return lifetime, lifetime > 0
}

// failed looks an error of the token endpoint up in the table. There is no
// decision without a verification, whatever the code says.
func failed(call *exchange.Call, code, message string) error {
	_, err := call.Coded(exchange.Said{Code: code, Reasons: []string{message}, Message: message})
	var e *idverify.Error
	switch {
	case err == nil:
		return call.Bad("the code of a decision came without a verification")
	case call.ServerFailed() && errors.As(err, &e) && (e.Code == idverify.CodeUnknown || e.Code == idverify.CodeBadResponse):
		return serverFailed(e)
	}
	return err
}

// serverFailed is a copy of an error about what a gateway before the token
// endpoint says in JSON of its own, with words that the table lacks.
func serverFailed(e *idverify.Error) *idverify.Error {
	own := *e
	own.Code, own.Detail = idverify.CodeVendorUnavailable, "the server of the token endpoint failed"
	return &own
}

// accessToken is the token for a call. sent says that the verification went
// out before and was refused for its token.
func (c *Client) accessToken(ctx context.Context, sent bool) (Token, error) {
	token, err := c.tokens.get(ctx)
	if err == nil {
		return token, nil
	}
	var e *idverify.Error
	if !errors.As(err, &e) {
		e = c.vendor.Gone(ctx) // while the token was being fetched, for others perhaps
	}
	return Token{}, unverified(e, sent)
}

// unverified is a copy of an error on the way to the token that speaks of the
// verification: nobody worked on that, and it cost nothing.
func unverified(e *idverify.Error, sent bool) *idverify.Error {
	own := *e
	own.Detail = "access token: " + e.Detail
	own.Billed, own.Delivery = idverify.BilledNo, idverify.DeliveryNotSent
	if sent {
		own.Delivery = idverify.DeliveryRefused
	}
	return &own
}
