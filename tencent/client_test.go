package tencent_test

import (
	"context"
	"crypto/tls"
	"io"
	"math"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencent"
)

func TestConfigIsRefusedWithTheFieldsName(t *testing.T) {
	for what, tt := range map[string]struct {
		change func(*tencent.Config)
		field  string
	}{
		"no app id":              {func(c *tencent.Config) { c.AppID = "" }, "AppID"},
		"app id of letters":      {func(c *tencent.Config) { c.AppID = "12e9" }, "AppID"},
		"signed app id":          {func(c *tencent.Config) { c.AppID = "+1250000000" }, "AppID"},
		"full-width app id":      {func(c *tencent.Config) { c.AppID = "１２５" }, "AppID"},
		"app id and more":        {func(c *tencent.Config) { c.AppID = "1250000000&k=x" }, "AppID"},
		"no secret id":           {func(c *tencent.Config) { c.SecretID = "" }, "SecretID"},
		"space in secret id":     {func(c *tencent.Config) { c.SecretID += " " }, "SecretID"},
		"no secret key":          {func(c *tencent.Config) { c.SecretKey = "" }, "SecretKey"},
		"line feed in key":       {func(c *tencent.Config) { c.SecretKey += "\n" }, "SecretKey"},
		"negative threshold":     {func(c *tencent.Config) { c.Threshold = -1 }, "Threshold"},
		"threshold never passed": {func(c *tencent.Config) { c.Threshold = 100 }, "Threshold"},
		"threshold above scale":  {func(c *tencent.Config) { c.Threshold = 100.5 }, "Threshold"},
		"threshold not a number": {func(c *tencent.Config) { c.Threshold = math.NaN() }, "Threshold"},
		"endless threshold":      {func(c *tencent.Config) { c.Threshold = math.Inf(1) }, "Threshold"},
		"short lifetime":         {func(c *tencent.Config) { c.SignatureLifetime = time.Second - 1 }, "SignatureLifetime"},
		"negative lifetime":      {func(c *tencent.Config) { c.SignatureLifetime = -time.Minute }, "SignatureLifetime"},
		"long lifetime":          {func(c *tencent.Config) { c.SignatureLifetime = 90*24*time.Hour + 1 }, "SignatureLifetime"},
		"plain http":             {func(c *tencent.Config) { c.HTTP.BaseURL = "http://recognition.image.myqcloud.com" }, "HTTP.BaseURL"},
		"no host":                {func(c *tencent.Config) { c.HTTP.BaseURL = "https://" }, "HTTP.BaseURL"},
		"base with a query":      {func(c *tencent.Config) { c.HTTP.BaseURL = "https://example.com/?a=b" }, "HTTP.BaseURL"},
		"negative timeout":       {func(c *tencent.Config) { c.HTTP.Timeout = -1 }, "HTTP.Timeout"},
		"negative answer":        {func(c *tencent.Config) { c.HTTP.MaxResponseBytes = -1 }, "HTTP.MaxResponseBytes"},
		"negative connections":   {func(c *tencent.Config) { c.HTTP.MaxConns = -1 }, "HTTP.MaxConns"},
		"no verification":        {func(c *tencent.Config) { c.HTTP.TLSConfig = &tls.Config{InsecureSkipVerify: true} }, "HTTP.TLSConfig"},
	} {
		t.Run(what, func(t *testing.T) {
			cfg := config("")
			tt.change(&cfg)
			client, err := tencent.New(cfg)
			require.Nil(t, client)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, idverify.CodeInvalidConfig, e.Code)
			require.Equal(t, tt.field, e.Field)
			require.Contains(t, err.Error(), tt.field)
			for _, value := range []string{"125", "EXAMPLE", "AKID", "example.com", "myqcloud"} {
				require.NotContains(t, err.Error(), value)
			}
		})
	}
}

func TestThresholdIsSeventyFiveUnlessTheConfigSaysOtherwise(t *testing.T) {
	cfg := config("")
	rules := newClient(t, cfg).Rules()
	require.Equal(t, []idverify.Rule{{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 75,
	}}, rules)

	cfg.Threshold = 99.5
	require.Equal(t, 99.5, newClient(t, cfg).Rules()[0].Threshold)
}

func TestNoFalseAcceptRateCanBePromised(t *testing.T) {
	client := newClient(t, config(""))
	for _, rate := range []float64{0.5, 1e-3, 1e-6, 0, 1, math.NaN()} {
		strict, err := client.WithMaxFAR(rate)
		require.Nil(t, strict)
		require.ErrorIs(t, err, idverify.ErrInvalidConfig)
	}
	_, err := idverify.New([]idverify.Provider{client}, idverify.WithMaxFAR(1e-4))
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
	require.ErrorContains(t, err, "WithMaxFAR")
	require.ErrorContains(t, err, "tencent")
}

func TestCanceledBeforehandSendsNothing(t *testing.T) {
	v := serve(t, answeringFile(t, "match.json"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	res, err := newClient(t, config(v.URL)).Verify(ctx, photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeCanceled, e.Code)
	require.ErrorIs(t, err, context.Canceled)
	requireNotSent(t, e)
	require.Empty(t, v.requests())
}

func TestCanceledUnderWayReturnsAtOnceAndSaysThatItWasSent(t *testing.T) {
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

func TestNoAnswerInTimeIsAmbiguousAndNamesTheSession(t *testing.T) {
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

func TestUnreachableVendorIsNotBilledAndRepeatable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())

	res, err := newClient(t, config("http://"+address)).Verify(t.Context(), photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeNetwork, e.Code)
	require.True(t, e.Repeatable())
	requireNotSent(t, e)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := serve(t, answeringFile(t, "match.json"))
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	res, err := newClient(t, config(v.URL)).Verify(t.Context(), photoRequest(jpegPhoto))
	require.Equal(t, idverify.CodeBadResponse, failed(t, res, err).Code)
	require.Empty(t, elsewhere.requests())
}

func TestEveryPersonOfTheStandInIsUnderstood(t *testing.T) {
	srv := idverifytest.Start(t)
	client := newClient(t, standInConfig(srv))
	for _, person := range idverifytest.Persons() {
		for _, ev := range []idverify.Evidence{
			idverify.Photo(idverify.Bytes(idverifytest.Photo())),
			idverify.PhotoURL(photoURL),
		} {
			res, err := client.Verify(t.Context(), &idverify.Request{
				Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{ev},
			})
			want := person.CodeAt(idverifytest.Tencent)
			if want.IsDecision() {
				require.NoError(t, err, person.About)
				require.Equal(t, want, res.Code, person.About)
				require.Equal(t, want == idverify.CodeMatch, res.Passed(), person.About)
				continue
			}
			require.Equal(t, want, failed(t, res, err).Code, person.About)
		}
	}
}

// The first call is signed anew for the vendor's time, later ones at once. The
// stand-in takes signatures of the future, as the vendor does.
func TestClockThatRunsWrongIsHealedAtTheStandIn(t *testing.T) {
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

// Both exchanges are about one call: they have one session id, and the error of
// the second says that something was sent.
func TestSecondExchangeForTheClockIsTheSameCall(t *testing.T) {
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
