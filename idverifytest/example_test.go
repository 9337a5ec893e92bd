package idverifytest_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	lf "github.com/idverify/idverify/linkface"
)

// A test of one's own service, as the README shows it: the vendor is down, no
// account is opened and nothing is paid.
func TestReadmeVendorDownOpensNoAccount(t *testing.T) {
	vendors := idverifytest.Start(t)
	vendors.Inject(idverifytest.Linkface, idverifytest.HTML502())
	verifier, err := lf.New(lf.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		BaseURL: vendors.BaseURL(idverifytest.Linkface),
	})
	if err != nil {
		t.Fatal(err)
	}
	person := idverifytest.Match()
	_, err = verifier.Verify(t.Context(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{lf.Capture(idverify.Bytes(idverifytest.Capture()))},
	})
	var e *idverify.Error
	if !errors.As(err, &e) || e.Code != idverify.CodeBadResponse || e.HTTPStatus != http.StatusBadGateway {
		t.Errorf("got %v", err)
	}
	if n := vendors.Bill().Total(); n != 0 {
		t.Errorf("%d calls were billed", n)
	}
}
