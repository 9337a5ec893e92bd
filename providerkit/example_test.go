package providerkit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

// gate is a provider: it asks a server of the company's own.
type gate struct{ vendor *providerkit.Vendor }

var similarity = idverify.Rule{
	Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Min: 0, Max: 1}, Pass: idverify.AtLeast, Threshold: 0.8,
}

func (gate) Name() string { return "gate" }

func (gate) Accepts(ev idverify.Evidence) bool { _, ok := ev.(idverify.PhotoEvidence); return ok }

func (g gate) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	return g.vendor.Ask(ctx, q, providerkit.Steps{
		Encode: func(c *providerkit.Call) (req providerkit.Request, err error) {
			photo, err := c.Photo(c.Evidence().(idverify.PhotoEvidence).Media(), idverify.PhotoLimits{MaxBytes: 1 << 20})
			if err != nil {
				return req, err
			}
			req.Path = "/compare"
			req.Body, err = c.Multipart(providerkit.With("number", c.Subject().IDNumber()), providerkit.With("photo", photo))
			return req, err
		},
		Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			var said struct {
				Code  providerkit.Text  `json:"code"`
				Score providerkit.Score `json:"score"`
			}
			if err := a.JSON(&said); err != nil {
				return nil, err
			}
			if said.Code == "ok" {
				return a.Judge("ok", nil, providerkit.Measured{Field: "score", Score: said.Score, Rule: similarity})
			}
			return a.Coded(providerkit.Said{Code: string(said.Code)})
		},
	})
}

func ExampleVendor_Ask() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := `{"code":"ok","score":0.93}`
		switch r.FormValue("number") {
		case "110105190001010028":
			answer = `{"code":"ok"}` // no score, and so no pass
		case "110105190001010036":
			answer = `{"code":"blurred"}`
		}
		_, _ = fmt.Fprint(w, answer)
	}))
	defer server.Close()

	vendor, err := providerkit.New(providerkit.Config{Name: "gate", HTTP: idverify.HTTP{BaseURL: server.URL},
		Codes: []idverify.CodeRow{
			{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledNo},
			{VendorCode: "blurred", Code: idverify.CodePoorPhoto, Billed: idverify.BilledNo},
		}})
	if err != nil {
		fmt.Println(err)
		return
	}
	photo := idverify.Photo(idverify.Bytes([]byte("\xff\xd8\xff\xdb\x00\x02 made-up picture \xff\xd9")))
	for _, number := range []string{"11010519000101001X", "110105190001010028", "110105190001010036"} {
		res, err := idverify.VerifyWith(context.Background(), gate{vendor},
			&idverify.Request{Name: "测试甲", IDNumber: number, Evidence: []idverify.Evidence{photo}})
		if err != nil {
			fmt.Println(idverify.CodeOf(err), "advice:", idverify.CodeOf(err).Advice())
			continue
		}
		fmt.Println(res.Code, res.Checks[0])
	}
	// Output:
	// match similarity 0.93 >= 0.8 passed
	// bad_response advice: try_another_vendor
	// poor_photo advice: retake_photo
}

// Three ways to decide, each with its rule.
func ExampleMeasured() {
	ours := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast, Threshold: 80}
	answers := idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100},
		Pass: idverify.AtLeast, FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}}, Rate: 1e-4}
	vendors := idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor}

	decide := func(m func(score providerkit.Score, rungs providerkit.Rungs, verdict providerkit.Verdict) providerkit.Measured) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"score":75,"thresholds":{"1e-3":62,"1e-4":69},"same":true}`)
		}))
		defer server.Close()
		vendor, err := providerkit.New(providerkit.Config{Name: "gate", HTTP: idverify.HTTP{BaseURL: server.URL},
			Codes: []idverify.CodeRow{{VendorCode: "ok", Code: idverify.CodeMatch}}})
		if err != nil {
			return err.Error()
		}
		q, err := (&idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X",
			Evidence: []idverify.Evidence{idverify.PhotoURL("https://photos.example/1.jpg")}}).Question(anyURL{})
		if err != nil {
			return err.Error()
		}
		res, err := vendor.Ask(context.Background(), q, providerkit.Steps{
			Encode: func(*providerkit.Call) (providerkit.Request, error) { return providerkit.Request{Path: "/"}, nil },
			Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
				var said struct {
					Score providerkit.Score `json:"score"`
					Rungs providerkit.Rungs `json:"thresholds"`
					Same  providerkit.Text  `json:"same"`
				}
				if err := a.JSON(&said); err != nil {
					return nil, err
				}
				return a.Judge("ok", nil, m(said.Score, said.Rungs, providerkit.VerdictIn(string(said.Same), "true", "false")))
			},
		})
		if err != nil {
			return err.Error()
		}
		return res.Checks[0].String()
	}
	fmt.Println(decide(func(score providerkit.Score, _ providerkit.Rungs, _ providerkit.Verdict) providerkit.Measured {
		return providerkit.Measured{Field: "score", Score: score, Rule: ours}
	}))
	fmt.Println(decide(func(score providerkit.Score, rungs providerkit.Rungs, _ providerkit.Verdict) providerkit.Measured {
		return providerkit.Measured{Field: "score", Score: score, Rungs: rungs, Rule: answers}
	}))
	fmt.Println(decide(func(_ providerkit.Score, _ providerkit.Rungs, verdict providerkit.Verdict) providerkit.Measured {
		return providerkit.Measured{Field: "same", Verdict: verdict, Rule: vendors}
	}))
	// Output:
	// similarity 75 >= 80 failed
	// similarity 75 >= 69 of the answer passed
	// similarity passed by the vendor's verdict
}

// anyURL accepts the addresses of pictures.
type anyURL struct{ idverify.Provider }

func (anyURL) Accepts(ev idverify.Evidence) bool { _, ok := ev.(idverify.PhotoURLEvidence); return ok }

func ExampleMask() {
	fmt.Printf("%+v\n", account{Key: "EXAMPLE-KEY"})
	// Output: providerkit_test.account
}

type accountMask = providerkit.Mask[account]

type account struct {
	accountMask
	Key string
}
