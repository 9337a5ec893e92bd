package compat

import (
	"context"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// service is what a user writes: it opens accounts.
type service struct{ verifier idverify.Verifier }

func newService(t *testing.T, linkfaceURL, baiduURL string, opts ...idverify.Option) service {
	t.Helper()
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret, HTTP: idverify.HTTP{BaseURL: linkfaceURL}})
	noError(t, err)
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, HTTP: idverify.HTTP{BaseURL: baiduURL}})
	noError(t, err)
	client, err := idverify.New([]idverify.Provider{lf, bd}, opts...)
	noError(t, err)
	return service{client}
}

// OpenAccount says in one word what became of it.
func (s service) OpenAccount(ctx context.Context, person idverifytest.Person, key string) string {
	res, err := s.verifier.Verify(ctx, &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber, Key: key,
		Evidence: []idverify.Evidence{
			linkface.Capture(idverify.Bytes(idverifytest.Capture())),
			idverify.Photo(idverify.Bytes(idverifytest.Photo())),
		},
	})
	switch {
	case err != nil:
		return string(idverify.CodeOf(err).Advice())
	case res.Passed():
		return "opened"
	default:
		return string(res.Code)
	}
}

func TestVendorDownAndTheOtherAnswers(t *testing.T) {
	vendors := idverifytest.Start(t)
	vendors.Inject(idverifytest.Linkface, idverifytest.HTML502().Always())
	service := newService(t, vendors.BaseURL(idverifytest.Linkface), vendors.BaseURL(idverifytest.BaiduV4))

	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), ""), "opened")
	equal(t, vendors.Bill().For(idverifytest.BaiduV4), 1)
	equal(t, len(vendors.Bill().Twice()), 0)
}

func TestEveryWayOut(t *testing.T) {
	vendors := idverifytest.Start(t)
	service := newService(t, vendors.BaseURL(idverifytest.Linkface), vendors.BaseURL(idverifytest.BaiduV4), idverify.WithMaxFAR(1e-4))

	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), ""), "opened")
	equal(t, service.OpenAccount(t.Context(), idverifytest.FaceMismatch(), ""), string(idverify.CodeFaceMismatch))
	equal(t, service.OpenAccount(t.Context(), idverifytest.PersonFor(idverify.CodeNoFace), ""), string(idverify.AdviceRetakePhoto))
	equal(t, service.OpenAccount(t.Context(), idverifytest.Person{Name: "测试甲", IDNumber: "110105190001010010"}, ""), string(idverify.AdviceFixInput))
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
