package redisidverify_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/redisidverify"
)

// One process of a service: it shares its token, its rate and its tries with the
// others.
func Example() {
	server := miniredis.NewMiniRedis() // use a real server
	if err := server.Start(); err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{
		Addr: server.Addr(), ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1,
		DialTimeout: 300 * time.Millisecond, ReadTimeout: 300 * time.Millisecond, WriteTimeout: 300 * time.Millisecond,
	})
	defer client.Close()

	vendors := idverifytest.New() // in place of Baidu
	defer vendors.Close()
	baidu := httptest.NewServer(vendors)
	defer baidu.Close()

	verifier, err := service(client, idverifytest.BaseURLAt(baidu.URL, idverifytest.BaiduV4))
	if err != nil {
		fmt.Println(err)
		return
	}
	person := idverifytest.Match()
	res, err := verifier.Verify(context.Background(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	fmt.Println(res.Code, err)
	// Output: match <nil>
}

func service(client *redis.Client, baseURL string) (idverify.Verifier, error) {
	secret := []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE") // a real one comes from a key store
	tokens, err := redisidverify.NewTokenStore(client, redisidverify.TokenOptions{
		Keys: []redisidverify.SealKey{{Name: "2026-11", Secret: secret}},
	})
	if err != nil {
		return nil, err
	}
	limiter, err := redisidverify.NewLimiter(client, "baidu-main", idverify.SharedRate{PerSecond: 19, Processes: 24})
	if err != nil {
		return nil, err
	}
	persons, err := redisidverify.NewPersonStore(client)
	if err != nil {
		return nil, err
	}
	baidu, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, Tokens: tokens,
		HTTP: idverify.HTTP{BaseURL: baseURL},
	})
	if err != nil {
		return nil, err
	}
	return idverify.New([]idverify.Provider{baidu},
		idverify.WithVendor("baiduv4", idverify.VendorPolicy{Limiter: limiter}),
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: secret, Tries: 5, Window: 24 * time.Hour, Store: persons}))
}
