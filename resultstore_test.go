package idverify_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func TestResultStore_ContextsEndWithTheMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lastingResults{}
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret))
		_, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		synctest.Wait()
		require.Len(t, store.contexts, 2)
		for _, ctx := range store.contexts {
			assert.ErrorIs(t, ctx.Err(), context.Canceled)
		}
	})
}

// A loaded decision must not be saved again, so that a store with an expiry can
// expire it.
func TestResultStore_LoadedDecisionIsNotSavedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countingResults{}
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret))
		for range 3 {
			_, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
		}
		assert.Equal(t, 1, store.saved)
	})
}

// Key, name and number are hashed with their lengths, so that moving a character
// between them gives another id.
func TestResultStore_KeyNameAndNumberAreSeparated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		c := oneVendor(t, a, idverify.WithResultStore(&memoryResults{}, storeSecret))
		for i, q := range []struct{ key, name string }{{"order-IA", "测试甲"}, {"order-I", "A测试甲"}, {"order-", "IA测试甲"}} {
			req := keyed(q.key)
			req.Name = q.name
			_, err := c.Verify(t.Context(), req)
			require.NoError(t, err)
			synctest.Wait()
			assert.Equal(t, i+1, a.asked, "%+v is a question of its own", q)
		}
	})
}

// Holds P-PASS-9.
func TestResultStore_StricterRateIsAnotherQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, secret := &memoryResults{}, storeSecret
		lax := vendorNamed("p", pass(t))
		for range 2 {
			_, err := oneVendor(t, lax, idverify.WithResultStore(store, secret)).Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
		}
		assert.Equal(t, 1, lax.asked)
		strict := &strictable{fake: fake{name: "p", accepts: "photo"}} // fails when it is asked
		c := oneVendor(t, strict, idverify.WithResultStore(store, secret), idverify.WithMaxFAR(1e-5))
		_, err := c.Verify(t.Context(), keyed("k"))
		assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err), "it was asked, and not given the lax answer")
	})
}

// Holds P-PASS-12, P-PAY-7.
func TestResultStore_AnswersOnlyTheSameQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t))
		store := &memoryResults{}
		c := oneVendor(t, a, idverify.WithResultStore(store, []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")))
		verify := func(req *idverify.Request) (*idverify.Result, error) {
			defer synctest.Wait() // until Save has been called
			return c.Verify(t.Context(), req)
		}
		for range 3 {
			res, err := verify(keyed("order-1"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
		}
		assert.Equal(t, 1, a.asked)
		for id := range store.byID {
			assert.Regexp(t, "^[0-9a-f]{64}$", id)
		}

		a.steps, a.asked = []step{decide(idverify.CodeFaceMismatch)}, 0
		res, err := verify(keyed("order-3"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code, "another question's pass is not given away")

		for id, stored := range store.byID {
			stored.Result = idverify.Result{Code: idverify.CodeMatch, Vendor: "a"} // a pass that was never earned
			store.byID[id] = stored
		}
		res, err = verify(keyed("order-1"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)

		a.steps, a.asked = []step{fail(idverify.CodeNoFace)}, 0
		for range 2 {
			_, err = verify(keyed("order-2"))
			assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err))
		}
		assert.Equal(t, 2, a.asked, "errors are not kept")
	})
}

func TestResultStore_ResultWithErrorIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", pass(t), decide(idverify.CodeFaceMismatch))
		c := oneVendor(t, a, idverify.WithResultStore(&doubtfulResults{}, storeSecret))
		_, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		synctest.Wait()
		res, err := c.Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	})
}

func TestResultStore_FailureDoesNotFailCall(t *testing.T) {
	for name, store := range map[string]idverify.ResultStore{"fails": brokenResults{}, "panics": &panickyResults{onSave: true}} {
		synctest.Test(t, func(t *testing.T) {
			var events []string
			c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(store, storeSecret), idverify.WithHooks(idverify.Hooks{
				Store: func(e idverify.StoreEvent) {
					events = append(events, e.Store+" "+e.Operation+" "+string(e.Reason))
				},
			}))
			res, err := c.Verify(t.Context(), keyed("order-1"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
			synctest.Wait()
			if name == "fails" {
				assert.Equal(t, []string{"result load error", "result save error"}, events)
			} else {
				assert.Equal(t, []string{"result save error"}, events)
			}
		})
	}
}

func TestResultStore_PanicReachesOnlyWaitingCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := vendorNamed("a", pass(t)), &panickyResults{onSave: true}
		c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret))
		for range 2 {
			res, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			assert.True(t, res.Passed())
			synctest.Wait()
		}
		assert.Equal(t, 2, a.asked, "nothing was kept")

		store.onLoad = true
		assert.PanicsWithValue(t, "load", func() { _, _ = c.Verify(t.Context(), keyed("k")) })
		assert.Equal(t, 2, a.asked)
	})
}

// Holds P-DATA-10.
func TestClient_PrintsNoSecret(t *testing.T) {
	secret := []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32")
	c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(&memoryResults{}, secret), idverify.WithPersonLimit(idverify.PersonLimit{Secret: secret, Tries: 3, Window: time.Hour}))
	for _, text := range idverifytest.Spoken(c) {
		assert.NotContains(t, text, "EXAMPLE-SECRET")
		assert.NotContains(t, text, "69 88 65 77") // its bytes
	}
}

// Another face under a used key does not get the pass of the first.
// Holds P-PASS-9.
func TestResultStore_OtherQuestionUnderSameKeyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := vendorNamed("a", pass(t)), &memoryResults{}
		client := func() *idverify.Client { return oneVendor(t, a, idverify.WithResultStore(store, storeSecret)) }
		_, err := client().Verify(t.Context(), keyed("order-1"))
		require.NoError(t, err)
		synctest.Wait()
		for name, other := range anotherQuestion("order-1") {
			_, err := client().Verify(t.Context(), other) // as from another process
			assertOtherQuestion(t, err, name)
		}
		same := keyed("order-1")
		same.Reference, same.Name = "another-reference", "  "+aName // the same once folded
		res, err := client().Verify(t.Context(), same)
		require.NoError(t, err)
		assert.Equal(t, idverify.OriginStore, res.Origin)
		assert.Equal(t, 1, a.asked)
	})
}

// Name and number are hashed with their lengths, so that moving a character between
// them gives another id.
func TestResultStore_NameAndNumberAreSeparated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := oneVendor(t, vendorNamed("a", pass(t)), idverify.WithResultStore(&memoryResults{}, storeSecret))
		ask := func(name, number string) error {
			req := keyed("k")
			req.Name, req.IDNumber, req.SkipIDNumberCheck = name, number, true
			_, err := c.Verify(t.Context(), req)
			synctest.Wait()
			return err
		}
		require.NoError(t, ask("测试X", "23"))
		require.NoError(t, ask("测试X", "23"))
		assertOtherQuestion(t, ask("测试", "X23"), "")
	})
}

// reply is a vendor's typed reply.
type reply struct {
	Face   []byte
	Scores *[]float64
}

func talkative(t *testing.T) (failed, passed step) {
	failed = fail(idverify.CodeVendorUnavailable, func(e *idverify.Error) {
		e.Delivery, e.Billed = idverify.DeliveryAnswered, idverify.BilledUnknown
		e.VendorMessage, e.Reply = idverify.NewSensitive("of "+aName), &reply{Face: []byte("face")}
		e.Err = &idverify.Error{Code: idverify.CodeNetwork, Reply: &reply{Face: []byte("face")}}
	})
	passed = pass(t)
	far := 1e-4
	passed.res.Checks[0].FAR = &far
	passed.res.VendorMessage = idverify.NewSensitive("of " + aName)
	passed.res.Reply = &reply{Face: []byte("face"), Scores: &[]float64{1}}
	passed.res.Warnings = []idverify.Warning{idverify.WarnRiskyDevice}
	return failed, passed
}

// Holds P-DATA-10.
func TestResultStore_GetsNoPersonalData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed, passed := talkative(t)
		store := &memoryResults{}
		c, err := idverify.New([]idverify.Provider{vendorNamed("a", failed), vendorNamed("b", passed)},
			idverify.WithResultStore(store, storeSecret), half(idverify.Retry{Attempts: 1}))
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.NotNil(t, res.Reply, "it is the caller's")
		require.Error(t, res.Attempts[0].Err)
		synctest.Wait()
		require.Len(t, store.byID, 1)
		for id, stored := range store.byID {
			assert.Regexp(t, "^[0-9a-f]{64}$", id)
			assert.Regexp(t, "^[0-9a-f]{64}$", stored.Print)
			assert.Nil(t, stored.Result.Reply)
			assert.Empty(t, stored.Result.VendorMessage.Reveal())
			for _, a := range stored.Result.Attempts {
				assert.NoError(t, a.Err)
			}
			text, err := json.Marshal(stored)
			require.NoError(t, err)
			assert.Regexp(t, `^{"result":{"code":"match",.*},"print":"[0-9a-f]{64}"}$`, string(text))
			var read idverify.Stored
			require.NoError(t, json.Unmarshal(text, &read))
			assert.Equal(t, stored, read)
			for _, spoken := range idverifytest.Spoken(stored) {
				assert.NotContains(t, spoken, aName)
			}
		}
	})
}
