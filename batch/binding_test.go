package batch_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// bound is a journal that stores rows under the whole key that it gets.
type bound struct {
	*journal
	keys map[string]batch.Entry
}

func newBound() *bound { return &bound{newJournal(), map[string]batch.Entry{}} }

func (b *bound) Load(_ context.Context, key string) (batch.Entry, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry, found := b.keys[key]
	return entry, found, nil
}

func (b *bound) Finish(_ context.Context, key string, answer batch.Entry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keys[key] = answer
	return nil
}

// counted is a verifier that counts its calls.
func counted(asked *atomic.Int64) verify {
	return func(context.Context, *idverify.Request) (*idverify.Result, error) {
		asked.Add(1)
		return mismatch()
	}
}

// If a key is reused for another person, that person must not get the first one's
// answer.
// Holds P-DATA-9.
func TestBinding_KeyReusedForAnotherPersonIsANewRow(t *testing.T) {
	var asked atomic.Int64
	j := newBound()
	run := func(name, number string) (resumed bool) {
		req := keyed("row-1", photo())
		req.Name, req.IDNumber = name, number
		for r := range started(t, t.Context(), counted(&asked), slices.Values([]*idverify.Request{req}), batch.WithJournal(j, secret)) {
			require.NoError(t, r.Err)
			assert.Equal(t, "row-1", r.Key)
			resumed = r.Resumed
		}
		return resumed
	}
	for _, person := range [][2]string{{aName, aNumber}, {"测试乙", aNumber}, {aName, anotherNumber}} {
		assert.False(t, run(person[0], person[1]))
		assert.True(t, run(person[0], person[1]))
	}
	assert.True(t, run(" "+aName, strings.ToLower(aNumber)), "another spelling is the same person")
	assert.EqualValues(t, 3, asked.Load())
	for key := range j.keys {
		assert.Regexp(t, "^row-1:[0-9a-f]{32}$", key)
	}
}

// The journal must not show that two rows are about the same person, and messages
// about a row contain only its key.
// Holds P-DATA-9.
func TestBinding_DiffersBetweenRowsOfOnePerson(t *testing.T) {
	var asked atomic.Int64
	twice := slices.Values([]*idverify.Request{row(1), row(2)})
	j := newBound()
	assert.Len(t, slices.Collect(started(t, t.Context(), counted(&asked), twice, batch.WithJournal(j, secret))), 2)
	suffixes := map[string]bool{}
	for key := range j.keys {
		suffixes[strings.SplitN(key, ":", 2)[1]] = true
		j.keys[key] = batch.Entry{InFlight: true}
	}
	assert.Len(t, suffixes, 2)
	var named sync.Map
	for r := range started(t, t.Context(), counted(&asked), twice, batch.WithJournal(j, secret),
		batch.WithRepeat(func(key string, _ *idverify.Error) bool { named.Store(key, true); return false })) {
		assert.ErrorContains(t, r.Err, "row "+r.Key+" was in flight")
		_, ok := named.Load(r.Key)
		assert.True(t, ok, "WithRepeat is asked about %s", r.Key)
	}
}

// The secret is copied when the option is made.
func TestWithJournal_CopiesTheSecret(t *testing.T) {
	var asked atomic.Int64
	j := newBound()
	given := bytes.Clone(secret)
	option := batch.WithJournal(j, given)
	clear(given)
	for _, opt := range []batch.Option{option, batch.WithJournal(j, secret)} {
		for r := range started(t, t.Context(), counted(&asked), rows(1), opt) {
			assert.NoError(t, r.Err)
		}
	}
	assert.EqualValues(t, 1, asked.Load())
}

// opened is a photo that counts how often it is opened.
func opened(content string, times *atomic.Int64) idverify.Evidence {
	return idverify.Photo(idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		times.Add(1)
		return io.NopCloser(strings.NewReader(content)), int64(len(content)), nil
	}))
}

// Resuming a million rows must not read a million pictures, unless the option asks
// for it.
func TestWithEvidenceBinding_BindsEvidence(t *testing.T) {
	for _, bind := range []bool{false, true} {
		var asked, times atomic.Int64
		j := newBound()
		run := func(ev ...idverify.Evidence) (resumed bool) {
			opts := []batch.Option{batch.WithJournal(j, secret)}
			if bind {
				opts = append(opts, batch.WithEvidenceBinding())
			}
			for r := range started(t, t.Context(), counted(&asked), slices.Values([]*idverify.Request{keyed("row-1", ev...)}), opts...) {
				require.NoError(t, r.Err)
				resumed = r.Resumed
			}
			return resumed
		}
		url := idverify.PhotoURL("https://example.invalid/a.jpg")
		assert.False(t, run(opened("a", &times), url))
		assert.True(t, run(opened("a", &times), url))
		for _, other := range [][]idverify.Evidence{
			{opened("b", &times), url},
			{opened("a", &times), idverify.PhotoURL("https://example.invalid/b.jpg")},
			{url, opened("a", &times)},
			{opened("a", &times)},
		} {
			assert.Equal(t, !bind, run(other...))
		}
		if bind {
			assert.NotZero(t, times.Load())
			assert.EqualValues(t, 5, asked.Load())
		} else {
			assert.Zero(t, times.Load(), "no picture is opened")
			assert.EqualValues(t, 1, asked.Load())
		}
	}
}

type ownEvidence struct{}

func (ownEvidence) EvidenceKind() string { return "own" }

func TestHoldEvidence_RefusesEvidenceWithoutContent(t *testing.T) {
	var asked atomic.Int64
	opts := []batch.Option{batch.WithJournal(newBound(), secret), batch.WithEvidenceBinding()}
	for r := range started(t, t.Context(), counted(&asked), slices.Values([]*idverify.Request{keyed("own", ownEvidence{})}), opts...) {
		assert.ErrorIs(t, r.Err, idverify.ErrInvalidRequest)
		assert.ErrorContains(t, r.Err, "field Evidence")
	}
	assert.Zero(t, asked.Load())

	// Evidence that cannot be read now counts as another question than the same
	// evidence read.
	broken := idverify.Photo(idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 0, io.ErrUnexpectedEOF }))
	for _, ev := range []idverify.Evidence{broken, photo()} {
		for r := range started(t, t.Context(), counted(&asked), slices.Values([]*idverify.Request{keyed("k", ev)}), opts...) {
			assert.NoError(t, r.Err)
			assert.False(t, r.Resumed)
		}
	}
}

// The picture that is sent is the one that the row is bound to.
func TestWithEvidenceBinding_ChangedEvidenceIsNotSent(t *testing.T) {
	picture := []byte("the face of the person")
	j := newBound()
	v := verify(func(_ context.Context, req *idverify.Request) (*idverify.Result, error) {
		copy(picture, "somebody else's face..")
		r, _, err := req.Evidence[0].(idverify.PhotoEvidence).Media().Open()
		require.NoError(t, err)
		defer r.Close()
		_, err = io.ReadAll(r)
		assert.Error(t, err)
		return mismatch()
	})
	row := keyed("row-1", idverify.Photo(idverify.Bytes(picture)))
	for r := range started(t, t.Context(), v, slices.Values([]*idverify.Request{row}), batch.WithJournal(j, secret), batch.WithEvidenceBinding()) {
		assert.NoError(t, r.Err)
	}
	assert.Len(t, j.keys, 1)
}
