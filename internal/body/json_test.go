package body_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
)

// Media may be at any depth, between values of any kind.
func TestJSON_NestedRoundTrip(t *testing.T) {
	content := bytes.Repeat([]byte{0xfb, 0xff, 7}, 5000)
	media := of(content)
	picture := body.Sized(media, media.size)
	b, err := body.JSON([]body.Member{
		{Name: "meta", Other: body.Object{{Name: "uuid", Value: "1"}}},
		{Name: "data", Other: body.Object{{Name: "req_data", Other: body.List{body.Object{
			{Name: "verification_name", Value: "测试甲\""}, {Name: "face_image", Media: picture}, {Name: "detail", Other: body.Bool(true)},
		}, body.Int(-1), body.List{}, body.Object{{Name: "again", Media: picture}}}}}},
		{Name: "n", Other: body.Int(math.MaxInt64)},
		{Name: "f", Other: body.Float(0.5)},
		{Name: "b", Other: body.Bool(false)},
	})
	require.NoError(t, err)
	encoded := base64.StdEncoding.EncodeToString(content)
	want := `{"meta":{"uuid":"1"},"data":{"req_data":[{"verification_name":"测试甲\"","face_image":"` + encoded + `","detail":true},-1,[],{"again":"` + encoded +
		`"}]},"n":9223372036854775807,"f":0.5,"b":false}`
	assert.Equal(t, want, string(read(t, b)))
	assert.True(t, json.Valid([]byte(want)))
	assert.Equal(t, media.opened, media.closed)
}

func TestJSON_Numbers(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, 1e21, 1e-7, 79.9, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		b, err := body.JSON([]body.Member{{Name: "f", Other: body.Float(f)}})
		require.NoError(t, err)
		var got map[string]float64
		require.NoError(t, json.Unmarshal(read(t, b), &got))
		assert.Equal(t, map[string]float64{"f": f}, got)
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := body.JSON([]body.Member{{Name: "f", Other: body.Object{{Name: "f", Other: body.List{body.Float(f)}}}}})
		assert.Error(t, err)
	}
}

func TestJSON_DeepRoundTrip(t *testing.T) {
	var v body.Value = body.Object{{Name: "image", Media: body.Sized(of([]byte("abc")), 3)}}
	for range 50 {
		v = body.List{body.Object{{Name: "o", Other: v}}}
	}
	b, err := body.JSON([]body.Member{{Name: "o", Other: v}})
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat(`{"o":[`, 50)+`{"o":{"image":"YWJj"}}`+strings.Repeat("]}", 50), string(read(t, b)))
}
