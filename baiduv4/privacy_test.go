package baiduv4_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

const picture = "EXAMPLE-PICTURE-BYTES-MARK"

var (
	sealed = baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: "SKEY-MARK", DeviceID: "DEVICE-MARK", Data: "DATA-MARK"}
	marks  = []string{
		name, number, apiKey, secretKey, "TOKEN-MARK", "FACE-TOKEN-MARK", "SKEY-MARK", "DEVICE-MARK", "DATA-MARK",
		picture, base64.StdEncoding.EncodeToString([]byte(picture)), "DEC-IMAGE-MARK", base64.StdEncoding.EncodeToString([]byte("DEC-IMAGE-MARK")),
	}
)

func assertSilent(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, text := range idverifytest.Spoken(v) {
			for _, mark := range marks {
				assert.NotContains(t, text, mark, "%T", v)
			}
		}
	}
}

// echo is an answer that repeats everything the vendor was told.
func echo(token string) string {
	all := fmt.Sprintf("%s %s %s %s %s FACE-TOKEN-MARK SKEY-MARK DEVICE-MARK DATA-MARK", name, number, apiKey, secretKey, token)
	return fmt.Sprintf(`{"error_code":222202,"error_msg":%q,"log_id":"L%s","dec_image":%q,"risk_tag":[%q]}`,
		all, number, base64.StdEncoding.EncodeToString([]byte("DEC-IMAGE-MARK")), all)
}

func evidence() []idverify.Evidence {
	media := idverify.Bytes([]byte(picture))
	return []idverify.Evidence{
		idverify.Photo(media), baiduv4.FaceToken("FACE-TOKEN-MARK"),
		baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: media}, sealed,
	}
}

func TestNothingOfThePersonOrTheKeysIsPrinted(t *testing.T) {
	store := baiduv4.NewMemoryStore()
	require.NoError(t, store.Save(t.Context(), "key", baiduv4.NewToken("TOKEN-MARK", time.Now())))
	f := &fake{onCall: func(_ context.Context, token string, _ int) (answer, error) { return answer{body: echo(token)}, nil }}
	cfg := config(f.into)
	c, err := baiduv4.New(cfg)
	require.NoError(t, err)
	token := baiduv4.NewToken("TOKEN-MARK", time.Now())
	assertSilent(t, cfg, c, store, token)
	for _, ev := range evidence() {
		req := request(ev)
		_, err := c.Verify(t.Context(), req)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		var reply *baiduv4.Reply
		require.ErrorAs(t, err, &reply)
		assertSilent(t, req, ev, err, e, reply, reply.DecImage, c, store)
		assert.Equal(t, "[hidden]", e.RequestID)
		assert.Equal(t, "L[hidden]", reply.LogID)
		for _, mark := range []string{name, number, apiKey, secretKey, "TOKEN-MARK-1"} {
			assert.NotContains(t, e.VendorMessage.Reveal(), mark)
			assert.NotContains(t, reply.ErrorMsg, mark)
		}
		assert.Contains(t, reply.ErrorMsg, "[hidden]")
		assert.Equal(t, []string{reply.ErrorMsg}, reply.RiskTags, "which said the same")
	}
}

func TestEvidenceIsTakenOutOfTheVendorsMessages(t *testing.T) {
	for i, hidden := range [][]string{nil, {"FACE-TOKEN-MARK"}, nil, {"SKEY-MARK", "DEVICE-MARK", "DATA-MARK"}} {
		c, _ := answering(t, answer{body: echo("")})
		e := verifyEvidenceFails(t, c, evidence()[i])
		for _, mark := range hidden {
			assert.NotContains(t, e.VendorMessage.Reveal(), mark)
		}
	}
}

func verifyEvidenceFails(t *testing.T, c *baiduv4.Client, ev idverify.Evidence) *idverify.Error {
	t.Helper()
	res, err := c.Verify(t.Context(), request(ev))
	return requireError(t, res, err)
}

func TestResultsArePrintedWithoutTheReply(t *testing.T) {
	c, _ := answering(t, answer{body: fixture(t, "sealed.json")})
	res, err := c.Verify(t.Context(), request(sealed))
	require.NoError(t, err)
	var reply *baiduv4.Reply
	require.True(t, res.As(&reply))
	assertSilent(t, res, reply, reply.DecImage)
	assert.Equal(t, "baiduv4 reply: error code 0, log id 1370579072568000514", fmt.Sprint(reply))
}

// Unexported fields are printed by reflection, without asking for a Format
// method: secrets stand behind pointers.
func TestNothingIsPrintedThroughReflection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c, _ := answering(t, answer{body: fixture(t, "sealed.json")})
		res, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
		synctest.Wait() // the store is told on its own time
		var reply *baiduv4.Reply
		require.True(t, res.As(&reply))
		assertSilent(t,
			struct{ c baiduv4.Client }{*c},
			struct{ t baiduv4.Token }{baiduv4.NewToken("TOKEN-MARK", time.Now())},
			struct{ e baiduv4.FaceTokenEvidence }{baiduv4.FaceToken("FACE-TOKEN-MARK")},
			struct{ e baiduv4.PlainCapture }{baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: idverify.Bytes([]byte(picture))}},
			struct{ r baiduv4.Reply }{*reply},
		)
	})
}

func TestErrorsOfTheTransportHoldNoToken(t *testing.T) {
	broken := errors.New("EXAMPLE broke at https://aip.baidubce.com/x?access_token=TOKEN-MARK")
	f := &fake{onCall: func(context.Context, string, int) (answer, error) { return answer{}, broken }}
	_, err := newClient(t, f.into).Verify(t.Context(), request())
	assertSilent(t, err)
	for e := err; e != nil; e = errors.Unwrap(e) {
		assert.NotContains(t, e.Error(), "TOKEN-MARK")
	}
	assert.NotErrorIs(t, err, broken)
}

func TestTypesPrintTheirNameAndNothingElse(t *testing.T) {
	token := baiduv4.NewToken("TOKEN-MARK", time.Now())
	store := baiduv4.NewMemoryStore()
	require.NoError(t, store.Save(t.Context(), "KEY-MARK", token))
	c, _ := answering(t, answer{body: fixture(t, "sealed.json")})
	res, err := c.Verify(t.Context(), request(sealed))
	require.NoError(t, err)
	var reply *baiduv4.Reply
	require.True(t, res.As(&reply))
	for want, v := range map[string]any{
		"baiduv4.Config": config(), "baiduv4.Client": c, "baiduv4.Token": token, "baiduv4.MemoryStore": store, "baiduv4.DecImage": reply.DecImage,
		"baiduv4.face_token":                           baiduv4.FaceToken("FACE-TOKEN-MARK"),
		"baiduv4.plain_capture":                        baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: idverify.Bytes([]byte(picture))},
		"baiduv4.sealed_capture":                       sealed,
		"baiduv4 reply: error code [hidden], log id 1": &baiduv4.Reply{LogID: "1", ErrorCode: "two words"},
		"baiduv4 reply: error code 0, log id [hidden]": &baiduv4.Reply{LogID: "two words", ErrorMsg: "MARK"},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, v), verb)
		}
		assert.Equal(t, want, v.(slog.LogValuer).LogValue().String())
	}
	for want, v := range map[string]any{
		`"baiduv4.Config"`: config(), `"baiduv4.Token"`: token, `"baiduv4.DecImage"`: reply.DecImage, `"baiduv4.sealed_capture"`: sealed,
		`{"error_code":"7","log_id":"[hidden]"}`: baiduv4.Reply{LogID: "two words", ErrorCode: "7"},
		`{"error_code":"[hidden]","log_id":"1"}`: baiduv4.Reply{LogID: "1", ErrorCode: "two words", ErrorMsg: "MARK"},
	} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
}
