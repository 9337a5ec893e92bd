package otelidverify_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

func TestTokenFetches_OfAClient(t *testing.T) {
	tel := newTelemetry(t)
	_, root := standIn(t)
	var told sync.WaitGroup
	told.Add(1)
	tell := otelidverify.TokenFetches(tel.options)
	baidu := newBaidu(t, baiduv4.Config{HTTP: at(root, idverifytest.BaiduV4), OnTokenFetch: func(ctx context.Context, f baiduv4.TokenFetch) {
		defer told.Done()
		tell(ctx, f)
	}})
	client, err := idverify.New([]idverify.Provider{baidu}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), about(idverifytest.FaceMismatch()))
	require.NoError(t, err)
	told.Wait()
	assert.Equal(t, []string{
		"idverify.verify internal {code=face_mismatch origin=vendor vendor.name=baiduv4}",
		"  attempt baiduv4 client {http.response.status_code=200 ambiguous=false attempt.number=1 billed=yes code=face_mismatch delivery=answered vendor.code=0 vendor.name=baiduv4}",
		"    idverify.token.fetch client {reason=cold vendor.name=baiduv4}",
	}, tel.tree())
	assert.Contains(t, tel.metrics(), "token.fetch.duration{reason=cold vendor.name=baiduv4} 1")
}

func TestTokenFetches_Failed(t *testing.T) {
	tel := newTelemetry(t)
	otelidverify.TokenFetches(tel.options)(t.Context(), baiduv4.TokenFetch{
		Reason: baiduv4.FetchRenewal, Duration: 3 * time.Second, Err: &idverify.Error{Code: idverify.CodeUnauthorized, Detail: "said by nobody"}})
	assert.Equal(t, []string{"idverify.token.fetch client Error: unauthorized {error.type=unauthorized reason=renewal vendor.name=baiduv4}"}, tel.tree())
	assert.Equal(t, []string{"token.fetch.duration{error.type=unauthorized reason=renewal vendor.name=baiduv4} 1"}, tel.metrics())
	span := tel.spans.Ended()[0]
	assert.Equal(t, 3*time.Second, span.EndTime().Sub(span.StartTime()))
}
