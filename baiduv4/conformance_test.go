package baiduv4_test

import (
	"net/http"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

func TestProvider(t *testing.T) {
	idverifytest.TestProvider(t, idverifytest.Harness{
		Vendor: idverifytest.BaiduV4,
		New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			return baiduv4.New(baiduv4.Config{
				APIKey:    idverifytest.BaiduAPIKey,
				SecretKey: idverifytest.BaiduSecretKey,
				HTTP:      idverify.HTTP{BaseURL: baseURL, Client: client},
			})
		},
		Evidence: []idverify.Evidence{
			idverify.Photo(idverify.Bytes(idverifytest.Photo())),
			baiduv4.FaceToken(idverifytest.FaceToken),
			baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: idverify.Bytes(idverifytest.Photo())},
			baiduv4.SealedCapture{
				App:      baiduv4.AppAndroid,
				SKey:     idverifytest.SealedKey,
				DeviceID: idverifytest.SealedDeviceID,
				Data:     idverifytest.SealedData,
			},
		},
	})
}
