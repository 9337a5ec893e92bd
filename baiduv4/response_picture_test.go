package baiduv4_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func TestDecImage_BrokenPictureDoesNotCostTheDecision(t *testing.T) {
	for _, picture := range []string{`"not base64!"`, `7`, `{}`, `[]`} {
		c, _ := answering(t, answer{body: `{"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0},"dec_image":` + picture + `}`})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
		require.True(t, ok)
		_, err = reply.DecImage.Bytes()
		if picture != `[]` { // an empty array is an empty picture to encoding/json
			assert.Error(t, err, picture)
		}
	}
}

// An error may be kept for long, so it must not keep the megabytes of a picture in
// memory.
// Holds P-DATA-7.
func TestDecImage_ErrorsKeepNoPicture(t *testing.T) {
	for _, said := range []string{`"error_code":222202`, `"error_code":999999`} {
		c, _ := answering(t, answer{body: `{` + said + `,"log_id":1,"dec_image":"/9j/RVhBTVBMRQ=="}`})
		res, err := c.Verify(t.Context(), request())
		require.Error(t, err, said)
		require.Nil(t, res)
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](nil, err)
		require.True(t, ok, said)
		assert.Equal(t, "1", reply.LogID)
		assert.True(t, reply.DecImage.IsZero(), said)
	}
}

func TestDecImage_AbsentPicture(t *testing.T) {
	for _, picture := range []string{`null`, `""`} {
		c, _ := answering(t, answer{body: `{"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0},"dec_image":` + picture + `}`})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		reply, ok := idverify.ReplyAs[*baiduv4.Reply](res, nil)
		require.True(t, ok)
		assert.True(t, reply.DecImage.IsZero(), picture)
		_, err = reply.DecImage.Bytes()
		assert.ErrorContains(t, err, "has no dec_image")

		before := baiduv4.DecImage{}
		require.NoError(t, before.UnmarshalJSON([]byte(`"QQ=="`)))
		require.False(t, before.IsZero())
		require.NoError(t, before.UnmarshalJSON([]byte(picture)))
		assert.True(t, before.IsZero(), "nothing is left of a picture before")
	}
}
