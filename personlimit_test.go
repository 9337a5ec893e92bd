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
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

var personKey = []byte("EXAMPLE key of the person limit.")

const anotherNumber = "110105190001010036"

func subject(t *testing.T, req *idverify.Request) idverify.Subject {
	t.Helper()
	s, err := req.Subject()
	require.NoError(t, err)
	return s
}

// tries counts, against one limiter, tries of numbers.
func tries(t *testing.T, opts ...idverify.Option) (try func(number string) error) {
	t.Helper()
	admit, _, err := idverify.TryPersons(opts...)
	require.NoError(t, err)
	return func(number string) error {
		return admit(t.Context(), subject(t, &idverify.Request{Name: aName, IDNumber: number, SkipIDNumberCheck: true}))
	}
}

func TestAPersonIsTriedSoOftenPerWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		try := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 3, Window: time.Hour}))
		for range 3 {
			require.NoError(t, try(aNumber))
			time.Sleep(10 * time.Minute)
		}
		for range 5 { // what is refused is not counted
			err := try(aNumber)
			assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, &idverify.Error{Code: idverify.CodeTooManyAttempts, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo,
				RetryAfter: 30 * time.Minute, Detail: "this person was tried 3 times in 1h0m0s"}, e)
			assert.Equal(t, idverify.AdviceReview, e.Advice())
		}
		assert.NoError(t, try(anotherNumber), "others are not held up")

		time.Sleep(30*time.Minute - time.Nanosecond)
		assert.Error(t, try(aNumber))
		time.Sleep(time.Nanosecond)
		assert.NoError(t, try(aNumber), "the window slides")
		assert.Error(t, try(aNumber))
	})
}

func TestAPersonIsOneHoweverTheNumberIsWritten(t *testing.T) {
	for _, written := range []string{"11010519000101001x", "11010519000101001Ｘ", "１１０１０５190001010０1X", "110105 19000101 001X", "110105-19000101-001x"} {
		try := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour}))
		require.NoError(t, try(aNumber))
		assert.ErrorIs(t, try(written), idverify.ErrTooManyAttempts, written)
	}
	admit, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour}))
	require.NoError(t, err)
	require.NoError(t, admit(t.Context(), subject(t, &idverify.Request{Name: aName, IDNumber: aNumber})))
	assert.Error(t, admit(t.Context(), subject(t, &idverify.Request{Name: "测试乙", IDNumber: aNumber})), "nor does another name make another person")
}

// toldStore answers as it is told and keeps what it was asked.
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

func TestTheStoreIsGivenAnHMACAndNoNumber(t *testing.T) {
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

func TestAStoreThatFailsLetsNobodyPass(t *testing.T) {
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

func TestACallerWhoLeavesTheStoreHasLeft(t *testing.T) {
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

func TestNobodyIsCountedWithoutALimit(t *testing.T) {
	try := tries(t)
	for range 100 {
		require.NoError(t, try(aNumber))
	}
}

func TestWithPersonLimitRefusesWhatIsNoLimit(t *testing.T) {
	for name, test := range map[string]struct {
		key    []byte
		limit  int
		window time.Duration
		field  string
	}{
		"no key":          {nil, 1, time.Hour, "PersonLimit.Secret"},
		"short key":       {personKey[:31], 1, time.Hour, "PersonLimit.Secret"},
		"key of zeros":    {make([]byte, 32), 1, time.Hour, "PersonLimit.Secret"},
		"limit of 0":      {personKey, 0, time.Hour, "PersonLimit.Tries"},
		"limit of 1001":   {personKey, 1001, time.Hour, "PersonLimit.Tries"},
		"no window":       {personKey, 1, 0, "PersonLimit.Window"},
		"negative window": {personKey, 1, -1, "PersonLimit.Window"},
	} {
		c, err := idverify.New([]idverify.Provider{&fake{name: "p"}}, idverify.WithPersonLimit(idverify.PersonLimit{Secret: test.key, Tries: test.limit, Window: test.window}))
		assert.Nil(t, c, name)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, test.field, e.Field)
		assert.NotContains(t, err.Error(), "EXAMPLE")
	}
	_, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: nil, Tries: 1, Window: time.Hour}))
	assert.ErrorContains(t, err, "a secret has at least 32 bytes")
	_, _, err = idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 0, Window: time.Hour}))
	assert.ErrorContains(t, err, "a person has 1 to 1000 tries")
	_, _, err = idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1000, Window: 1}))
	assert.NoError(t, err)
}

func TestThePersonLimitPrintsNeitherKeyNorPerson(t *testing.T) {
	store := idverify.NewMemoryPersonStore()
	option := idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour, Store: store})
	admit, printed, err := idverify.TryPersons(option)
	require.NoError(t, err)
	s := subject(t, askFor())
	require.NoError(t, admit(t.Context(), s))
	c, err := idverify.New([]idverify.Provider{&fake{name: "p"}}, option)
	require.NoError(t, err)
	assert.Equal(t, "idverify.PersonStore(memory)", fmt.Sprint(store))
	mac := hmac.New(sha256.New, personKey)
	mac.Write([]byte(aNumber))
	for _, v := range []any{store, printed, c, admit(t.Context(), s)} {
		for _, text := range append(idverifytest.Spoken(v), fmt.Sprintf("%v %+v", struct{ inner any }{v}, []any{v})) {
			for _, secret := range []string{aNumber, hex.EncodeToString(mac.Sum(nil)), "EXAMPLE"} {
				assert.NotContains(t, text, secret)
				assert.NotContains(t, text, hex.EncodeToString([]byte(secret)))
			}
		}
	}
}

var lastID atomic.Int64

func newID() string { return fmt.Sprint(lastID.Add(1)) }

// takeNew takes a try that was never taken before, from an hour's window.
func takeNew(t *testing.T, store idverify.PersonStore, person string, limit int) (bool, error) {
	t.Helper()
	taken, err := store.Take(t.Context(), idverify.Try{Person: person, ID: newID(), Limit: limit, Window: time.Hour})
	return taken.OK, err
}

func TestTheMemoryStoreIsExactUnderACrowd(t *testing.T) {
	const persons, crowd, limit = 10, 50, 7
	store := idverify.NewMemoryPersonStore()
	var passed [persons]atomic.Int64
	var all sync.WaitGroup
	for i := range persons * crowd {
		all.Go(func() {
			taken, err := store.Take(t.Context(), idverify.Try{Person: fmt.Sprint(i % persons), ID: fmt.Sprint(i), Limit: limit, Window: time.Hour})
			ok, wait := taken.OK, taken.RetryAfter
			assert.NoError(t, err)
			if ok {
				passed[i%persons].Add(1)
			} else {
				assert.Greater(t, wait, 59*time.Minute)
			}
		})
	}
	all.Wait()
	for i := range passed {
		assert.EqualValues(t, limit, passed[i].Load())
	}
}

func TestTheMemoryStoreForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, size := idverify.NewSmallPersonStore(1000)
		take := func(person string) bool {
			ok, err := takeNew(t, store, person, 1)
			require.NoError(t, err)
			return ok
		}
		for i := range 500 {
			require.True(t, take(fmt.Sprint(i)))
		}
		assert.Equal(t, 500, size())
		time.Sleep(time.Hour)
		for range 10 {
			take("last")
		}
		assert.Equal(t, 1, size(), "whose window has passed is forgotten")

		for i := range 1000 {
			assert.False(t, take("last"))
			require.True(t, take(fmt.Sprint(i)))
			assert.LessOrEqual(t, size(), 1000, "there is room for so many")
		}
		assert.True(t, take("last"), "the one not tried for longest had to go")
		assert.False(t, take("999"))
	})
}

// A person who comes again and again is never forgotten, but the tries are that
// no limit counts any more.
func TestTheMemoryStoreForgetsTheTriesOfAPersonToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, size := idverify.NewSmallPersonStore(10)
		for range 2000 {
			ok, err := takeNew(t, store, "person", 5)
			require.NoError(t, err)
			require.True(t, ok)
			time.Sleep(30 * time.Minute)
		}
		assert.Equal(t, 1, size())
	})
}

func TestTheMemoryStoreKeepsWhoWasTriedLast(t *testing.T) {
	store, _ := idverify.NewSmallPersonStore(2)
	take := func(person string) bool {
		ok, err := takeNew(t, store, person, 2)
		require.NoError(t, err)
		return ok
	}
	for _, person := range []string{"a", "b", "a", "c"} { // c takes the room of b
		require.True(t, take(person))
	}
	assert.False(t, take("a"))
}

func TestTheMemoryStoreServesSeveralLimitsAndWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := idverify.NewMemoryPersonStore()
		take := func(limit int, window time.Duration) (bool, time.Duration) {
			taken, err := store.Take(t.Context(), idverify.Try{Person: "person", ID: newID(), Limit: limit, Window: window})
			require.NoError(t, err)
			return taken.OK, taken.RetryAfter
		}
		for range 4 {
			ok, _ := take(5, 24*time.Hour)
			require.True(t, ok)
			time.Sleep(time.Hour)
		}
		ok, _ := take(1, time.Hour)
		assert.True(t, ok, "a short window does not reach back")
		ok, wait := take(5, 24*time.Hour)
		assert.False(t, ok, "and takes nothing from a long one")
		assert.Equal(t, 20*time.Hour, wait)
		ok, wait = take(2, 24*time.Hour)
		assert.False(t, ok)
		assert.Equal(t, 23*time.Hour, wait, "until all but one of the tries are out of the window")
		ok, wait = take(0, time.Hour)
		assert.False(t, ok)
		assert.Equal(t, time.Hour, wait)
	})
}

func ExampleWithPersonLimit() {
	key := []byte("EXAMPLE: 32 random bytes, kept as a secret")
	client, err := idverify.New([]idverify.Provider{&fake{name: "vendor"}},
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: key, Tries: 5, Window: 24 * time.Hour}))
	fmt.Println(client, err)
	// Output: idverify.Client(vendor) <nil>
}

func limitOf(n int, store idverify.PersonStore) idverify.Option {
	return idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: n, Window: time.Hour, Store: store})
}

// Whoever knows a number must not lock its owner out for nothing.
func TestWhatNobodyLookedAtIsNoTry(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, refused := range map[string]step{
		"a GIF":           fail(idverify.CodeUnsupportedFormat, unsent),
		"an empty file":   fail(idverify.CodeUnreadableEvidence, unsent),
		"a rate limit":    fail(idverify.CodeRateLimited, safe),
		"no connection":   fail(idverify.CodeNetwork, unsent),
		"a refused key":   fail(idverify.CodeUnauthorized, safe),
		"a gateway's 413": fail(idverify.CodeTooLarge, safe),
	} {
		a := vendorNamed("a", refused)
		c := oneVendor(t, a, limitOf(2, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}),
			idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
		for range 5 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.NotErrorIs(t, err, idverify.ErrTooManyAttempts, name)
			_, err = c.Verify(canceled, askFor(photo()))
			assert.ErrorIs(t, err, idverify.ErrCanceled)
		}
		a.steps, a.asked = []step{pass(t)}, 0
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err, name)
		assert.True(t, res.Passed())
	}
}

func TestWhatAVendorMayHaveLookedAtIsATry(t *testing.T) {
	for name, answered := range map[string]step{
		"no face, and free":                   fail(idverify.CodeNoFace, free),
		"a lost answer":                       fail(idverify.CodeTimeout, ambiguous),
		"a person who is not served":          fail(idverify.CodePersonRestricted, free),
		"one who is refused at the door":      fail(idverify.CodePersonRestricted, safe),
		"a mismatch":                          decide(idverify.CodeFaceMismatch),
		"a source that is away, after a look": fail(idverify.CodeSourceUnavailable, free),
	} {
		c := oneVendor(t, vendorNamed("a", answered), limitOf(2, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
		for range 2 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.NotErrorIs(t, err, idverify.ErrTooManyAttempts, name)
		}
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTooManyAttempts, name)
	}
}

// An attempt that nobody looked at does not undo the one before it.
func TestOneLookIsEnough(t *testing.T) {
	a, b := vendorNamed("a", fail(idverify.CodeTimeout, ambiguous)), vendorNamed("b", fail(idverify.CodeNetwork, unsent))
	c, err := idverify.New([]idverify.Provider{a, b}, limitOf(1, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, _ = c.Verify(t.Context(), askFor(photo()))
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
}

// mixed answers a crowd: some calls are decided, some are turned away.
type mixed struct{ decided, asked atomic.Int64 }

func (*mixed) Name() string                   { return "mixed" }
func (*mixed) Accepts(idverify.Evidence) bool { return true }
func (m *mixed) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	if m.asked.Add(1)%3 == 0 {
		return nil, &idverify.Error{Code: idverify.CodeUnsupportedFormat, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	}
	m.decided.Add(1)
	return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
}

func TestTheLimitIsExactUnderACrowdWithFaults(t *testing.T) {
	const limit = 3
	m := new(mixed)
	c := oneVendor(t, m, limitOf(limit, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
	for range 20 {
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
		}
		all.Wait()
	}
	assert.EqualValues(t, limit, m.decided.Load())
}

// A store that is deaf to its context, and counts what it heard.
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

func TestADeafStoreHoldsNobodyAndLetsNobodyPass(t *testing.T) {
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

// lateStore counts although its caller has gone: what it was told is on its way.
type lateStore struct {
	idverify.PersonStore
	late atomic.Int64 // in nanoseconds
}

func (l *lateStore) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	time.Sleep(time.Duration(l.late.Load()))
	return l.PersonStore.Take(context.WithoutCancel(ctx), try)
}

// A try that is counted after its caller has gone is given back all the same: else
// calls that are cancelled at once lock a person out.
func TestATryThatIsCountedLateIsGivenBack(t *testing.T) {
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

// The two seconds hold for a shared call too, whose deadline moves.
func TestADeafStoreHoldsNoSharedCall(t *testing.T) {
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

func TestCountingOrGivingBackTwiceIsHarmless(t *testing.T) {
	store := idverify.NewMemoryPersonStore()
	try := func(id string) idverify.Try { return idverify.Try{Person: "p", ID: id, Limit: 2, Window: time.Hour} }
	take := func(id string) bool {
		taken, err := store.Take(t.Context(), try(id))
		require.NoError(t, err)
		return taken.OK
	}
	for range 5 {
		assert.True(t, take("one"))
	}
	assert.True(t, take("two"))
	assert.False(t, take("three"))
	for range 2 {
		require.NoError(t, store.Return(t.Context(), try("one")))
	}
	assert.True(t, take("three"))
	assert.False(t, take("four"))
	require.NoError(t, store.Return(t.Context(), idverify.Try{Person: "nobody", ID: "x"}))
}

func TestDigitsOfEveryScriptAreOneNumber(t *testing.T) {
	zeros := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		zero := r - idverify.DigitOf(r)
		assert.Truef(t, unicode.Is(unicode.Nd, zero) && zero >= 0, "%U", r)
		if idverify.DigitOf(r) == 0 {
			zeros++
			for d := range rune(10) {
				assert.Equalf(t, d, idverify.DigitOf(r+d), "%U", r+d)
			}
		}
	}
	assert.Greater(t, zeros, 50)
	try := tries(t, limitOf(1, nil))
	require.NoError(t, try("110105190001"))
	assert.Error(t, try("११०१०५१९०००१"))
	assert.Error(t, try("𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟎𝟎𝟎𝟏"))
}

func TestAVendorsOwnLimitIsATry(t *testing.T) {
	for _, how := range []func(*idverify.Error){free, safe} {
		a := vendorNamed("a", fail(idverify.CodeTooManyAttempts, how))
		c := oneVendor(t, a, limitOf(2, nil))
		for range 3 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
		}
		assert.Equal(t, 2, a.asked, "the third is over the limit of our own")
	}
}
