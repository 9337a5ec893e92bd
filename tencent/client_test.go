package tencent_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencent"
)

func TestRules_MatchTheVendorsPage(t *testing.T) {
	require.Equal(t, []idverify.Rule{{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 75,
	}}, newClient(t, config("")).Rules())
}

func TestVerify_CancelAfterSendingSaysSent(t *testing.T) {
	arrived := make(chan struct{})
	v := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := config(v.URL)
	cfg.Rand = fixedRandomness()
	client := newClient(t, cfg)

	returned := make(chan struct{})
	var res *idverify.Result
	var err error
	go func() {
		defer close(returned)
		res, err = client.Verify(ctx, photoRequest(jpegPhoto))
	}()
	<-arrived
	cancel()
	select {
	case <-returned:
	case <-time.After(10 * time.Second):
		t.Fatal("Verify did not return")
	}

	e := failed(t, res, err)
	require.Equal(t, idverify.CodeCanceled, e.Code)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, idverify.ErrAmbiguous)
	require.True(t, e.Sent())
	require.False(t, e.Repeatable())
	require.Equal(t, idverify.BilledUnknown, e.Billed)
	require.Equal(t, generatedSession, e.RequestID, "the vendor can be asked about the call")
}

func TestVerify_TimeoutIsAmbiguousWithSessionID(t *testing.T) {
	deadline := passingDeadline{t.Context(), make(chan struct{})}
	v := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(deadline.passed)
		<-r.Context().Done()
	})
	req := photoRequest(jpegPhoto)
	req.Reference = "order-1"
	res, err := newClient(t, config(v.URL)).Verify(deadline, req)
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeTimeout, e.Code)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, e.Ambiguous())
	require.Equal(t, "order-1", e.RequestID)
}

// passingDeadline is a context whose deadline passes when the test says so.
type passingDeadline struct {
	context.Context
	passed chan struct{}
}

func (d passingDeadline) Done() <-chan struct{} { return d.passed }

func (d passingDeadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// The first call is signed again with the vendor's time, later ones use it at once.
// The stand-in takes signatures of the future, as the vendor does.
// Holds P-PAY-1.
func TestClockSkew_CorrectedWithStandIn(t *testing.T) {
	for _, wrong := range []time.Duration{-time.Hour, -10 * time.Minute, -23 * time.Hour, -25 * time.Hour} {
		srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return signedAt }))
		cfg := standInConfig(srv)
		cfg.HTTP.Clock = func() time.Time { return signedAt.Add(wrong) }
		client := newClient(t, cfg)
		person := idverifytest.Match()
		call := func() (*idverify.Result, error) {
			return client.Verify(t.Context(), &idverify.Request{
				Name: person.Name, IDNumber: person.IDNumber,
				Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
			})
		}
		res, err := call()
		if wrong < -24*time.Hour {
			e := failed(t, res, err)
			require.Equal(t, idverify.CodeSignatureExpired, e.Code)
			require.Equal(t, idverify.DeliveryRefused, e.Delivery)
			require.Contains(t, e.Detail, "clock is 25h0m0s behind the vendor's")
			require.Equal(t, 1, srv.Calls(idverifytest.Tencent))
			continue
		}
		require.NoError(t, err, wrong)
		require.Equal(t, []idverify.Warning{idverify.WarnClockSkew}, res.Warnings)
		require.Equal(t, 2, srv.Calls(idverifytest.Tencent))
		res, err = call()
		require.NoError(t, err)
		require.Empty(t, res.Warnings, "told once")
		require.Equal(t, 3, srv.Calls(idverifytest.Tencent))
		require.Equal(t, 2, srv.Bill().Total(), "the refused exchange cost nothing")
	}
}

// Both exchanges belong to one call: they have the same session id, and the error
// of the second says that something was sent.
// Holds P-PAY-1.
func TestClockSkew_SecondExchangeIsTheSameCall(t *testing.T) {
	exchanges := 0
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if exchanges++; exchanges == 1 {
			w.Header().Set("Date", httpDate(time.Hour))
			answeringFile(t, "signature_expired.json")(w, r)
			return
		}
		panic(http.ErrAbortHandler)
	})
	cfg := config(v.URL)
	cfg.Rand = io.MultiReader(fixedRandomness(), fixedRandomness())
	res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeNetwork, e.Code)
	require.Equal(t, idverify.DeliveryUnanswered, e.Delivery)
	require.Equal(t, generatedSession, e.RequestID)
	sent := v.requests()
	require.Len(t, sent, 2)
	require.Contains(t, string(sent[0].content), generatedSession)
	require.Contains(t, string(sent[1].content), generatedSession)
	require.NotEqual(t, sent[0].Header.Get("Authorization"), sent[1].Header.Get("Authorization"))
}

func standInConfig(srv *idverifytest.Server) tencent.Config {
	return tencent.Config{
		AppID:     idverifytest.TencentAppID,
		SecretID:  idverifytest.TencentSecretID,
		SecretKey: idverifytest.TencentSecretKey,
		HTTP:      idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Tencent)},
	}
}
