package idverify_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// toldStore answers as the test says and records what it was asked.
type toldStore struct {
	persons []string
	ok      bool
	wait    time.Duration
	err     error
}

func (s *toldStore) Take(_ context.Context, try idverify.Try) (idverify.Taken, error) {
	s.persons = append(s.persons, fmt.Sprintf("%s %d %s", try.Person, try.Limit, try.Window))
	return idverify.Taken{OK: s.ok, RetryAfter: s.wait}, s.err
}

func (*toldStore) Return(context.Context, idverify.Try) error { return nil }

// Holds P-DATA-10.
func TestPersonStore_GetsHMACInsteadOfNumber(t *testing.T) {
	store := &toldStore{ok: true}
	key := bytes.Clone(personKey)
	option := idverify.WithPersonLimit(idverify.PersonLimit{Secret: key, Tries: 5, Window: time.Minute, Store: store})
	clear(key) // the key is copied
	require.NoError(t, tries(t, option)(aNumber))
	mac := hmac.New(sha256.New, personKey)
	mac.Write([]byte(aNumber))
	assert.Equal(t, []string{hex.EncodeToString(mac.Sum(nil)) + " 5 1m0s"}, store.persons)

	otherKey := bytes.Clone(personKey)
	otherKey[0]++
	require.NoError(t, tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: otherKey, Tries: 5, Window: time.Minute, Store: store}))(aNumber))
	assert.NotEqual(t, store.persons[0], store.persons[1])
}

// Holds P-PASS-14.
func TestPersonStore_FailureRefusesCall(t *testing.T) {
	cause := errors.New("MARK 11010519000101001X")
	for _, ok := range []bool{false, true} {
		err := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 5, Window: time.Minute, Store: &toldStore{ok: ok, err: cause}}))(aNumber)
		assert.ErrorIs(t, err, idverify.ErrStoreUnavailable)
		assert.ErrorIs(t, err, cause)
		assert.NotErrorIs(t, err, idverify.ErrTooManyAttempts, "nothing is said of the person")
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.True(t, e.Repeatable(), "nobody was asked")
		assert.Equal(t, idverify.AdviceTryLater, idverify.CodeOf(err).Advice())
		for _, text := range idverifytest.Spoken(err) {
			assert.NotContains(t, text, "MARK")
		}
	}
	err := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 5, Window: time.Minute, Store: &toldStore{wait: -time.Second}}))(aNumber)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Zero(t, e.RetryAfter)
}

func TestPersonStore_CancelWhileTaking(t *testing.T) {
	admit, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour}))
	require.NoError(t, err)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	s := subject(t, askFor())
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(admit(canceled, s)))
	assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(admit(late, s)))
	assert.NoError(t, admit(t.Context(), s), "and was not counted")

	taken, err := idverify.NewMemoryPersonStore().Take(canceled, idverify.Try{Person: "person", ID: "1", Limit: 1, Window: time.Hour})
	assert.False(t, taken.OK)
	assert.ErrorIs(t, err, context.Canceled)
	refusing, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour, Store: &toldStore{}}))
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(refusing(canceled, s)))
}

// deafStore ignores its context, and counts every Take.
type deafStore struct {
	release  chan struct{}
	returned atomic.Int64
}

func (d *deafStore) Take(context.Context, idverify.Try) (idverify.Taken, error) {
	<-d.release
	return idverify.Taken{OK: true}, nil
}

func (d *deafStore) Return(context.Context, idverify.Try) error {
	d.returned.Add(1)
	return nil
}

// Holds P-PASS-14.
func TestPersonStore_IgnoringContextRefusesCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &deafStore{release: make(chan struct{})}
		a := vendorNamed("a", pass(t))
		var told noting
		c := oneVendor(t, a, limitOf(2, store), told.option())
		began := time.Now()
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrStoreUnavailable)
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.Zero(t, a.asked)
		require.Len(t, told.stores, 1)
		assert.Equal(t, idverify.StoreEvent{Store: "person", Operation: "take", Duration: 2 * time.Second, Reason: idverify.StoreTimeout}, told.stores[0])
		synctest.Wait()
		assert.EqualValues(t, 1, store.returned.Load(), "it may have been counted all the same")
		close(store.release)
	})
}

// lateStore counts although its caller has gone, because the Take is already on its
// way.
type lateStore struct {
	idverify.PersonStore
	late atomic.Int64 // in nanoseconds
}

func (l *lateStore) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	time.Sleep(time.Duration(l.late.Load()))
	return l.PersonStore.Take(context.WithoutCancel(ctx), try)
}

// A try that is counted after its caller has gone is still returned; otherwise
// calls that are cancelled at once could lock a person out.
func TestPersonStore_LateTryIsReturned(t *testing.T) {
	for name, patience := range map[string]time.Duration{"cancelled": time.Millisecond, "too slow": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &lateStore{PersonStore: idverify.NewMemoryPersonStore()}
				store.late.Store(int64(3 * time.Second))
				a := vendorNamed("a", pass(t))
				c := oneVendor(t, a, limitOf(2, store))
				var wg sync.WaitGroup
				for range 40 {
					wg.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), patience)
						defer cancel()
						_, err := c.Verify(ctx, askFor(photo()))
						assert.Error(t, err)
					})
				}
				wg.Wait()
				time.Sleep(time.Minute)
				store.late.Store(0)
				for range 2 {
					_, err := c.Verify(t.Context(), askFor(photo()))
					assert.NoError(t, err)
				}
				assert.Equal(t, 2, a.asked)
			})
		})
	}
}

// The limit of two seconds also holds for a shared call, whose deadline can move.
func TestPersonStore_TimeLimitHoldsForSharedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &deafStore{release: make(chan struct{})}
		c := oneVendor(t, vendorNamed("a", pass(t)), limitOf(2, store))
		began := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Verify(ctx, keyed("k"))
			assert.ErrorIs(t, err, idverify.ErrTimeout)
		})
		synctest.Wait()
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			_, err := c.Verify(ctx, keyed("k"))
			assert.ErrorIs(t, err, idverify.ErrStoreUnavailable)
			assert.Equal(t, 2*time.Second, time.Since(began))
		})
		wg.Wait()
		close(store.release)
	})
}

// failingStore's Return fails. It can also be told to hang there, or to panic.
type failingStore struct {
	toldStore
	hangs, panics bool
	asked         atomic.Int64
}

func (f *failingStore) Return(ctx context.Context, _ idverify.Try) error {
	f.asked.Add(1)
	if f.panics {
		panic("MARK")
	}
	if f.hangs {
		return hangs(ctx)
	}
	return errors.New("MARK")
}

// A try that cannot be given back stays counted, and somebody must learn of it.
func TestPersonStore_FailedReturnIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told noting
		store := &failingStore{toldStore: toldStore{ok: true}}
		c := oneVendor(t, vendorNamed("a", fail(idverify.CodeQuotaExceeded, safe)), limitOf(2, store), told.option())
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrQuotaExceeded, "the call is not about the store")
		store.hangs = true
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrQuotaExceeded)
		assert.Equal(t, []idverify.StoreEvent{
			{Store: "person", Operation: "return", Reason: idverify.StoreFailed},
			{Store: "person", Operation: "return", Duration: 300 * time.Millisecond, Reason: idverify.StoreTimeout},
		}, told.stores)
	})
}

// After a failed Take the try is given back in the background, where a panic would
// end the program.
func TestPersonStore_PanicInBackgroundIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &failingStore{toldStore: toldStore{err: errors.New("MARK")}, panics: true}
		_, err := oneVendor(t, vendorNamed("a", pass(t)), limitOf(2, store)).Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrStoreUnavailable)
		synctest.Wait()
		assert.EqualValues(t, 1, store.asked.Load())
	})
}

func TestStores_NothingIsReportedWhileTheyWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told noting
		store := &memoryResults{}
		a := vendorNamed("a", fail(idverify.CodeQuotaExceeded, safe), pass(t))
		c := oneVendor(t, a, limitOf(1, idverify.NewMemoryPersonStore()), idverify.WithResultStore(store, storeSecret), told.option())
		for _, want := range []idverify.Code{idverify.CodeQuotaExceeded, "", ""} { // the try is returned, the answer saved, and loaded
			_, err := c.Verify(t.Context(), keyed("k"))
			assert.Equal(t, want, idverify.CodeOf(err))
			synctest.Wait()
		}
		assert.Equal(t, 2, a.asked)
		assert.Empty(t, told.stores)
	})
}
