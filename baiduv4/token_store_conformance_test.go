package baiduv4_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

func TestMemoryStore_Conforms(t *testing.T) {
	store := baiduv4.NewMemoryStore()
	idverifytest.TestTokenStore(t, idverifytest.TokenStoreHarness[baiduv4.Token]{
		StoreSetting: idverifytest.StoreSetting{Around: func(t *testing.T, rule func(*testing.T)) { synctest.Test(t, rule) }},
		New:          func(testing.TB) idverifytest.TokenStore[baiduv4.Token] { return store },
		Token: func(value string, life time.Duration) baiduv4.Token {
			return baiduv4.NewToken(value, time.Now().Add(life))
		},
		Read: func(token baiduv4.Token) (string, time.Duration) {
			return token.Reveal(), time.Until(token.ExpiresAt())
		},
	})
}
