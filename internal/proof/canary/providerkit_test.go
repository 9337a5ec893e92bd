package canary_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

// kitKey is the key of a provider made with the kit.
const kitKey = "EXAMPLE-key-of-a-kits-provider-5521"

// kitSamples are values of the kit's types during one question.
func (w *world) kitSamples(t *testing.T, req *idverify.Request) map[string]any {
	t.Helper()
	w.plant("a kit's key", kitKey)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(rw, `{"code":"ok","about":%q}`, req.Name+" "+req.IDNumber)
	}))
	defer server.Close()
	cfg := providerkit.Config{
		Name: "kit", Keys: map[string]string{"Key": kitKey}, HTTP: idverify.HTTP{BaseURL: server.URL},
		Codes: []idverify.CodeRow{{VendorCode: "ok", Code: idverify.CodeMatch}},
	}
	vendor, err := providerkit.New(cfg)
	require.NoError(t, err)
	q, err := req.Question(anybody{})
	require.NoError(t, err)
	// What a provider reads from an answer, and makes of it, is plain text.
	samples := map[string]any{
		"providerkit.Text": nil, "providerkit.Remark": nil, "providerkit.Inner": nil, "providerkit.Mask": providerkit.Mask[world]{},
		"providerkit.Score": providerkit.Score{}, "providerkit.Rungs": providerkit.Rungs{}, "providerkit.Verdict": providerkit.Yes,
		"providerkit.Measured": providerkit.Measured{Field: "score"}, "providerkit.Vendor": vendor, "providerkit.Config": cfg,
	}
	steps := providerkit.Steps{
		Encode: func(c *providerkit.Call) (out providerkit.Request, err error) {
			photo, err := c.Photo(w.photo, idverify.PhotoLimits{})
			if err != nil {
				return out, err
			}
			members := providerkit.Object{providerkit.With("name", req.Name), providerkit.With("photo", photo)}
			out = providerkit.Request{Path: "/", Header: http.Header{"X-Key": {kitKey}}, Query: url.Values{"key": {kitKey}}}
			out.Body, err = c.JSON(providerkit.With("all", members), providerkit.With("number", req.IDNumber))
			samples["providerkit.Call"], samples["providerkit.Attachment"], samples["providerkit.Request"] = c, photo, out
			samples["providerkit.Body"], samples["providerkit.Member"], samples["providerkit.Object"] = out.Body, members[0], members
			return out, err
		},
		Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			samples["providerkit.Answer"] = a
			said := providerkit.Said{Code: req.Name, Message: req.IDNumber + kitKey}
			samples["providerkit.Said"] = said
			return a.Coded(said)
		},
	}
	samples["providerkit.Steps"] = steps
	_, err = vendor.Ask(t.Context(), q, steps)
	require.Error(t, err)
	samples["an error of a kit's provider"] = err
	return samples
}

// anybody accepts every evidence.
type anybody struct{ idverify.Provider }

func (anybody) Accepts(idverify.Evidence) bool { return true }
