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
	assert.ErrorIs(t, err, idverify.ErrUnsupportedEvidence)
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

func TestAQuestionThatNobodyMadeIsAboutNobody(t *testing.T) {
	for _, q := range []*idverify.Question{nil, {}} {
		assert.Empty(t, q.Subject().Name())
		assert.Nil(t, q.Evidence())
		assert.Empty(t, q.Reference())
	}
	assert.Equal(t, "question()", idverify.Question{}.String())
}

// unsaid is a provider that answers nothing at all.
type unsaid struct{ fake }

func (*unsaid) Ask(context.Context, *idverify.Question) (*idverify.Result, error) { return nil, nil }

func TestVerifyWith(t *testing.T) {
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
