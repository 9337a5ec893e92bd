package contestant

import (
	"context"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/bench/internal/work"
	//lint:ignore SA1019 figures are compared with those of before
	"github.com/idverify/idverify/tencent"
)

// newIdverify is a provider with its default settings, and HTTP/2 where that is
// what is measured.
func newIdverify(s Setup) (Call, error) {
	provider, err := Provider(s, nil)
	if err != nil {
		return nil, err
	}
	return Asking(provider, s), nil
}

// Vendor is a vendor's client, which can be asked alone and under a Client.
type Vendor interface {
	idverify.Provider
	idverify.Verifier
}

// Provider is the vendor's client for the body. httpClient nil is the default.
func Provider(s Setup, httpClient *http.Client) (Vendor, error) {
	settings := idverify.HTTP{BaseURL: s.BaseURL, Client: httpClient, HTTP2: s.HTTP2}
	if s.Body == work.JSON {
		return baiduv4.New(baiduv4.Config{APIKey: work.APIKey, SecretKey: work.SecretKey, HTTP: settings})
	}
	return tencent.New(tencent.Config{AppID: work.AppID, SecretID: work.SecretID, SecretKey: work.SecretKey, HTTP: settings})
}

// Asking is a call of a verifier, with a request of its own each time, as a
// service makes it.
func Asking(verifier idverify.Verifier, s Setup) Call {
	media := idverify.File(s.File)
	if s.File == "" {
		media = idverify.Bytes(work.Photo(s.Size))
	}
	return func(ctx context.Context) error {
		res, err := verifier.Verify(ctx, &idverify.Request{
			Name:     work.PersonName,
			IDNumber: work.PersonIDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(media)},
		})
		if err != nil {
			return err
		}
		if !res.Passed() {
			return errNoPass
		}
		return nil
	}
}
