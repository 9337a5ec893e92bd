package idverify_test

import (
	"context"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// remembering keeps the request it was given.
type remembering struct {
	byScript
	question *idverify.Question
	begun    func()
}

func (r *remembering) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	r.question = q
	r.begun()
	return r.byScript.Ask(ctx, q)
}

// A caller may change the request during the call: its texts and the elements of
// its list.
// Holds P-PASS-11.
func TestVerify_CopiesRequest(t *testing.T) {
	for _, key := range []string{"", "k"} {
		given := keyed(key)
		p := &remembering{byScript: byScript{name: "a", steps: []step{pass(t)}}}
		p.begun = func() {
			given.Name, given.IDNumber, given.IdempotencyKey, given.Evidence[0] = "测试乙", anotherNumber, "other", nil
		}
		res, err := oneVendor(t, p).Verify(t.Context(), given)
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, aName, p.question.Subject().Name())
		assert.Equal(t, aNumber, p.question.Subject().IDNumber())
		assert.Equal(t, "photo", p.question.Evidence().EvidenceKind())
	}
}

func TestVerify_DoesNotCopyOverlongEvidenceList(t *testing.T) {
	c := oneVendor(t, vendorNamed("a", pass(t)))
	req := askFor(make([]idverify.Evidence, 1<<20)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := c.Verify(t.Context(), req)
	runtime.ReadMemStats(&after)
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))

	res, err := c.Verify(t.Context(), askFor(slices.Repeat([]idverify.Evidence{photo()}, 16)...))
	require.NoError(t, err, "as many as are allowed")
	assert.True(t, res.Passed())
}

// The bytes sent are those that the key was bound to, even if the media return
// something else the next time.
func TestIdempotencyKey_ChangedMediaAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		changing := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			content := face
			if opened++; opened > 2 { // the digest opens it twice, for a look and for reading
				content = strings.Replace(face, "person", "thief!", 1)
			}
			return io.NopCloser(strings.NewReader(content)), int64(len(content)), nil
		})
		a := &sending{byScript: byScript{name: "a", steps: []step{pass(t)}}}
		req := askFor(idverify.Photo(changing))
		req.IdempotencyKey = "k"
		_, err := oneVendor(t, a).Verify(t.Context(), req)
		assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
		assert.Greater(t, opened, 2)
		assert.Empty(t, a.sent)
	})
}

// sending is a provider that reads a photo in pieces, one per second, and answers a
// second after the last. It keeps what it read.
type sending struct {
	byScript
	mu   sync.Mutex
	sent []string
}

func (s *sending) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	content, err := readSlowly(ctx, q.Evidence().(idverify.PhotoEvidence).Media())
	if err != nil {
		e := &idverify.Error{Code: idverify.CodeUnreadableEvidence, Vendor: s.name, Field: "Evidence", Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: err}
		if ctx.Err() != nil {
			e.Code, e.Field, e.Err = idverify.CodeCanceled, "", ctx.Err()
		}
		return nil, e
	}
	s.mu.Lock()
	s.sent = append(s.sent, content)
	s.mu.Unlock()
	return s.byScript.Ask(ctx, q)
}

func readSlowly(ctx context.Context, m idverify.Media) (content string, err error) {
	r, _, err := m.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	piece := make([]byte, 4)
	for {
		n, err := r.Read(piece)
		content += string(piece[:n])
		switch {
		case err == io.EOF:
			return content, nil
		case err != nil:
			return "", err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

const face = "the face of the person" // six pieces

// reusing calls Verify with a buffer, and overwrites the buffer after the return.
func reusing(ctx context.Context, c *idverify.Client, reference string) (*idverify.Result, error) {
	buffer := []byte(face)
	req := askFor(idverify.Photo(idverify.Bytes(buffer)))
	req.IdempotencyKey, req.Reference = "k", reference
	res, err := c.Verify(ctx, req)
	copy(buffer, "somebody else's face..")
	req.Name, req.Evidence[0] = "测试乙", idverify.PhotoURL("https://media.example/x")
	return res, err
}

// Each caller but the last leaves after the given seconds, and reuses the buffer.
// Holds P-PASS-11.
func TestLoan_LeavingCallersMediaAreNotRead(t *testing.T) {
	for name, test := range map[string]struct {
		leaves []time.Duration
		took   time.Duration
		told   []string
	}{
		"nobody leaves":            {nil, 7 * time.Second, []string{"a match"}},
		"while it is sent":         {[]time.Duration{2500 * time.Millisecond}, 10 * time.Second, []string{"a canceled → same_vendor", "a match"}},
		"when all of it was sent":  {[]time.Duration{6500 * time.Millisecond}, 7 * time.Second, []string{"a match"}},
		"one who only joined":      {[]time.Duration{time.Hour, 2500 * time.Millisecond}, 7 * time.Second, []string{"a match"}},
		"one after the other":      {[]time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond, 3500 * time.Millisecond}, 11 * time.Second, []string{"a canceled → same_vendor", "a canceled → same_vendor", "a canceled → same_vendor", "a canceled → same_vendor", "a match"}},
		"the first two at a time":  {[]time.Duration{500 * time.Millisecond, 500 * time.Millisecond}, 8 * time.Second, []string{"a canceled → same_vendor", "a match"}},
		"one who is not asked for": {[]time.Duration{2500 * time.Millisecond, time.Millisecond}, 10 * time.Second, []string{"a canceled → same_vendor", "a match"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &sending{byScript: byScript{name: "a", steps: []step{slowPass(t, time.Second)}}}
			c := oneVendor(t, a)
			var wg sync.WaitGroup
			for _, after := range test.leaves {
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), after)
					defer cancel()
					began := time.Now()
					_, err := reusing(ctx, c, "leaver")
					if after < time.Minute {
						assert.ErrorIs(t, err, context.DeadlineExceeded, name)
						assert.Equal(t, after, time.Since(began), "%s: at once", name)
					}
				})
				synctest.Wait()
			}
			began := time.Now()
			res, err := reusing(t.Context(), c, "stayer")
			require.NoError(t, err, name)
			assert.Equal(t, test.told, told(res.Attempts), name)
			assert.Equal(t, test.took, time.Since(began).Round(time.Second), name)
			assert.Equal(t, []string{face}, a.sent, name)
			wg.Wait()
		})
	}
}

func TestLoan_LastCallerLeavesWhileMediaAreSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &sending{byScript: byScript{name: "a", steps: []step{pass(t)}}}
		c := oneVendor(t, a)
		var wg sync.WaitGroup
		for _, after := range []time.Duration{1500 * time.Millisecond, 2500 * time.Millisecond} {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				_, err := reusing(ctx, c, "leaver")
				var e *idverify.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, idverify.CodeTimeout, e.Code)
			})
			synctest.Wait()
		}
		wg.Wait()
		assert.Empty(t, a.sent)
	})
}

// A retry uses the request of a caller who still waits.
// Holds P-PASS-11.
func TestLoan_RetryUsesRequestOfWaitingCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := fail(idverify.CodeRateLimited, safe, retryAfter(time.Second))
		again.after = time.Second
		p := &remembering{byScript: byScript{name: "a", steps: []step{again, pass(t)}}, begun: func() {}}
		c := oneVendor(t, p)
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			_, err := reusing(ctx, c, "leaver")
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		assert.Equal(t, "leaver", p.question.Reference())
		res, err := reusing(t.Context(), c, "stayer")
		require.NoError(t, err)
		assert.Equal(t, []string{"a rate_limited → same_vendor", "a match after 1s"}, told(res.Attempts))
		assert.Equal(t, "stayer", p.question.Reference())
		assert.Equal(t, aName, p.question.Subject().Name())
		wg.Wait()
	})
}

// An interrupted attempt does not count towards Retry.Attempts; one that failed for
// another reason does.
func TestLoan_InterruptedAttemptDoesNotCountAsRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := fail(idverify.CodeRateLimited, safe, retryAfter(time.Second))
		a := &sending{byScript: byScript{name: "a", steps: []step{again, pass(t)}}}
		c := oneVendor(t, a, half(idverify.Retry{Attempts: 2}))
		var wg sync.WaitGroup
		for _, after := range []time.Duration{1500 * time.Millisecond, 2500 * time.Millisecond} {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				_, err := reusing(ctx, c, "leaver")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
			synctest.Wait()
		}
		res, err := reusing(t.Context(), c, "stayer")
		require.NoError(t, err)
		assert.Equal(t, []string{"a canceled → same_vendor", "a canceled → same_vendor", "a rate_limited → same_vendor", "a match after 1s"}, told(res.Attempts))
		wg.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		lost := fail(idverify.CodeNetwork, unsent)
		lost.after = 2 * time.Second
		a := vendorNamed("a", lost, pass(t))
		c := oneVendor(t, a, half(idverify.Retry{Attempts: 1}))
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Verify(ctx, keyed("k"))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		_, err := c.Verify(t.Context(), keyed("k"))
		assert.Equal(t, idverify.CodeNetwork, idverify.CodeOf(err), "it is no leaver's fault")
		wg.Wait()
	})
}

func TestLoan_ZeroMediaStayZero(t *testing.T) {
	p := &remembering{byScript: byScript{name: "a", reads: "own", steps: []step{pass(t)}}, begun: func() {}}
	req := askFor(ownEvidence{copies: true})
	req.IdempotencyKey = "k"
	_, err := oneVendor(t, p).Verify(t.Context(), req)
	require.NoError(t, err)
	assert.True(t, p.question.Evidence().(ownEvidence).IsZero())
}

// hanging is a reader that hangs after its first bytes, until it is released.
type hanging struct {
	released <-chan struct{}
	isOn     *atomic.Bool
	left     string
}

func (h *hanging) Read(p []byte) (int, error) {
	if h.left == "" {
		return 0, io.EOF
	}
	if h.isOn.Load() && len(h.left) < len(face) {
		<-h.released
	}
	n := copy(p, h.left)
	h.left = h.left[n:]
	return n, nil
}

func (*hanging) Close() error { return nil }

// A caller whose own reader hangs is held only briefly.
func TestLoan_HangingReaderDoesNotBlockLeavingCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		released, isOn := make(chan struct{}), new(atomic.Bool)
		m := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return &hanging{released, isOn, face}, int64(len(face)), nil
		})
		a := &sending{byScript: byScript{name: "a", steps: []step{pass(t)}}}
		c := oneVendor(t, a)
		req := askFor(idverify.Photo(m))
		req.IdempotencyKey = "k"
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := c.Verify(ctx, req)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 2600*time.Millisecond, time.Since(began))
		})
		synctest.Wait()
		isOn.Store(true) // the digest has been made
		wg.Go(func() {
			res, err := reusing(t.Context(), c, "stayer")
			assert.NoError(t, err)
			assert.Equal(t, []string{"a canceled → same_vendor", "a match"}, told(res.Attempts))
		})
		time.Sleep(5 * time.Second)
		close(released)
		wg.Wait()
	})
}

// A provider that reads on after it has answered gets none of the caller's media.
// Holds P-PASS-11.
func TestLoan_NothingIsReadAfterReturn(t *testing.T) {
	p := &remembering{byScript: byScript{name: "a", steps: []step{pass(t)}}, begun: func() {}}
	_, err := reusing(t.Context(), oneVendor(t, p), "")
	require.NoError(t, err)
	_, _, err = p.question.Evidence().(idverify.PhotoEvidence).Media().Open()
	assert.ErrorContains(t, err, "has left")
}

// Media that fail for a reason of their own are not blamed on a caller who left.
func TestLoan_UnreadableMediaAreNotRetriedWithAnotherCaller(t *testing.T) {
	a := vendorNamed("a", fail(idverify.CodeUnreadableEvidence, unsent))
	_, err := oneVendor(t, a).Verify(t.Context(), keyed("k"))
	assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	assert.Equal(t, 1, a.asked)
}
