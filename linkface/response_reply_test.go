package linkface_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

// An id with something removed would name another capture, or none.
func TestReply_LivenessDataIDIsUnchangedOrEmpty(t *testing.T) {
	for id, kept := range map[string]bool{"EXAMPLE-of-a-capture": true, "EXAMPLE-asked-with": false, "EXAMPLE-" + number: false} {
		c, _ := answering(t, http.StatusOK, fmt.Sprintf(`{"request_id":"T","status":"OK","verify_score":1,"hack_score":0,"liveness_data_id":%q}`, id))
		res, err := c.Verify(t.Context(), request(linkface.CaptureID("EXAMPLE-asked-with")))
		require.NoError(t, err)
		reply, ok := idverify.ReplyAs[*linkface.Reply](res, nil)
		require.True(t, ok)
		if !kept {
			id = ""
		}
		assert.Equal(t, id, reply.LivenessDataID)
	}
}
