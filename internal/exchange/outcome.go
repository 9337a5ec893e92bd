package exchange

import (
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Said is what a vendor answered, without scores.
type Said struct {
	Code    string
	Reasons []string // they narrow the code, the most specific first
	Message string   // free text
	Detail  string   // added to the row's note
	Field   string   // the name of the wrong field in an error; never the vendor's free text
	Reply   any
	// Verdict is a yes or no beside the code, for [Call.Verdict].
	Verdict Verdict
	// RetryAfter is how long the vendor asks to wait, if it has its own field for
	// that. A Retry-After header takes precedence.
	RetryAfter time.Duration
}

// Coded turns a vendor's code into the decision or error of its row in the table. A
// code without a row is CodeUnknown. If the answer also has a verdict, a score or a
// price, the vendor has worked on the call: it was not turned away, and even a free
// fault is not repeated.
func (c *Call) Coded(said Said) (*idverify.Result, error) {
	if c.repeated {
		return nil, c.Bad(answeredBefore)
	}
	row, e := c.row(said)
	isRefusal := row.Delivery == idverify.DeliveryRefused || e != nil && e.Delivery == idverify.DeliveryRefused
	priced := row
	priced.Billed = c.billed(row) // the answer itself may say that it is free
	switch {
	case isRefusal && said.Verdict != NoVerdict:
		return nil, c.Contradiction(said, "", "the vendor's yes or no came with a refusal to look")
	case isRefusal && c.hasWorked(), c.worked && (row.Repeatable() || priced.Repeatable()):
		return nil, c.Contradiction(said, "", "a score or a price came with the code of what was not worked on")
	case e != nil:
		return nil, e
	case !row.Code.IsDecision():
		said.Detail += c.turnedNote(row)
		return nil, c.coded(row, said)
	case c.response.Early:
		return nil, c.Bad(answeredEarly)
	}
	return &idverify.Result{
		Code: row.Code, Vendor: c.Name, RequestID: c.id(),
		VendorCode: row.VendorCode, VendorReason: row.VendorReason, VendorMessage: c.message(said),
		HTTPStatus: c.response.Status, Billed: c.billed(row), Warnings: c.warnings, Reply: said.Reply,
	}, nil
}

// Failure is the error of a code's row in the table if nobody is verified: the code
// of a decision decides nothing.
func (x *Exchange) Failure(said Said) *idverify.Error {
	row, e := x.row(said)
	switch {
	case e != nil:
		return e
	case row.Code.IsDecision():
		return x.Bad("the code of a decision came without a verification")
	}
	return x.coded(row, said)
}

// row is the meaning of a code, unless it is no code of the vendor or the success
// code: only scores make a match.
func (x *Exchange) row(said Said) (idverify.CodeRow, *idverify.Error) {
	row, listed := x.Table.Find(said.Code, said.Reasons...)
	switch {
	case !listed && x.echoesStatus(said.Code):
		return row, x.Foreign("JSON that is not the vendor's")
	case !listed:
		return x.unlisted(said), nil
	case row.Code == idverify.CodeMatch:
		return row, x.Bad("the code of success came without success")
	}
	return row, nil
}

// message is the vendor's free text without data of the request.
func (x *Exchange) message(said Said) idverify.Sensitive {
	return idverify.NewSensitive(x.Scrub(said.Message))
}

// unlisted is a row for a code without one. The HTTP status still says whether the
// request was turned away. For a person a 429 does not: an answer with a code is the
// vendor's own, and the call is not repeated until the code is known.
func (x *Exchange) unlisted(said Said) idverify.CodeRow {
	row := idverify.CodeRow{
		VendorCode: redact.Word(x.Identifier(said.Code)), VendorReason: smallNumber(said.Reasons),
		Code: idverify.CodeUnknown, Delivery: idverify.DeliveryAnswered,
	}
	p := x.pageOf(x.response.Status)
	mayRepeat := p.code == idverify.CodeRateLimited && x.Evidence != nil
	if p.delivery == idverify.DeliveryRefused && !mayRepeat {
		row.Code, row.Delivery, row.Billed, row.Note = p.code, p.delivery, p.billed(), p.note
	}
	return row
}

const (
	answeredEarly  = "the answer began before the whole request had been sent"
	answeredBefore = "the answer is that of the call before, which came twice"
)

// smallNumber is the reason of an unlisted code if it cannot contain personal data: a
// number of up to three digits.
func smallNumber(reasons []string) string {
	if len(reasons) != 1 || len(reasons[0]) > 3 || strings.Trim(reasons[0], "0123456789") != "" {
		return ""
	}
	return reasons[0]
}
