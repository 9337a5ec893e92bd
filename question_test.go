package idverify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestRequest_Question(t *testing.T) {
	p := &fake{name: "a", accepts: "photo"}
	req := &idverify.Request{Name: " 测试甲 ", IDNumber: aNumber, Reference: "r-1",
		Evidence: []idverify.Evidence{idverify.PhotoURL("https://x.example/a.jpg"), photo()}}
	q, err := req.Question(p)
	require.NoError(t, err)
	assert.Equal(t, "测试甲", q.Subject().Name(), "folded")
	assert.Equal(t, aNumber, q.Subject().IDNumber())
	assert.Equal(t, "photo", q.Evidence().EvidenceKind(), "the first that is accepted")
	assert.Equal(t, "r-1", q.Reference())

	_, err = askFor(idverify.PhotoURL("https://x.example/a.jpg")).Question(p)
	assert.Equal(t, idverify.CodeUnsupportedEvidence, idverify.CodeOf(err))
	_, err = (&idverify.Request{Name: "测试甲", IDNumber: "110105190001010000", Evidence: req.Evidence}).Question(p)
	assert.ErrorIs(t, err, idverify.ErrInvalidIDNumber)
	_, err = (*idverify.Request)(nil).Question(p)
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest)
}

func TestQuestion_PrintsTheKindOfItsEvidence(t *testing.T) {
	q, err := askFor(photo()).Question(&fake{name: "a", accepts: "photo"})
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, "question(photo)", fmt.Sprintf(verb, q))
		assert.Equal(t, "question(photo)", fmt.Sprintf(verb, *q))
	}
	text, err := json.Marshal(q)
	require.NoError(t, err)
	assert.Equal(t, `"question(photo)"`, string(text))
	assert.Equal(t, "question(photo)", q.LogValue().String())
}

func TestQuestion_ZeroValueIsEmpty(t *testing.T) {
	for _, q := range []*idverify.Question{nil, {}} {
		assert.Empty(t, q.Subject().Name())
		assert.Nil(t, q.Evidence())
		assert.Empty(t, q.Reference())
	}
	assert.Equal(t, "question()", idverify.Question{}.String())
}

// unsaid is a provider that returns neither result nor error.
type unsaid struct{ fake }

func (*unsaid) Ask(context.Context, *idverify.Question) (*idverify.Result, error) { return nil, nil }

func TestVerifyWith(t *testing.T) {
	var none *fake
	for _, p := range []idverify.Provider{nil, none} {
		_, err := idverify.VerifyWith(t.Context(), p, askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
		_, err = askFor(photo()).Question(p)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	}
	p := &fake{name: "a", accepts: "photo", res: passing(t)}
	res, err := idverify.VerifyWith(t.Context(), p, askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())

	var e *idverify.Error
	_, err = idverify.VerifyWith(t.Context(), p, askFor())
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "a", e.Vendor, "an error names the provider that was not asked")
	assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)

	_, err = idverify.VerifyWith(t.Context(), &unsaid{fake{name: "b", accepts: "photo"}}, askFor(photo()))
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "b", e.Vendor)
	assert.True(t, e.Ambiguous(), "its contract was broken")
}

// keeping is a provider that answers the third time, and keeps a value from the
// earlier attempts.
type keeping struct {
	fake
	asked     int
	kept      []any
	questions []*idverify.Question
}

func (p *keeping) Ask(_ context.Context, q *idverify.Question) (*idverify.Result, error) {
	p.kept, p.questions = append(p.kept, q.Kept(p)), append(p.questions, q)
	p.asked++
	q.Keep(p, p.asked)
	q.Keep("another", "value")
	if p.asked%3 != 0 {
		return nil, &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	}
	return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
}

// What a provider keeps lasts for the attempts of one call, and no longer.
func TestQuestion_KeepLastsForTheCall(t *testing.T) {
	p := &keeping{fake: fake{name: "a", accepts: "photo"}}
	c, err := idverify.New([]idverify.Provider{p}, idverify.WithRetry(idverify.Retry{Attempts: 3, Base: 1, RateLimitedBase: 1, Cap: 1}))
	require.NoError(t, err)
	for range 2 {
		_, err = c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
	}
	assert.Equal(t, []any{nil, 1, 2, nil, 4, 5}, p.kept)
	// If a provider holds on to a question, it does not change into that of the next
	// attempt.
	assert.NotSame(t, p.questions[0], p.questions[1])
	assert.NotSame(t, p.questions[1], p.questions[2])

	var none *idverify.Question
	none.Keep("key", "value")
	assert.Nil(t, none.Kept("key"))
	assert.Nil(t, none.WithEvidence(idverify.PhotoURL("https://photo.example/")))
}

func TestQuestion_WithEvidence(t *testing.T) {
	req := askFor(photo())
	req.Reference = "EXAMPLE-1"
	q, err := req.Question(&fake{name: "a", accepts: "photo"})
	require.NoError(t, err)
	q.Keep("key", "value")
	other := q.WithEvidence(idverify.PhotoURL("https://photo.example/"))
	assert.Equal(t, "photo_url", other.Evidence().EvidenceKind())
	assert.Equal(t, "photo", q.Evidence().EvidenceKind(), "the question itself is as it was")
	assert.Equal(t, q.Subject().Name(), other.Subject().Name())
	assert.Equal(t, "EXAMPLE-1", other.Reference())
	assert.Equal(t, "value", other.Kept("key"), "it is of the same call")
}
