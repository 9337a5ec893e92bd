package idverifytest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// bentLedger is the memory ledger, with one behaviour that can be changed.
type bentLedger struct {
	idverify.Ledger
	claim  func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error)
	settle func(l idverify.Ledger, s idverify.Settlement) error
	cut    *cable
}

func (b *bentLedger) Claim(ctx context.Context, c idverify.ClaimRequest) (idverify.Claim, error) {
	if b.cut != nil {
		if err := b.cut.err(ctx, c.ID); err != nil {
			return idverify.Claim{}, err
		}
	}
	if b.claim != nil {
		return b.claim(b.Ledger, c)
	}
	return b.Ledger.Claim(ctx, c)
}

func (b *bentLedger) Settle(ctx context.Context, s idverify.Settlement) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, s.ID); err != nil {
			return err
		}
	}
	if b.settle != nil {
		return b.settle(b.Ledger, s)
	}
	return b.Ledger.Settle(ctx, s)
}

func ledgerHarness(b *bentLedger) LedgerHarness {
	b.Ledger = idverify.NewMemoryLedger()
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	return LedgerHarness{StoreSetting: s, New: func(testing.TB) idverify.Ledger { return b }}
}

func TestTestLedger_AcceptsMemoryLedger(t *testing.T) {
	TestLedger(t, ledgerHarness(&bentLedger{cut: &cable{}}))
}

// Holds P-PAY-13.
func TestTestLedger_DetectsWrongLedgers(t *testing.T) {
	background := context.Background()
	// as returns another state instead of the right one.
	as := func(is, said idverify.ClaimState, when func(idverify.ClaimRequest) bool) *bentLedger {
		return &bentLedger{claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
			claim, err := l.Claim(background, c)
			if claim.State == is && when(c) {
				claim.State = said
			}
			return claim, err
		}}
	}
	always := func(idverify.ClaimRequest) bool { return true }
	repeats := func(c idverify.ClaimRequest) bool { return c.Repeat }
	var mu sync.Mutex
	times, holders, until := map[string]int{}, map[string]string{}, map[string]time.Time{}
	seen := func(key string) int {
		mu.Lock()
		defer mu.Unlock()
		times[key]++
		return times[key]
	}
	unfenced := &bentLedger{
		claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
			claim, err := l.Claim(background, c)
			if claim.State == idverify.ClaimMine {
				mu.Lock()
				defer mu.Unlock()
				holders[c.ID] = c.Holder
			}
			return claim, err
		},
		settle: func(l idverify.Ledger, s idverify.Settlement) error {
			mu.Lock()
			s.Holder = holders[s.ID]
			mu.Unlock()
			return l.Settle(background, s)
		},
	}
	punctual := &bentLedger{
		claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
			mu.Lock()
			until[c.Holder] = time.Now().Add(c.Hold)
			mu.Unlock()
			return l.Claim(background, c)
		},
		settle: func(l idverify.Ledger, s idverify.Settlement) error {
			mu.Lock()
			late := time.Now().After(until[s.Holder])
			mu.Unlock()
			if late {
				return idverify.ErrClaimLost
			}
			return l.Settle(background, s)
		},
	}
	var all []wrong
	add := func(what, rule string, b *bentLedger) { all = append(all, wrong{what, ledgerHarness(b).rules(), rule}) }
	add("looks and then takes", "gives a question to one of many claimers", as(idverify.ClaimHeld, idverify.ClaimMine, always))
	add("keeps no answer", "holds a question, then keeps its answer", as(idverify.ClaimKept, idverify.ClaimHeld, always))
	add("keeps what was free", "lets the next one ask after a free call", &bentLedger{settle: func(l idverify.Ledger, s idverify.Settlement) error {
		if s.Outcome == idverify.OutcomeFree {
			s.Outcome = idverify.OutcomeFailed
		}
		return l.Settle(background, s)
	}})
	add("takes over", "reports a question as ambiguous for ever after its hold", &bentLedger{claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
		claim, err := l.Claim(background, c)
		if claim.State == idverify.ClaimAmbiguous {
			c.Repeat = true
			return l.Claim(background, c)
		}
		return claim, err
	}})
	add("drops a late answer", "accepts the late answer of a claimer", punctual)
	add("looks at no print", "detects another print under the same id", &bentLedger{claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
		c.Print = ""
		return l.Claim(background, c)
	}})
	add("refuses a claim that is made again", "claims once for one holder", &bentLedger{claim: func(l idverify.Ledger, c idverify.ClaimRequest) (idverify.Claim, error) {
		claim, err := l.Claim(background, c)
		if claim.State == idverify.ClaimMine && seen(c.Holder) > 1 {
			claim.State = idverify.ClaimHeld
		}
		return claim, err
	}})
	add("refuses a settlement that is made again", "settles once", &bentLedger{settle: func(l idverify.Ledger, s idverify.Settlement) error {
		if seen("settled"+s.Holder) > 1 {
			return errors.New("settled already")
		}
		return l.Settle(background, s)
	}})
	add("has no fence", "refuses the settlement of another holder", unfenced)
	add("has no fence after a repetition", "refuses the settlement of a replaced holder", unfenced)
	add("repeats decisions", "repeats only questions without a decision", as(idverify.ClaimKept, idverify.ClaimMine, repeats))
	add("repeats for many", "lets one of many repeat a question", as(idverify.ClaimHeld, idverify.ClaimMine, repeats))
	add("tidies the answer", "keeps an answer byte for byte", &bentLedger{settle: func(l idverify.Ledger, s idverify.Settlement) error {
		s.Answer = bytes.ReplaceAll(s.Answer, []byte(" "), nil)
		return l.Settle(background, s)
	}})
	add("tells the id", outageRule, &bentLedger{cut: &cable{tells: true}})
	add("hangs", outageRule, &bentLedger{cut: &cable{hangs: true}})
	all = append(all, subtlyWrongLedgers()...)
	assertSeen(t, ledgerHarness(&bentLedger{cut: &cable{}}).rules(), all)
	assert.Empty(t, broken(t, ledgerHarness(&bentLedger{cut: &cable{}}).rules()))
}
