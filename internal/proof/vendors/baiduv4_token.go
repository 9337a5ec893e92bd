package vendors

import (
	"context"

	"github.com/idverify/idverify/baiduv4"
)

// fixedToken is a store that always has the same token.
type fixedToken struct{ token baiduv4.Token }

// Load implements [baiduv4.TokenStore].
func (f fixedToken) Load(context.Context, string) (baiduv4.Token, bool, error) {
	return f.token, true, nil
}

// Save implements [baiduv4.TokenStore].
func (f fixedToken) Save(context.Context, string, baiduv4.Token) error { return nil }

// Drop implements [baiduv4.TokenStore].
func (f fixedToken) Drop(context.Context, string, baiduv4.Token) error { return nil }
