package batch_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

func TestJournal_RepeatsOnlyRowsSurelyNotBilled(t *testing.T) {
	resumed, sent := resume(t, known())
	assert.Equal(t, []string{"free", "limited", "new", "turned-away-twice", "unfunded"}, sent)
	assert.Equal(t, idverify.CodeIdentityMismatch, resumed["decided"].Result.Code)
	assert.NoError(t, resumed["decided"].Err)
	assert.Equal(t, idverify.CodePoorPhoto, idverify.CodeOf(resumed["paid"].Err))
	for _, key := range []string{"in-flight", "repeated"} {
		var e *idverify.Error
		require.ErrorAs(t, resumed[key].Err, &e)
		assert.Nil(t, resumed[key].Result)
		assert.ErrorIs(t, e, idverify.ErrAmbiguous)
		assert.True(t, e.Sent())
		assert.Equal(t, idverify.BilledUnknown, e.Billed)
		assert.Equal(t, idverify.AdviceReview, e.Advice())
		assert.False(t, e.Repeatable())
		assert.Equal(t, idverify.CodeInterrupted, e.Code)
		assert.Contains(t, e.Error(), key)
	}
}

// Holds P-PAY-16.
func TestWithRepeat_RepeatsOnlyChosenRows(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	_, sent := resume(t, known(), batch.WithRepeat(func(key string, e *idverify.Error) bool {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, key)
		assert.NotNil(t, e)
		return key == "in-flight"
	}))
	assert.Equal(t, []string{"free", "in-flight", "limited", "new", "turned-away-twice", "unfunded"}, sent)
	slices.Sort(asked)
	assert.Equal(t, []string{"ambiguous", "in-flight", "paid", "paid-first", "repeated", "said-free-and-lost", "unsure", "unsure-first"}, asked)
}

// Holds P-PAY-16.
func TestWithRepeat_NeverRepeatsADecision(t *testing.T) {
	_, sent := resume(t, known(), batch.WithRepeat(func(string, *idverify.Error) bool { return true }))
	assert.NotContains(t, sent, "decided")
	assert.Len(t, sent, 13)
}

// Holds P-PAY-16.
func TestJournal_BeginBeforeSendingFinishBeforeYield(t *testing.T) {
	j := newJournal()
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		e, _, _ := j.Load(t.Context(), req.IdempotencyKey+":")
		assert.True(t, e.InFlight)
		return mismatch()
	})
	for r := range started(t, t.Context(), v, these("1", "2", "3"), batch.WithJournal(j, secret)) {
		e, _, _ := j.Load(t.Context(), r.Key+":")
		assert.Equal(t, batch.Entry{Result: r.Result}, e)
	}
}

// Holds P-DATA-9.
func TestJournal_RowWithInvalidKeyIsNotSent(t *testing.T) {
	named := func(key, name, number string, ev ...idverify.Evidence) *idverify.Request {
		return &idverify.Request{IdempotencyKey: key, Name: name, IDNumber: number, Evidence: ev}
	}
	good := func(key string) *idverify.Request { return keyed(key, photo()) }
	type bad struct {
		row   *idverify.Request
		field string
		key   string // as it is reported
	}
	rows := []bad{
		{good(""), "IdempotencyKey", ""},
		{good("张三"), "IdempotencyKey", ""},
		{good(strings.Repeat("k", 65)), "IdempotencyKey", ""},
		{good("row-" + strings.ToLower(aNumber)), "IdempotencyKey", ""},
		{good("row-1101-0519-0001-0100-1"), "IdempotencyKey", ""},
		{good("twice"), "", "twice"},
		{good("twice"), "IdempotencyKey", "twice"},
		{keyed("no-evidence"), "Evidence", "no-evidence"},
		{nil, "Request", ""},
		// Even where the person is invalid, the key is checked.
		{named("wrong-number", aName, "123", photo()), "IDNumber", "wrong-number"},
		{named("k-110105190001010010", aName, "110105190001010010", photo()), "IdempotencyKey", ""},
		{named("k-110105190001010010", "110105190001010010", aName, photo()), "IdempotencyKey", ""},
		{named("张三", aName, "123", photo()), "IdempotencyKey", ""},
		{named("no-name", "", aNumber, photo()), "Name", "no-name"},
		{named("k-"+aNumber, "", aNumber, photo()), "IdempotencyKey", ""},
	}
	j := newJournal()
	v := verify(func(context.Context, *idverify.Request) (*idverify.Result, error) { return mismatch() })
	items := func(yield func(*idverify.Request) bool) {
		for _, b := range rows {
			if !yield(b.row) {
				return
			}
		}
	}
	for r := range started(t, t.Context(), v, items, batch.WithJournal(j, secret)) {
		want := rows[r.Index]
		assert.Equal(t, want.key, r.Key, "row %d", r.Index)
		assert.NoError(t, r.JournalErr, "one bad row does not end the run")
		if want.field == "" {
			assert.NoError(t, r.Err)
			continue
		}
		var e *idverify.Error
		require.ErrorAs(t, r.Err, &e, "row %d", r.Index)
		assert.Equal(t, want.field, e.Field, "row %d", r.Index)
		assert.Equal(t, idverify.AdviceFixInput, e.Advice())
		assert.Equal(t, idverify.BilledNo, e.Billed)
		for _, text := range append(idverifytest.Spoken(r), e.Error()) {
			for _, told := range []string{"张三", "kkkk", strings.ToLower(aNumber), "1101-0519", "110105190001010010"} {
				assert.NotContains(t, text, told, "row %d", r.Index)
			}
		}
	}
	assert.Len(t, j.entries, 1)
}

// Holds P-DATA-9.
func TestRun_WithoutJournalKeyIsCheckedAndMayRepeat(t *testing.T) {
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) { return mismatch() })
	items := slices.Values([]*idverify.Request{{IdempotencyKey: "k"}, {IdempotencyKey: "k"}, {}, {IdempotencyKey: "张三"}, {IdempotencyKey: "k-" + aNumber, IDNumber: aNumber}})
	got := slices.Collect(started(t, t.Context(), v, items, batch.WithConcurrency(1)))
	require.Len(t, got, 5)
	for i, key := range []string{"k", "k", ""} {
		assert.NoError(t, got[i].Err, "the verifier reports the refusal")
		assert.Equal(t, key, got[i].Key)
	}
	for _, r := range got[3:] {
		assert.ErrorIs(t, r.Err, idverify.ErrInvalidRequest)
		assert.Empty(t, r.Key)
	}
}

// A table reader that reuses one Request for each row does not mix up rows.
// Holds P-DATA-9.
func TestRun_CopiesRequestWhenPulled(t *testing.T) {
	for name, opts := range map[string][]batch.Option{"without a journal": nil, "with one": {batch.WithJournal(newJournal(), secret)}} {
		t.Run(name, func(t *testing.T) {
			people := []struct{ name, number string }{{"测试甲", aNumber}, {"测试乙", anotherNumber}}
			shared := idverify.Request{Evidence: make([]idverify.Evidence, 1)}
			items := func(yield func(*idverify.Request) bool) {
				for i := range 40 {
					p := people[i%2]
					shared.IdempotencyKey, shared.Name, shared.IDNumber = strconv.Itoa(i), p.name, p.number
					shared.Reference = p.name[6:6] + strconv.Itoa(i%2)
					shared.Evidence[0] = idverify.Photo(idverify.Bytes([]byte{byte(i % 2)}))
					if !yield(&shared) {
						return
					}
				}
				shared = idverify.Request{}
			}
			v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
				runtime.Gosched()
				i, err := strconv.Atoi(req.Reference)
				if err != nil || req.Name != people[i].name || req.IDNumber != people[i].number || contentOfPhoto(req) != byte(i) {
					t.Errorf("mixed up: %s", req.Reference)
				}
				return mismatch()
			})
			keys := map[string]bool{}
			for r := range started(t, t.Context(), v, items, opts...) {
				assert.NoError(t, r.Err)
				assert.Equal(t, strconv.Itoa(r.Index), r.Key)
				keys[r.Key] = true
			}
			assert.Len(t, keys, 40)
		})
	}
}

func contentOfPhoto(req *idverify.Request) byte {
	in, _, err := req.Evidence[0].(idverify.PhotoEvidence).Media().Open()
	if err != nil {
		return 255
	}
	defer in.Close()
	var content [1]byte
	_, _ = in.Read(content[:])
	return content[0]
}

// keeping is a verifier that says whether it uses keys.
type keeping struct {
	verify
	keeps bool
}

func (k keeping) KeepsAnswers() bool { return k.keeps }

func TestRun_PassesKeyOnlyToVerifierThatKeepsAnswers(t *testing.T) {
	var key string
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		key = req.IdempotencyKey
		return mismatch()
	})
	client := func(opts ...idverify.Option) idverify.Verifier {
		c, err := idverify.New([]idverify.Provider{nobody{}}, opts...)
		require.NoError(t, err)
		return watched{c, v}
	}
	for name, test := range map[string]struct {
		v    idverify.Verifier
		want string
	}{
		"keeps": {keeping{v, true}, "row-0"}, "does not": {keeping{v, false}, ""}, "does not say": {v, "row-0"},
		"client": {client(), ""}, "client with a store": {client(idverify.WithResultStore(noResults{}, secret)), "row-0"},
	} {
		for _, opts := range [][]batch.Option{nil, {batch.WithJournal(newJournal(), secret)}} {
			key = "not asked"
			got := slices.Collect(started(t, t.Context(), test.v, rows(1), opts...))
			require.NoError(t, got[0].Err, name)
			assert.Equal(t, test.want, key, name)
			assert.Equal(t, "row-0", got[0].Key)
		}
	}
}

func TestRun_ClientGetsAMissingRowToo(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{nobody{}})
	require.NoError(t, err)
	got := slices.Collect(started(t, t.Context(), c, slices.Values([]*idverify.Request{nil, row(1)})))
	require.Len(t, got, 2)
	for _, r := range got {
		assert.Equal(t, r.Index == 0, errors.Is(r.Err, idverify.ErrInvalidRequest), "%v", r)
	}
}

// watched is a Client whose calls a test can see.
type watched struct {
	*idverify.Client
	verify
}

func (w watched) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return w.verify(ctx, req)
}

// nobody is a provider that must not be asked.
type nobody struct{}

func (nobody) Name() string                   { return "nobody" }
func (nobody) Accepts(idverify.Evidence) bool { return true }
func (nobody) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	return mismatch()
}

type noResults struct{}

func (noResults) Load(context.Context, string) (idverify.Stored, bool, error) {
	return idverify.Stored{}, false, nil
}
func (noResults) Save(context.Context, string, idverify.Stored) error { return nil }

// A journal's entry has to satisfy the same contract as a verifier's answer.
func TestJournal_UnearnedMatchIsRefused(t *testing.T) {
	j := newJournal()
	j.entries["unearned"] = batch.Entry{Result: &idverify.Result{Code: idverify.CodeMatch}}
	j.entries["no-code"] = batch.Entry{Err: &idverify.Error{}}
	resumed, sent := resume(t, j)
	assert.Equal(t, []string{"new"}, sent, "it may have been paid for")
	for _, key := range []string{"unearned", "no-code"} {
		assert.Nil(t, resumed[key].Result)
		assert.ErrorIs(t, resumed[key].Err, idverify.ErrAmbiguous)
	}
}

// Only chosen fields of a row are printed.
func TestResult_PrintsRowKeyAndOutcome(t *testing.T) {
	decided := batch.Result{Index: 3, Key: "row-3", Result: &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v"}, Resumed: true}
	assert.Equal(t, "row 3 (row-3), from the journal: "+decided.Result.String(), fmt.Sprint(decided))
	failed := batch.Result{Index: 4, Err: fails(idverify.CodeNoFace, idverify.BilledNo), JournalErr: errors.New("/secret/path")}
	assert.Equal(t, "row 4: "+failed.Err.Error()+"; the journal failed", fmt.Sprintf("%+v", failed))
	for _, text := range idverifytest.Spoken(failed) {
		assert.NotContains(t, text, "/secret/path")
	}
	assert.Equal(t, "row 0 ([hidden])", fmt.Sprintf("%#v", batch.Result{Key: "张三"}))
	for _, text := range append(idverifytest.Spoken(batch.Result{Err: errors.New("张三")}), batch.Result{Err: errors.New("张三")}.LogValue().String()) {
		assert.NotContains(t, text, "张三")
	}
}

func TestJournal_FailureEndsTheRun(t *testing.T) {
	full := errors.New("disk full at /secret/path")
	for name, test := range map[string]struct {
		journal *journal
		sent    bool
	}{
		"load":   {&journal{load: full}, false},
		"begin":  {&journal{begin: full}, false},
		"finish": {&journal{finish: full}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := test.journal
				j.entries = map[string]batch.Entry{}
				sent := 0
				v := verify(func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
					sent++
					return slow(ctx, req)
				})
				got := slices.Collect(started(t, t.Context(), v, rows(50), batch.WithConcurrency(1), batch.WithJournal(j, secret)))
				require.NotEmpty(t, got)
				assert.LessOrEqual(t, len(got), 2)
				assert.Equal(t, full, got[0].JournalErr)
				if test.sent {
					assert.Equal(t, 1, sent)
					assert.NoError(t, got[0].Err, "a paid answer is still returned")
					assert.NotNil(t, got[0].Result)
					assert.Equal(t, []string{"row-0"}, j.inFlight())
					return
				}
				assert.Zero(t, sent)
				assert.ErrorIs(t, got[0].Err, full)
				assert.ErrorIs(t, got[0].Err, idverify.ErrInvalidConfig)
				assert.NotContains(t, got[0].Err.Error(), "secret")
			})
		})
	}
}

func TestJournal_FailureAfterCancelIsNotReported(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j := &leaving{journal: newJournal(), cancel: cancel}
	got := slices.Collect(started(t, ctx, verify(slow), rows(1), batch.WithJournal(j, secret), batch.WithGrace(0)))
	require.Len(t, got, 1)
	assert.NoError(t, got[0].JournalErr)
	assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(got[0].Err))
}
