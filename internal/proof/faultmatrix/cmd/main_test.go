//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/faultmatrix"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// matrix is run once for all tests.
var matrix = sync.OnceValues(func() ([]faultmatrix.Row, error) {
	log.SetOutput(io.Discard) // see main
	defer log.SetOutput(os.Stderr)
	return faultmatrix.Run(parallel, !long.Asked())
})

func rows(t *testing.T) []faultmatrix.Row {
	t.Helper()
	all, err := matrix()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func TestDocuments_AreUpToDate(t *testing.T) {
	for _, d := range documents {
		written, err := os.ReadFile(filepath.Join("..", "..", "..", "..", filepath.FromSlash(d.file)))
		require.NoError(t, err)
		if !long.Asked() {
			for _, line := range notIn(string(written), d.words, ofListed(rows(t))) {
				t.Errorf("%s does not say: %s", d.file, line)
			}
			continue
		}
		var seen bytes.Buffer
		write(&seen, d.words, ofListed(rows(t)))
		assert.Equal(t, string(written), seen.String(), "%s has drifted: go run ./internal/proof/faultmatrix/cmd", d.file)
	}
}

// Documents written to another folder have all vendors.
func TestDocuments_HaveEveryVendor(t *testing.T) {
	if !long.Asked() {
		t.Skip("the short form asks one vendor of each shape of body")
	}
	var seen bytes.Buffer
	write(&seen, english, rows(t))
	for _, v := range vendors.All() {
		assert.Contains(t, seen.String(), v.Name)
	}
}

// notIn are the lines for single vendors that a document lacks.
func notIn(document string, w words, rows []faultmatrix.Row) (missing []string) {
	said := map[string]bool{}
	for section := range strings.SplitSeq(document, "\n## ") {
		title, table, _ := strings.Cut(section, "\n")
		for line := range strings.Lines(table) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
			for vendor := range strings.SplitSeq(cells[min(1, len(cells)-1)], ", ") {
				said[fmt.Sprint(title, cells[0], vendor, cells[min(2, len(cells)):])] = true
			}
		}
	}
	for _, r := range rows {
		fault, cells := w.pick(r.Fault), w.cells(r)
		if !said[fmt.Sprint(w.phases[r.Phase].title, fault, r.Vendor, cells)] {
			missing = append(missing, fmt.Sprint(r.Phase, ", ", fault, ", ", r.Vendor, ": ", cells))
		}
	}
	return missing
}

// each calls check for every outcome, including those that the document omits.
func each(t *testing.T, check func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome)) {
	for _, r := range rows(t) {
		for way, o := range map[string]faultmatrix.Outcome{"alone": r.Alone, "one vendor": r.OneVendor, "two vendors": r.TwoVendors} {
			t.Run(strings.Join([]string{string(r.Phase), r.Fault.EN, r.Vendor, way}, ", "), func(t *testing.T) { check(t, r, o) })
		}
	}
}

// Holds P-PASS-13.
func TestMatrix_EveryPassIsEarned(t *testing.T) {
	each(t, func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome) {
		assert.Contains(t, idverify.Codes(), o.Code)
		if o.Code.IsDecision() {
			assert.Equal(t, idverify.CodeMatch, o.Code, "the stand-in has no other decision for this person")
			by := o.Bill
			if n := len(o.Legs); n > 0 && o.Legs[n-1].Vendor != o.Legs[0].Vendor {
				by = o.BillOther
			}
			assert.Equal(t, o.Calls, by, "a decision that its vendor did not make")
			assert.Equal(t, idverify.BilledYes, o.Billed)
		}
	})
}

// Holds P-PAY-3.
func TestMatrix_ProcessedIsNeverNotSent(t *testing.T) {
	each(t, func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome) {
		if o.Bill == 0 || r.Phase == faultmatrix.AfterAnswer {
			return // nobody worked, or not on the row's call
		}
		assert.True(t, o.Sent)
		assert.NotEqual(t, idverify.BilledNo, o.Billed)
		assert.False(t, o.Repeatable)
		assert.True(t, o.Ambiguous || o.Billed == idverify.BilledYes)
		for i, leg := range o.Legs {
			if leg.Vendor != o.Legs[0].Vendor {
				continue
			}
			billedLater := i+1 < len(o.Legs) && o.Legs[i+1].Vendor == leg.Vendor
			assert.True(t, leg.Sent() || billedLater, "leg %d", i+1)
		}
	})
}

// A request whose last byte could not be written is "not sent" at every size; one
// that was written may have arrived.
// Holds P-PAY-3.
func TestMatrix_SentMeansWrittenAtEverySize(t *testing.T) {
	sizes := map[string]bool{}
	for _, r := range rows(t) {
		name := strings.Join([]string{string(r.Phase), r.Fault.EN, r.Vendor}, ", ")
		switch r.Phase {
		case faultmatrix.Unwritten:
			assert.False(t, r.Alone.Sent, name)
			assert.True(t, r.Alone.Repeatable, name)
			assert.Equal(t, idverify.BilledNo, r.Alone.Billed, name)
			assert.Equal(t, idverify.CodeMatch, r.OneVendor.Code, name)
			assert.Len(t, r.OneVendor.Legs, 2, name)
		case faultmatrix.Written:
			assert.True(t, r.Alone.Ambiguous, name)
			assert.Len(t, r.OneVendor.Legs, 1, name)
		default:
			continue
		}
		size, _, _ := strings.Cut(r.Fault.EN, ":")
		sizes[size] = true
	}
	assert.Len(t, sizes, 5)
}

// raceCalls is the number of calls in an idle race, racers the number of callers.
var raceCalls = long.Or(1000, 120)

const racers = 16

// Holds P-PAY-4.
func TestMatrix_IdleConnectionsClosedOnReuse(t *testing.T) {
	for _, inClient := range []bool{false, true} {
		race, err := faultmatrix.IdleRace(faultmatrix.RaceOptions{Calls: raceCalls, Callers: racers, InClient: inClient})
		require.NoError(t, err)
		t.Logf("in a Client %t: %s", inClient, race)
		assert.Zero(t, race.Twice, "billed twice")
		assert.Zero(t, race.Denied, "reported as not sent, but read whole")
		assert.Zero(t, race.Others)
		assert.Less(t, race.Connections, race.Calls, "no connection was reused")
		if inClient {
			assert.Zero(t, race.Unsent, "a request that was not sent is repeated")
		}
	}
}

// The documents recommend an idle time below the vendor's.
func TestMatrix_ShorterIdleTimeoutAvoidsClosedConnections(t *testing.T) {
	race, err := faultmatrix.IdleRace(faultmatrix.RaceOptions{Calls: long.Or(200, 80), Callers: racers, IdleTimeout: faultmatrix.KeepAlive / 2})
	require.NoError(t, err)
	assert.Equal(t, race.Calls, race.Answered, race)
}

// Holds P-PAY-1.
func TestMatrix_NothingIsPaidTwice(t *testing.T) {
	each(t, func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome) {
		assert.LessOrEqual(t, o.Bill, o.Calls, "by the vendor under fault")
		assert.LessOrEqual(t, o.BillOther, 1, "by the next vendor")
	})
}

// Holds P-PAY-2.
func TestMatrix_RepeatableIsSafe(t *testing.T) {
	each(t, func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome) {
		assert.False(t, o.Repeatable && o.Ambiguous)
		assert.False(t, o.Repeatable && o.Billed == idverify.BilledYes)
		for i, leg := range o.Legs {
			assert.False(t, leg.Repeatable() && leg.Ambiguous())
			if i+1 < len(o.Legs) && o.Legs[i+1].Vendor == leg.Vendor {
				assert.True(t, leg.Repeatable(), "attempt %d was repeated", i+1)
				assert.Equal(t, idverify.NextSameVendor, leg.Next)
			}
		}
	})
}

func TestMatrix_OtherVendorAnswersUnlessCallerLeft(t *testing.T) {
	for _, r := range rows(t) {
		o := r.TwoVendors
		if o.Code == idverify.CodeCanceled || slices.Contains([]idverify.Code{idverify.CodeInvalidRequest, idverify.CodeUnknown}, o.Legs[0].Code) {
			assert.Len(t, o.Legs, 1)
			continue
		}
		first := o.Legs[0].Code
		byInput := slices.Contains([]idverify.Code{idverify.CodeTooLarge, idverify.CodeUnreadableEvidence}, first)
		// A firewall's page may also be free: its status is about the request.
		status := o.Legs[0].HTTPStatus
		byInput = byInput || first == idverify.CodeBadResponse && status >= 400 && status < 500 && status != 408
		if byInput && milderBehind(t, r.Vendor) {
			assert.Equal(t, first, o.Code)
			assert.Equal(t, idverify.ReasonFewerChecks, o.Legs[len(o.Legs)-1].Reason, "bad input chose a milder vendor: %s, %s", r.Fault.EN, r.Vendor)
			continue
		}
		assert.Equal(t, idverify.CodeMatch, o.Code, "%s, %s, %s", r.Phase, r.Fault.EN, r.Vendor)
	}
}

// milderBehind reports whether the second vendor checks fewer kinds.
func milderBehind(t *testing.T, vendor string) bool {
	t.Helper()
	checks := func(vendor string) int {
		vendor, _, _ = strings.Cut(vendor, "/")
		p, err := vendors.Named(vendor).New(vendors.Account{})
		require.NoError(t, err)
		return len(p.Rules())
	}
	return checks(faultmatrix.Behind(vendor)) < checks(vendor)
}

// Holds P-DATA-2.
func TestMatrix_NoPersonalDataInErrors(t *testing.T) {
	each(t, func(t *testing.T, r faultmatrix.Row, o faultmatrix.Outcome) {
		require.NotEmpty(t, o.Said)
		said := strings.Join(o.Said, "\n")
		for _, secret := range faultmatrix.Secrets() {
			assert.NotContains(t, said, secret)
		}
		assert.Zero(t, o.ElsewhereIn, "a redirect was followed")
	})
}

func TestMatrix_EveryPhaseMeetsEveryVendor(t *testing.T) {
	met := map[faultmatrix.Phase][]string{}
	for _, r := range rows(t) {
		met[r.Phase] = append(met[r.Phase], r.Vendor)
	}
	for _, phase := range faultmatrix.Phases() {
		assert.NotEmpty(t, met[phase], phase)
		for _, vendor := range idverifytest.Vendors() {
			if phase == faultmatrix.HalfBody && vendors.Named(vendor).Largest <= 2<<20 {
				continue // the second half of its pictures fits into the socket buffers
			}
			if long.Asked() || phase == faultmatrix.VendorSays {
				assert.Contains(t, met[phase], vendor, phase)
			}
		}
		for _, w := range []words{english, chinese} {
			assert.NotEmpty(t, w.phases[phase].title, phase)
			assert.NotEmpty(t, w.phases[phase].about, phase)
		}
	}
}
