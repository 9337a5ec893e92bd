package linkface_test

import (
	"net/http"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

func TestProvider(t *testing.T) {
	idverifytest.TestProvider(t, idverifytest.Harness{
		Vendor: idverifytest.Linkface,
		New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			return linkface.New(linkface.Config{
				APIID:     idverifytest.LinkfaceAPIID,
				APISecret: idverifytest.LinkfaceAPISecret,
				HTTP:      idverify.HTTP{BaseURL: baseURL, Client: client},
			})
		},
		Evidence: []idverify.Evidence{
			linkface.Capture(idverify.Bytes(idverifytest.Capture())),
			linkface.CaptureURL(idverifytest.MediaURL),
		},
	})
}
