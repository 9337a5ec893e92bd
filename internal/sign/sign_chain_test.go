package sign_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/sign"
)

// Compares with the standard library, for keys shorter and longer than a block.
func TestChain_MatchesStandardHMAC(t *testing.T) {
	for _, length := range []int{0, 1, 31, 32, 63, 64, 65, 127, 128, 1000} {
		for _, parts := range [][]string{{}, {""}, {"20231114"}, {"20231114", "cn-north-1", "cv", "request", strings.Repeat("测试", length)}} {
			secret := strings.Repeat("k", length)
			want := []byte(secret)
			for _, part := range parts {
				mac := hmac.New(sha256.New, want)
				mac.Write([]byte(part))
				want = mac.Sum(nil)
			}
			assert.Equal(t, hex.EncodeToString(want), sign.Chain(secret, parts...), "%d bytes, %d parts", length, len(parts))
		}
	}
}
