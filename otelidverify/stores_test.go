package otelidverify_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

func TestStores_Measurements(t *testing.T) {
	tel := newTelemetry(t)
	tell := otelidverify.Stores(tel.options)
	tell(idverify.StoreEvent{Store: "claim", Operation: "settle", Duration: 4 * time.Millisecond})
	tell(idverify.StoreEvent{Store: "claim", Operation: "claim", Duration: 2 * time.Second, Reason: idverify.StoreTimeout})
	tell(idverify.StoreEvent{Store: "person", Operation: "take", Reason: idverify.StorePaused})
	tell(idverify.StoreEvent{Store: "张三 1", Operation: "张三 2", Reason: "张三 3"})
	assert.Equal(t, []string{
		"store.duration{error.type=_OTHER operation=_OTHER store=_OTHER} 1",
		"store.duration{error.type=timeout operation=claim store=claim} 1",
		"store.duration{operation=settle store=claim} 1",
		"store.passed_over{reason=_OTHER store=_OTHER} 1",
		"store.passed_over{reason=paused store=person} 1",
		"store.passed_over{reason=timeout store=claim} 1",
	}, tel.metrics())
}

// The hooks report what a client says about its own stores.
func TestStores_OfAClient(t *testing.T) {
	tel := asked(t, t.Context(), provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)},
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: make32(), Tries: 1, Window: time.Hour, Store: brokenStore{}}))
	assert.Equal(t, []string{
		"store.duration{error.type=error operation=take store=person} 1",
		"store.passed_over{reason=error store=person} 1",
		"verify.duration{error.type=store_unavailable code=store_unavailable origin=refused} 1",
	}, tel.metrics())
}

// brokenStore fails with an error that contains personal data.
type brokenStore struct{ idverify.PersonStore }

func (brokenStore) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	return idverify.Taken{}, errors.New(idverifytest.Match().IDNumber)
}

func make32() []byte { return []byte("EXAMPLE-EXAMPLE-EXAMPLE-EXAMPLE-1") }

func TestStores_BoundsReachMilliseconds(t *testing.T) {
	tel := newTelemetry(t)
	otelidverify.Stores(tel.options)(idverify.StoreEvent{Store: "rate", Operation: "reserve"})
	require.Len(t, tel.collect(), 1)
	assert.Contains(t, tel.metrics()[0], "store.duration{operation=reserve store=rate} 1")
	assert.InDelta(t, 0.001, bounds(t, tel)[0], 1e-9)
}
