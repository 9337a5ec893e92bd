package huaweiivs

import (
	"strconv"
	"strings"

	"github.com/idverify/idverify/internal/exchange"
)

// oneSpelling returns a code as the table spells it: gateways write APIG or APIGW for
// the same code.
func oneSpelling(code string) string {
	if number, ok := strings.CutPrefix(code, "APIGW."); ok {
		return "APIG." + number
	}
	return code
}

// isOfService reports whether a code is the service's own, so that the gateway must
// have accepted the signature.
func isOfService(code string) bool { return strings.HasPrefix(code, "IVS.") }

// reasons narrow a code, the most specific first: by its text, by the clocks, by
// the HTTP status.
func (c *Client) reasons(call *exchange.Call, said exchange.Said) []string {
	var all []string
	text := strings.ToLower(said.Message)
	for _, p := range phrases {
		if p.code == said.Code && strings.Contains(text, p.says) {
			all = append(all, p.reason)
		}
	}
	if said.Code == codeSignature && c.isOfClock(call) {
		all = append(all, reasonClock)
	}
	all = append(all, strconv.Itoa(call.Status()))
	if isOfService(said.Code) && call.ServerFailed() {
		all = append(all, reasonServer)
	}
	return all
}

// isOfClock reports whether a clock difference alone explains why the vendor
// refused a signature. The vendor has no code for that.
func (c *Client) isOfClock(call *exchange.Call) bool {
	theirs, known := call.AnsweredAt()
	return known && theirs.Sub(call.At()).Abs() > signatureLifetime
}
