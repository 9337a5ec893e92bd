package idverifytest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idverifytest"
)

func TestSetScores(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.SetScores(idverifytest.Linkface, idverifytest.Scores{Similarity: 0.7, Liveness: 0.98})
	a := linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, "0.7", a.text("verify_score"))
	assert.Equal(t, "0.98", a.text("hack_score"))
	a = linkface(t, srv, linkfaceFields(idverifytest.FaceMismatch())...)
	assert.Equal(t, "0.3127", a.text("verify_score"), "only Match changes")
	assert.Panics(t, func() { srv.SetScores("nobody", idverifytest.Scores{}) })
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, scores := range []idverifytest.Scores{{Similarity: score}, {Liveness: score}, {Synthetic: score}} {
			assert.Panics(t, func() { srv.SetScores(idverifytest.Linkface, scores) })
		}
	}

	// They do not apply to a person with only Match's name or only Match's number.
	srv.SetScores(idverifytest.BaiduV4, idverifytest.Scores{})
	match, other := idverifytest.Match(), idverifytest.FaceMismatch()
	for _, p := range []idverifytest.Person{{Name: match.Name, IDNumber: other.IDNumber}, {Name: other.Name, IDNumber: match.IDNumber}} {
		a = baidu(t, srv, baiduToken(t, srv), baiduBody(p))
		assert.Equal(t, json.Number("1"), a.object("result")["verify_status"])
	}
	srv.Reset()
	a = linkface(t, srv, linkfaceFields(idverifytest.Match())...)
	assert.Equal(t, fmt.Sprint(idverifytest.DefaultScores(idverifytest.Linkface).Similarity), a.text("verify_score"))
}
