package baiduv4

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/timelimit"
)

// asking is one verification in progress, with the token that it uses.
type asking struct {
	client  *Client
	token   Token
	err     error // of the exchange before, when the vendor refused its token
	adopted bool  // another process fetched the token
	third   bool  // two tokens were refused, and a third is used
}

// sign adds the access token, which this vendor uses instead of a signature.
func (a *asking) sign(call *exchange.Call, req *httpx.Request) (err error) {
	if a.token, err = a.client.accessToken(call.Context(), a.err); err != nil {
		return err
	}
	a.adopted = a.client.tokens.fromStore(a.token)
	call.Hide(a.token.Reveal())
	req.SecretQuery = httpx.Param{Name: "access_token", Value: a.token.Reveal()}
	return nil
}

// refused gives up a token that the vendor refused. Where the answer shows that the
// vendor worked on the call all the same, the call may be billed and is not repeated.
func (a *asking) refused(_ *exchange.Call, err error) bool {
	var e *idverify.Error
	if !errors.As(err, &e) || e.Delivery != idverify.DeliveryRefused || !slices.Contains(tokenRefusals, e.VendorCode) {
		return false
	}
	first := a.err == nil
	a.err = err
	if !first && (a.third || !a.adopted) {
		a.client.tokens.refusedAgain(a.token, err)
		return false
	}
	a.third = !first // the other process's token was as old as ours
	a.client.tokens.refuse(a.token)
	return true
}

// answered decodes, and notes that the token was accepted: the vendor worked on the call.
func (a *asking) answered(call *exchange.Call) (*idverify.Result, error) {
	res, err := a.client.decode(call)
	var e *idverify.Error
	if err == nil || errors.As(err, &e) && e.Delivery == idverify.DeliveryAnswered {
		a.client.tokens.accept()
	}
	return res, err
}

// accessToken returns the token for a call. refused is the error of the exchange
// before, when the vendor refused its token, else nil.
func (c *Client) accessToken(ctx context.Context, refused error) (Token, error) {
	token, err := c.tokens.get(ctx)
	if err == nil {
		return token, nil
	}
	var e *idverify.Error
	if !errors.As(err, &e) {
		e = c.vendor.Gone(ctx) // while the token was being fetched, perhaps for other callers
		if refused != nil {
			own := *e
			own.Detail = timelimit.Ended(ctx) + " before the request could be repeated"
			e = &own
		}
	}
	own := *unverified(e)
	if first := (*idverify.Error)(nil); errors.As(refused, &first) {
		own.Delivery, own.RequestID = idverify.DeliveryRefused, cmp.Or(own.RequestID, first.RequestID)
	}
	return Token{}, &own
}

// unverified returns a copy of an error from fetching the token that describes the
// verification: it was not processed, and cost nothing. Callers and OnTokenFetch
// get only such errors.
func unverified(e *idverify.Error) *idverify.Error {
	own := *e
	own.Detail = "access token: " + e.Detail
	own.Billed, own.Delivery = idverify.BilledNo, idverify.DeliveryNotSent
	return &own
}
