package tencent_test

import (
	"net/http"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencent"
)

func TestProvider(t *testing.T) {
	idverifytest.TestProvider(t, idverifytest.Harness{
		Vendor: idverifytest.Tencent,
		New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			return tencent.New(tencent.Config{
				AppID:     idverifytest.TencentAppID,
				SecretID:  idverifytest.TencentSecretID,
				SecretKey: idverifytest.TencentSecretKey,
				HTTP:      idverify.HTTP{BaseURL: baseURL, Client: client},
			})
		},
		Evidence: []idverify.Evidence{
			idverify.Photo(idverify.Bytes(idverifytest.Photo())),
			idverify.PhotoURL(idverifytest.MediaURL),
		},
	})
}
