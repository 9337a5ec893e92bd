package tencent_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/tencent"
)

const vendorWords = "vendor words about somebody"

// marks are what must come out nowhere.
func marks(authorization string) []string {
	return []string{
		personName, personNumber, photoURL, "face-7f3a", secretID, secretKey, vendorWords, "made-up picture", authorization,
	}
}

func requireClean(t *testing.T, marks []string, text string) {
	t.Helper()
	for _, mark := range marks {
		if mark == "" {
			continue
		}
		require.NotContains(t, text, mark)
		require.NotContains(t, strings.ToLower(text), hex.EncodeToString([]byte(mark)))
	}
}

// requireMute prints, marshals and logs a value in every way there is.
func requireMute(t *testing.T, marks []string, value any) {
	t.Helper()
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "% x"} {
		requireClean(t, marks, fmt.Sprintf(format, value))
		requireClean(t, marks, fmt.Sprintf(format, []any{value}))
		requireClean(t, marks, fmt.Sprintf(format, struct{ V any }{value}))
	}
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	requireClean(t, marks, string(encoded))

	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("verified", "value", value)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("verified", "value", value)
	requireClean(t, marks, log.String())
}

func TestConfigAndClientPrintNoCredentials(t *testing.T) {
	cfg := config("")
	client := newClient(t, cfg)
	for _, value := range []any{cfg, &cfg, client, *client} {
		requireMute(t, append(marks(""), appID), value)
	}
}

func TestVendorThatRepeatsEverythingIsNotRepeated(t *testing.T) {
	for what, answer := range map[string]string{
		"match":          `{"data":{"similarity":99,"session_id":%[1]q},"code":0,"message":%[2]q}`,
		"mismatch":       `{"data":{"similarity":9,"session_id":%[1]q},"code":0,"message":%[2]q}`,
		"decision":       `{"data":{"session_id":%[1]q},"code":-5803,"message":%[2]q}`,
		"error":          `{"data":{"session_id":%[1]q},"code":21,"message":%[2]q}`,
		"unlisted":       `{"data":{"session_id":%[1]q},"code":%[1]q,"message":%[2]q}`,
		"bad similarity": `{"data":{"session_id":%[1]q,"similarity":%[1]q},"code":0,"message":%[2]q}`,
		"no code":        `{"data":{"session_id":%[1]q},"message":%[2]q}`,
		"truncated":      `{"data":{"session_id":%[1]q},"message":%[2]q`,
	} {
		for _, repeated := range []string{personName, personNumber, photoURL, secretID, secretKey, "authorization"} {
			t.Run(what+"/"+repeated[:3], func(t *testing.T) {
				v := serve(t, func(w http.ResponseWriter, r *http.Request) {
					said := repeated
					if said == "authorization" {
						said = r.Header.Get("Authorization")
					}
					w.Header().Set("X-Echo", said)
					all := strings.Join(marks(r.Header.Get("Authorization")), " ")
					answering(http.StatusOK, "application/json", fmt.Sprintf(answer, said, all))(w, r)
				})
				res, err := newClient(t, config(v.URL)).Verify(t.Context(), requestWith(idverify.PhotoURL(photoURL)))
				marks := marks(v.only(t).Header.Get("Authorization"))

				var reply *tencent.Reply
				var said string
				if err == nil {
					requireMute(t, marks, res)
					requireMute(t, marks, *res)
					require.True(t, res.As(&reply))
					said = res.VendorMessage.Reveal()
				} else {
					e := failed(t, res, err)
					requireMute(t, marks, e)
					requireMute(t, marks, *e)
					requireChainMute(t, marks, err)
					errors.As(err, &reply)
					said = e.VendorMessage.Reveal()
				}
				// What the vendor says is kept, but for the person and the keys.
				kept := withoutVendorsOwn(marks)
				requireClean(t, kept, said)
				if reply != nil {
					requireMute(t, marks, reply)
					requireMute(t, marks, *reply)
					requireClean(t, kept, reply.Message+reply.SessionID+reply.Code)
				}
			})
		}
	}
}

func withoutVendorsOwn(marks []string) []string {
	var kept []string
	for _, mark := range marks {
		if mark != vendorWords && mark != "face-7f3a" && mark != "made-up picture" {
			kept = append(kept, mark)
		}
	}
	return kept
}

func requireChainMute(t *testing.T, marks []string, err error) {
	t.Helper()
	requireClean(t, marks, err.Error())
	requireClean(t, marks, fmt.Sprintf("%+v %#v", err, err))
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, cause := range many.Unwrap() {
			requireChainMute(t, marks, cause)
		}
	}
}

func TestTransportFailureSaysNothingOfTheRequest(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler) // the connection breaks without an answer
	})
	res, err := newClient(t, config(v.URL)).Verify(t.Context(), requestWith(idverify.PhotoURL(photoURL)))
	e := failed(t, res, err)
	require.True(t, e.Ambiguous())
	require.Regexp(t, "^[0-9a-f]{32}$", e.RequestID)
	marks := marks(v.only(t).Header.Get("Authorization"))
	requireMute(t, marks, e)
	requireChainMute(t, marks, err)
}

func TestGeneratedSessionIDSurvivesANameThatItHappensToContain(t *testing.T) {
	v := serve(t, answering(http.StatusOK, "application/json", `{"data":{"session_id":"`+generatedSession+`","similarity":99},"code":0}`))
	cfg := config(v.URL)
	cfg.Rand = fixedRandomness()
	req := photoRequest(jpegPhoto)
	req.Name = "0a"
	res, err := newClient(t, cfg).Verify(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, generatedSession, res.RequestID)
}

func TestTypesPrintTheirNameAndNothingElse(t *testing.T) {
	reply := tencent.Reply{Code: "0", SessionID: "two words", Message: vendorWords}
	for want, value := range map[string]any{
		"tencent.Config": config(""), "tencent.Client": newClient(t, config("")),
		"tencent reply: code 0, session id [hidden]": &reply,
		"tencent reply: code [hidden], session id s": &tencent.Reply{Code: "two words", SessionID: "s"},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			require.Equal(t, want, fmt.Sprintf(verb, value), verb)
		}
		require.Equal(t, want, value.(slog.LogValuer).LogValue().String())
	}
	for want, value := range map[string]any{
		`{"code":"[hidden]","session_id":"s"}`: tencent.Reply{Code: "two words", SessionID: "s"},
		`"tencent.Config"`:                     config(""), `{"code":"0","session_id":"[hidden]"}`: reply,
	} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
	}
}
