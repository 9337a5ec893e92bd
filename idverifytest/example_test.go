package idverifytest_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	lf "github.com/idverify/idverify/linkface"
)

// service stands for your own, as in the README's test.
type service struct{ verifier idverify.Verifier }

func newService(t *testing.T, linkfaceURL, baiduURL string) service {
	t.Helper()
	linkface, err := lf.New(lf.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret, HTTP: idverify.HTTP{BaseURL: linkfaceURL}})
	require.NoError(t, err)
	baidu, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, HTTP: idverify.HTTP{BaseURL: baiduURL}})
	require.NoError(t, err)
	client, err := idverify.New([]idverify.Provider{linkface, baidu})
	require.NoError(t, err)
	return service{client}
}

func (s service) OpenAccount(ctx context.Context, name, number string, capture, photo []byte) error {
	res, err := s.verifier.Verify(ctx, &idverify.Request{Name: name, IDNumber: number, Evidence: []idverify.Evidence{
		lf.Capture(idverify.Bytes(capture)), idverify.Photo(idverify.Bytes(photo))}})
	if err != nil {
		return err
	}
	if !res.Passed() {
		return errors.New("not the person: " + string(res.Code))
	}
	return nil
}

func TestFailover_FirstVendorIsDown(t *testing.T) {
	vendors := idverifytest.Start(t)
	vendors.Inject(idverifytest.Linkface, idverifytest.HTML502().Always())
	service := newService(t, vendors.BaseURL(idverifytest.Linkface), vendors.BaseURL(idverifytest.BaiduV4))

	person := idverifytest.Match()
	require.NoError(t, service.OpenAccount(t.Context(), person.Name, person.IDNumber,
		idverifytest.Capture(), idverifytest.Photo()))
	require.Equal(t, 1, vendors.Bill().For(idverifytest.BaiduV4))
	require.Empty(t, vendors.Bill().Twice())
}

// ask sends a request about a person to Linkface's stand-in, served at root. In a
// service's test, the service does this.
func ask(root string, person idverifytest.Person) (*idverify.Result, error) {
	verifier, err := lf.New(lf.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(root, idverifytest.Linkface)},
	})
	if err != nil {
		return nil, err
	}
	return verifier.Verify(context.Background(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{lf.Capture(idverify.Bytes(idverifytest.Capture()))},
	})
}

// In a test, [idverifytest.Start] does all this in one line.
func ExampleNew() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	res, err := ask(server.URL, idverifytest.Match())
	fmt.Println(res.Code, err)
	// Output: match <nil>
}

// A program serves the stand-in for others, with limits on what they can do.
func ExampleServer_Serve() {
	vendors := idverifytest.New()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ended := make(chan error)
	go func() { ended <- vendors.Serve(listener) }()

	res, err := ask("http://"+listener.Addr().String(), idverifytest.Match())
	fmt.Println(res.Code, err)
	vendors.Close()
	fmt.Println(<-ended)
	// Output:
	// match <nil>
	// <nil>
}

func ExampleCredentials() {
	fmt.Println(idverifytest.Credentials(idverifytest.Linkface))
	// Output: map[api_id:EXAMPLE-LINKFACE-API-ID api_secret:EXAMPLE-LINKFACE-API-SECRET]
}

func ExampleVendorError() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	vendors.Inject(idverifytest.Linkface, idverifytest.VendorError("PHOTO_SERVICE_ERROR: Network error"))
	_, err := ask(server.URL, idverifytest.Match())
	fmt.Println(idverify.CodeOf(err))
	// Output: source_unavailable
}

func ExampleServer_Inject() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	vendors.Inject(idverifytest.Linkface, idverifytest.RateLimited(), idverifytest.ResetAfterBody())
	for range 3 {
		_, err := ask(server.URL, idverifytest.Match())
		fmt.Printf("%q, ambiguous %t, billed so far %d\n",
			idverify.CodeOf(err), errors.Is(err, idverify.ErrAmbiguous), vendors.Bill().Total())
	}
	// Output:
	// "rate_limited", ambiguous false, billed so far 0
	// "network", ambiguous true, billed so far 1
	// "", ambiguous false, billed so far 2
}

// An answer that the vendor never gives: OK, without a score.
func ExampleServer_Script() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	vendors.Script(idverifytest.Linkface, idverifytest.Answer{
		Body:   `{"request_id":"TID1","status":"OK","hack_score":0.02,"verify_score":null}`,
		Billed: true,
	})
	_, err := ask(server.URL, idverifytest.Match())
	fmt.Println(idverify.CodeOf(err))
	// Output: bad_response
}

func ExampleServer_SetScores() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	scores := idverifytest.DefaultScores(idverifytest.Linkface)
	scores.Similarity = 0.69
	vendors.SetScores(idverifytest.Linkface, scores)
	res, err := ask(server.URL, idverifytest.Match())
	fmt.Println(res.Code, res.Checks[0], err)
	// Output: face_mismatch similarity 0.69 >= 0.7 failed <nil>
}

func ExampleServer_Bill() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()

	for _, person := range []idverifytest.Person{
		idverifytest.Match(), idverifytest.IdentityNotFound(), idverifytest.FaceMismatch(), idverifytest.Match(),
	} {
		if _, err := ask(server.URL, person); err != nil {
			fmt.Println(err)
		}
	}
	bill := vendors.Bill()
	fmt.Println(bill.Total(), bill.ByVendor())
	fmt.Println(len(bill.Twice()) == 1, bill.Twice()[0] == vendors.Subject(idverifytest.Match().IDNumber))
	// Output:
	// 3 map[linkface:3]
	// true true
}

func ExamplePersonFor() {
	person := idverifytest.PersonFor(idverify.CodePoorPhoto)
	fmt.Println(person.Name, person.IDNumber, person.About)
	for _, vendor := range []string{idverifytest.Linkface, idverifytest.BaiduV4, idverifytest.Tencent} {
		fmt.Println(vendor, person.CodeAt(vendor))
	}
	// Output:
	// 测试模糊 110105190001099990 the picture is blurred
	// linkface poor_photo
	// baiduv4 poor_photo
	// tencent no_face
}
