package exchange

import (
	"net/http"
	"strconv"

	"github.com/idverify/idverify"
)

// page is the meaning of an answer that does not come from the vendor: a page or JSON
// of a gateway, a firewall or a proxy.
type page struct {
	code     idverify.Code
	delivery idverify.Delivery
	field    string
	note     string // empty if the problem needs no explanation
}

// pages lists, by HTTP status, refusals made before the request was processed. A
// gateway that sends one after the vendor has worked violates HTTP; that case is not
// handled.
var pages = map[int]page{
	http.StatusRequestEntityTooLarge: {idverify.CodeTooLarge, idverify.DeliveryRefused, "Evidence",
		"the request is larger than a gateway lets through"},
	http.StatusTooManyRequests: {idverify.CodeRateLimited, idverify.DeliveryRefused, "",
		"a gateway accepts no more calls at the moment"},
	http.StatusProxyAuthRequired: {idverify.CodeInvalidConfig, idverify.DeliveryRefused, "HTTP.Proxy", "the proxy refused"},
}

// otherPage is for every other status: it is unknown how far the request got.
var otherPage = page{code: idverify.CodeBadResponse, delivery: idverify.DeliveryUnanswered}

// pageOf is the meaning of an answer that is not the vendor's, by its status.
func (x *Exchange) pageOf(status int) page {
	p, listed := pages[status]
	switch {
	case !listed, p.code == idverify.CodeTooLarge && x.Evidence == nil: // nothing of the caller's was sent
		return otherPage
	case p.field == "HTTP.Proxy":
		p.field = "HTTP." + x.HTTP.Setting("Proxy")
	}
	return p
}

// billed is for a page: a request that was turned away cost nothing.
func (p page) billed() idverify.Billed {
	if p.delivery == idverify.DeliveryRefused {
		return idverify.BilledNo
	}
	return idverify.BilledUnknown
}

// explain puts the page's note before the problem.
func (p page) explain(problem string) string {
	if p.note == "" {
		return problem
	}
	return p.note + ": " + problem
}

// echoesStatus reports whether an unlisted code only repeats the HTTP status.
// Gateways that answer in JSON do so, vendors do not.
func (x *Exchange) echoesStatus(code string) bool {
	return x.response.Status >= http.StatusBadRequest && code == strconv.Itoa(x.response.Status)
}
