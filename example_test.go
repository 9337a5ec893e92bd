package idverify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// twoVendors returns clients of the stand-in; in production they have accounts at
// the vendors.
func twoVendors() (providers []idverify.Provider, done func()) {
	server := httptest.NewServer(idverifytest.New())
	lf, err1 := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Linkface)},
	})
	bd, err2 := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4)},
	})
	if err := errors.Join(err1, err2); err != nil {
		panic(err)
	}
	return []idverify.Provider{lf, bd}, server.Close
}

// The providers are asked in order: the first one that reads any of the evidence
// comes first.
func ExampleClient_Verify() {
	providers, done := twoVendors()
	defer done()
	client, err := idverify.New(providers, idverify.WithMaxFAR(1e-4))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, person := range []idverifytest.Person{
		idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.PersonFor(idverify.CodeNoFace),
	} {
		res, err := client.Verify(context.Background(), &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		switch {
		case err != nil:
			fmt.Println("no decision:", idverify.CodeOf(err), "→", idverify.CodeOf(err).Advice())
		case res.Passed():
			fmt.Println("the person:", res.Checks[0])
		default:
			fmt.Println("not the person:", res.Code, res.Checks[0])
		}
	}
	// Output:
	// the person: similarity 92.75 > 80 passed
	// not the person: face_mismatch similarity 40.884 > 80 failed
	// no decision: no_face → retake_photo
}

func ExampleNew() {
	providers, done := twoVendors()
	defer done()
	_, err := idverify.New(providers, idverify.WithMaxFAR(1e-5)) // Baidu publishes a rate for 80 only
	fmt.Println(err)
	// Output: baiduv4: invalid_config: WithMaxFAR cannot be met: no threshold with a false-accept rate of 1e-05 or less was published (field WithMaxFAR, not sent, billed no, advice fix_account)
}

// What cannot be right is refused before anything is sent.
func ExampleRequest_Validate() {
	req := &idverify.Request{
		Name:     "测试甲",
		IDNumber: "110105190001010010",
		Evidence: []idverify.Evidence{idverify.PhotoURL("https://media.example.invalid/face.jpg")},
	}
	fmt.Println(req.Validate())
	// Output: idverify: invalid_id_number: check_digit: position 18 is wrong (field IDNumber, not sent, billed no, advice fix_input)
}

func ExampleRule_Check() {
	rule := idverify.Rule{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 100}, Pass: idverify.Above, Threshold: 80,
		FAR: []idverify.FARStep{{Threshold: 80, Rate: 1e-4}},
	}
	for _, score := range []float64{80, 90, 101} {
		check, err := rule.Check(score)
		fmt.Println(check.Passed, check.Margin, err)
	}
	// Output:
	// false 0 <nil>
	// true 0.5 <nil>
	// false 0 similarity score is outside 0..100
}

func ExampleWithVendor() {
	providers, done := twoVendors()
	defer done()
	_, err := idverify.New(providers,
		idverify.WithVendor("linkface", idverify.VendorPolicy{Timeout: 10 * time.Second}),
		idverify.WithVendor("baiduv5", idverify.VendorPolicy{}))
	fmt.Println(err)
	// Output: idverify: invalid_config: no provider is called baiduv5 (field WithVendor, not sent, billed no, advice fix_account)
}

func ExampleNewLimiter() {
	// Two calls a second, as a trial account has, and four under way at most.
	limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 2, InFlight: 4})
	if err != nil {
		panic(err)
	}
	release, err := limiter.Acquire(context.Background())
	if err != nil {
		panic(err)
	}
	defer release()
	// Output:
}

func ExampleWithPersonLimit() {
	key := []byte("EXAMPLE: 32 random bytes, kept as a secret")
	client, err := idverify.New([]idverify.Provider{&fake{name: "vendor"}},
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: key, Tries: 5, Window: 24 * time.Hour}))
	fmt.Println(client, err)
	// Output: idverify.Client(vendor) <nil>
}

// Two processes that ask one question pay once. In a cluster the ledger is in a
// database, and each process makes its client like this.
func ExampleWithLedger() {
	providers, done := twoVendors()
	defer done()
	ledger := idverify.NewMemoryLedger()
	secret := []byte("EXAMPLE: 32 random bytes, one for all processes")
	person := idverifytest.Match()
	for process := range 2 {
		client, err := idverify.New(providers, idverify.WithLedger(ledger, secret))
		if err != nil {
			fmt.Println(err)
			return
		}
		res, err := client.Verify(context.Background(), &idverify.Request{
			IdempotencyKey: "opening-4711", // your own record of this person and this try
			Name:           person.Name,
			IDNumber:       person.IDNumber,
			Evidence:       []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		if err != nil { // ErrAmbiguous: somebody has to look, and nobody asks again
			fmt.Println(err)
			return
		}
		fmt.Println("process", process, res.Code, "from", res.Origin)
	}
	// Output:
	// process 0 match from vendor
	// process 1 match from ledger
}

// oneByOne is a StartSource in memory; redisidverify has one for many processes.
type oneByOne struct {
	interval time.Duration
	next     time.Time
}

func (s *oneByOne) Reserve(_ context.Context, _ int, patience time.Duration) (int, time.Duration, error) {
	now := time.Now()
	if s.next.Before(now) {
		s.next = now
	}
	wait := s.next.Sub(now)
	if wait > patience {
		return 0, wait, nil
	}
	s.next = s.next.Add(s.interval)
	return 1, wait, nil
}

// The 20 calls per second that were bought, less 5 %, for all of four processes. While
// the source fails each keeps to a quarter of them, and OnStore is told.
func ExampleNewSharedLimiter() {
	providers, done := twoVendors()
	defer done()
	limiter, err := idverify.NewSharedLimiter(&oneByOne{interval: time.Second / 19}, idverify.SharedRate{
		PerSecond: 19,
		Processes: 4,
		OnStore:   func(e idverify.StoreEvent) { fmt.Println("on our own share:", e.Reason) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := idverify.New(providers, idverify.WithVendor("baiduv4", idverify.VendorPolicy{Limiter: limiter}))
	fmt.Println(client, err)
	// Output: idverify.Client(linkface, baiduv4) <nil>
}
