package tencent

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the vendor's protocol signs with HMAC-SHA1
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/redact"
)

// Test vectors made with the vendor's own SDKs and made-up keys.
const (
	vectorKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY01"

	pythonOriginal  = "a=1250000000&b=&k=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001&e=1700000030&t=1700000000&r=123456789&f="
	pythonSignature = "eFaZKL/4x3YXkycXVshjB2XdshJhPTEyNTAwMDAwMDAmYj0maz1BS0lERVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDEmZT0xNzAwMDAwMDMwJnQ9MTcwMDAwMDAwMCZyPTEyMzQ1Njc4OSZmPQ=="

	nodeOriginal  = "a=1250000000&k=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001&e=1700000100&t=1700000000&r=54321&u=0&f="
	nodeSignature = "F1LYSoBDOUjq0E2ZKW0JI1Y7mpNhPTEyNTAwMDAwMDAmaz1BS0lERVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDEmZT0xNzAwMDAwMTAwJnQ9MTcwMDAwMDAwMCZyPTU0MzIxJnU9MCZmPQ=="
)

func TestSign_MatchesVendorsSDKs(t *testing.T) {
	require.Equal(t, pythonSignature, sign(newMAC(vectorKey), []byte(pythonOriginal)))
	require.Equal(t, nodeSignature, sign(newMAC(vectorKey), []byte(nodeOriginal)))
}

func TestAuthorization_DocumentedForm(t *testing.T) {
	s := vectorSigner([]byte{0x07, 0x5b, 0xcd, 0x15}) // 123456789
	got, err := s.authorization(time.Unix(1_700_000_000, 999_999_999))
	require.NoError(t, err)
	require.Equal(t, pythonSignature, got)
}

func TestAuthorization_NonceHasAtMostTenDigits(t *testing.T) {
	for nonce, want := range map[string]string{
		"\xff\xff\xff\xff": "&r=4294967295&",
		"\x00\x00\x00\x00": "&r=0&",
	} {
		got, err := vectorSigner([]byte(nonce)).authorization(time.Unix(1_700_000_000, 0))
		require.NoError(t, err)
		raw, err := base64.StdEncoding.DecodeString(got)
		require.NoError(t, err)
		require.Contains(t, string(raw[20:]), want)
	}
}

// Holds P-WIRE-12.
func TestSign_FailsWithoutRandomness(t *testing.T) {
	s := vectorSigner(nil)
	for _, broken := range []*signer{s, {random: iotest.ErrReader(errors.New("no entropy"))}} {
		got, err := broken.authorization(time.Unix(1_700_000_000, 0))
		require.Error(t, err)
		require.Empty(t, got)
	}
}

// Concurrent signatures do not mix: with the race detector this fails as soon as
// two calls share a digest.
func TestSign_ConcurrentSignaturesDoNotMix(t *testing.T) {
	s := vectorSigner(nil)
	s.random = rand.Reader
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				got, err := s.authorization(time.Unix(1_700_000_000, 0))
				assert.NoError(t, err)
				raw, err := base64.StdEncoding.DecodeString(got)
				assert.NoError(t, err)
				assert.Equal(t, got, sign(newMAC(vectorKey), raw[sha1.Size:]))
			}
		})
	}
	all.Wait()
}

func TestAuthorization_OneLineOfBase64(t *testing.T) {
	s := vectorSigner(bytes.Repeat([]byte{0xa5}, 4))
	s.secretID = redact.NewSecret(strings.Repeat("AKIDEXAMPLE", 20))
	got, err := s.authorization(time.Unix(1_700_000_000, 0))
	require.NoError(t, err)
	require.NotContains(t, got, "\n")
	_, err = base64.StdEncoding.Strict().DecodeString(got)
	require.NoError(t, err)
}

func vectorSigner(random []byte) *signer {
	return &signer{
		appID:     redact.NewSecret("1250000000"),
		secretID:  redact.NewSecret("AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"),
		secretKey: redact.NewSecret(vectorKey),
		lifetime:  30 * time.Second,
		random:    bytes.NewReader(random),
	}
}
