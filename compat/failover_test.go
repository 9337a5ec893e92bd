package compat

import (
	"context"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencentfaceid"
)

// service is what a user writes: it opens accounts.
type service struct{ verifier idverify.Verifier }

func newService(t *testing.T, vendors *idverifytest.Server, opts ...idverify.Option) service {
	t.Helper()
	client, err := idverify.New(providers(t, vendors)[:2], opts...)
	noError(t, err)
	return service{client}
}

func providers(t *testing.T, vendors *idverifytest.Server) []idverify.Provider {
	t.Helper()
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret, HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(linkface.Name)}})
	noError(t, err)
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(baiduv4.Name)}})
	noError(t, err)
	tc, err := tencentfaceid.New(tencentfaceid.Config{
		SecretID: idverifytest.TencentFaceIDSecretID, SecretKey: idverifytest.TencentFaceIDSecretKey,
		HTTP: idverify.HTTP{BaseURL: vendors.BaseURL(tencentfaceid.Name)}})
	noError(t, err)
	return []idverify.Provider{lf, bd, tc}
}

// OpenAccount says in one word what became of it.
func (s service) OpenAccount(ctx context.Context, person idverifytest.Person, key string) string {
	res, err := s.verifier.Verify(ctx, &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber, IdempotencyKey: key,
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

func TestFailover_FirstVendorIsDown(t *testing.T) {
	vendors := idverifytest.Start(t)
	vendors.Inject(idverifytest.Linkface, idverifytest.HTML502().Always())
	service := newService(t, vendors)

	equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), ""), "opened")
	equal(t, vendors.Bill().For(idverifytest.BaiduV4), 1)
	equal(t, len(vendors.Bill().Twice()), 0)
}

func TestVendors_AllAnswer(t *testing.T) {
	vendors := idverifytest.Start(t)
	for _, p := range providers(t, vendors) {
		client, err := idverify.New([]idverify.Provider{p})
		noError(t, err)
		equal(t, service{client}.OpenAccount(t.Context(), idverifytest.Match(), ""), "opened")
		equal(t, vendors.Bill().For(p.Name()), 1)
	}
}

func TestOutcomes_EveryKind(t *testing.T) {
	vendors := idverifytest.Start(t)
	service := newService(t, vendors, idverify.WithMaxFAR(1e-4))

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
