package idverify

import (
	"crypto/hmac"
	"encoding/json"
	"errors"

	"github.com/idverify/idverify/internal/pseudonym"
)

// sealedAnswer is what a ledger keeps of a question. The MAC covers the question's
// id and print too, so that an answer moved to another row, or a row whose print
// was changed, is not believed.
type sealedAnswer struct {
	MAC    string          `json:"mac"`
	Answer json.RawMessage `json:"answer"`
}

// keptAnswer is a result or an error; exactly one is set.
type keptAnswer struct {
	Result *Result `json:"result,omitempty"`
	Error  *Error  `json:"error,omitempty"`
	// Settings are as in [Stored].
	Settings string `json:"settings,omitempty"`
}

// sealAnswer encodes the answer for a ledger, without the vendor's free text, its
// reply and the causes, which JSON leaves out.
func (c *Client) sealAnswer(q keyed, res *Result, e *Error) []byte {
	kept := keptAnswer{Result: res, Error: e}
	if res != nil {
		if v := c.vendorOf(res); v != nil {
			kept.Settings = v.settings()
		}
	}
	text, err := json.Marshal(kept)
	if err != nil { // a score that is not a number, which no decision has
		return nil
	}
	sealed, _ := json.Marshal(sealedAnswer{MAC: c.macOf(q, text), Answer: text})
	return sealed
}

func (c *Client) macOf(q keyed, text []byte) string {
	return pseudonym.Of(c.claims.secret, "idverify answer", q.id, q.print, string(text))
}

// openKept returns the kept answer as today's rules would give it.
func (c *Client) openKept(q keyed, sealed []byte) (*Result, error) {
	kept, err := c.openAnswer(q, sealed)
	if err != nil {
		c.storeEvent(StoreEvent{Store: "claim", Operation: "open", Reason: StoreFailed})
		return nil, undecided(nil).from(OriginLedger)
	}
	if kept.Result == nil {
		return nil, keptError(kept.Error)
	}
	res := c.today(&Stored{Result: *kept.Result, Settings: kept.Settings})
	if res == nil {
		return nil, beforehand(otherRules())
	}
	res.Origin = OriginLedger
	return res, nil
}

var errNotOurs = errors.New("idverify: the ledger's entry does not belong to this question")

func (c *Client) openAnswer(q keyed, sealed []byte) (kept keptAnswer, err error) {
	var outer sealedAnswer
	if err := json.Unmarshal(sealed, &outer); err != nil {
		return kept, err
	}
	if !hmac.Equal([]byte(outer.MAC), []byte(c.macOf(q, outer.Answer))) {
		return kept, errNotOurs
	}
	if err := json.Unmarshal(outer.Answer, &kept); err != nil {
		return kept, err
	}
	if (kept.Result == nil) == (kept.Error == nil) {
		return kept, errNotOurs
	}
	return kept, nil
}

// keptError returns the error that an earlier call ended with. It has no RetryAfter,
// because waiting does not change it.
func keptError(e *Error) error {
	if _, held := holdToContract("", nil, e); held != e || e.Ambiguous() {
		return undecided(held).from(OriginLedger)
	}
	own := *e
	own.RetryAfter = 0
	if a := e.Advice(); a == AdviceTryLater || a == AdviceTryAnotherVendor {
		own.advice = AdviceReview
	}
	return own.from(OriginLedger)
}
