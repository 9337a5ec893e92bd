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
	admit, _, err := idverify.PersonLimit(opts...)
	require.NoError(t, err)
	return func(number string) error {
		return admit(t.Context(), subject(t, &idverify.Request{Name: aName, IDNumber: number, SkipIDNumberCheck: true}))
	}
}

func TestAPersonIsTriedSoOftenPerWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		try := tries(t, idverify.WithPersonLimit(personKey, 3, time.Hour, nil))
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
		try := tries(t, idverify.WithPersonLimit(personKey, 1, time.Hour, nil))
		require.NoError(t, try(aNumber))
		assert.ErrorIs(t, try(written), idverify.ErrTooManyAttempts, written)
	}
	admit, _, err := idverify.PersonLimit(idverify.WithPersonLimit(personKey, 1, time.Hour, nil))
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

func (s *toldStore) Take(_ context.Context, person string, limit int, window time.Duration) (bool, time.Duration, error) {
	s.persons = append(s.persons, fmt.Sprintf("%s %d %s", person, limit, window))
	return s.ok, s.wait, s.err
}

func TestTheStoreIsGivenAnHMACAndNoNumber(t *testing.T) {
	store := &toldStore{ok: true}
	key := bytes.Clone(personKey)
	option := idverify.WithPersonLimit(key, 5, time.Minute, store)
	clear(key) // the key is copied
	require.NoError(t, tries(t, option)(aNumber))
	mac := hmac.New(sha256.New, personKey)
	mac.Write([]byte(aNumber))
	assert.Equal(t, []string{hex.EncodeToString(mac.Sum(nil)) + " 5 1m0s"}, store.persons)

	otherKey := bytes.Clone(personKey)
	otherKey[0]++
	require.NoError(t, tries(t, idverify.WithPersonLimit(otherKey, 5, time.Minute, store))(aNumber))
	assert.NotEqual(t, store.persons[0], store.persons[1])
}

func TestAStoreThatFailsLetsNobodyPass(t *testing.T) {
	cause := errors.New("MARK 11010519000101001X")
	for _, ok := range []bool{false, true} {
		err := tries(t, idverify.WithPersonLimit(personKey, 5, time.Minute, &toldStore{ok: ok, err: cause}))(aNumber)
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
	err := tries(t, idverify.WithPersonLimit(personKey, 5, time.Minute, &toldStore{wait: -time.Second}))(aNumber)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Zero(t, e.RetryAfter)
}

func TestACallerWhoLeavesTheStoreHasLeft(t *testing.T) {
	admit, _, err := idverify.PersonLimit(idverify.WithPersonLimit(personKey, 1, time.Hour, nil))
	require.NoError(t, err)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	s := subject(t, askFor())
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(admit(canceled, s)))
	assert.Equal(t, idverify.CodeTimeout, idverify.CodeOf(admit(late, s)))
	assert.NoError(t, admit(t.Context(), s), "and was not counted")

	ok, _, err := idverify.NewMemoryPersonStore().Take(canceled, "person", 1, time.Hour)
	assert.False(t, ok)
	assert.ErrorIs(t, err, context.Canceled)
	refusing, _, err := idverify.PersonLimit(idverify.WithPersonLimit(personKey, 1, time.Hour, &toldStore{}))
	require.NoError(t, err)
	assert.ErrorIs(t, refusing(canceled, s), idverify.ErrTooManyAttempts, "what the store said holds")
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
		"no key":          {nil, 1, time.Hour, "WithPersonLimit.key"},
		"short key":       {personKey[:31], 1, time.Hour, "WithPersonLimit.key"},
		"key of zeros":    {make([]byte, 32), 1, time.Hour, "WithPersonLimit.key"},
		"limit of 0":      {personKey, 0, time.Hour, "WithPersonLimit.limit"},
		"limit of 1001":   {personKey, 1001, time.Hour, "WithPersonLimit.limit"},
		"no window":       {personKey, 1, 0, "WithPersonLimit.window"},
		"negative window": {personKey, 1, -1, "WithPersonLimit.window"},
	} {
		c, err := idverify.New([]idverify.Provider{&fake{name: "p"}}, idverify.WithPersonLimit(test.key, test.limit, test.window, nil))
		assert.Nil(t, c, name)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, test.field, e.Field)
		assert.NotContains(t, err.Error(), "EXAMPLE")
	}
	_, _, err := idverify.PersonLimit(idverify.WithPersonLimit(nil, 1, time.Hour, nil))
	assert.ErrorContains(t, err, "a key has at least 32 bytes")
	_, _, err = idverify.PersonLimit(idverify.WithPersonLimit(personKey, 0, time.Hour, nil))
	assert.ErrorContains(t, err, "a person has 1 to 1000 tries")
	_, _, err = idverify.PersonLimit(idverify.WithPersonLimit(personKey, 1000, 1, nil))
	assert.NoError(t, err)
}

func TestThePersonLimitPrintsNeitherKeyNorPerson(t *testing.T) {
	store := idverify.NewMemoryPersonStore()
	option := idverify.WithPersonLimit(personKey, 1, time.Hour, store)
	admit, printed, err := idverify.PersonLimit(option)
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

func TestTheMemoryStoreIsExactUnderACrowd(t *testing.T) {
	const persons, crowd, limit = 10, 50, 7
	store := idverify.NewMemoryPersonStore()
	var passed [persons]atomic.Int64
	var all sync.WaitGroup
	for i := range persons * crowd {
		all.Go(func() {
			ok, wait, err := store.Take(t.Context(), fmt.Sprint(i%persons), limit, time.Hour)
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
			ok, _, err := store.Take(t.Context(), person, 1, time.Hour)
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
			ok, _, err := store.Take(t.Context(), "person", 5, time.Hour)
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
		ok, _, err := store.Take(t.Context(), person, 2, time.Hour)
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
			ok, wait, err := store.Take(t.Context(), "person", limit, window)
			require.NoError(t, err)
			return ok, wait
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
		idverify.WithPersonLimit(key, 5, 24*time.Hour, nil))
	fmt.Println(client, err)
	// Output: idverify.Client(vendor) <nil>
}
