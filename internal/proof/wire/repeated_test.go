package wire_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// twice answers a vendor's requests like the stand-in, and all but the first with the
// first answer.
func twice(t *testing.T, v vendors.Vendor) vendors.Provider {
	t.Helper()
	var first *httptest.ResponseRecorder
	standIn := idverifytest.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, v.Path) {
			standIn.ServeHTTP(w, r)
			return
		}
		if first == nil {
			first = httptest.NewRecorder()
			standIn.ServeHTTP(first, r)
		}
		maps.Copy(w.Header(), first.Header())
		w.WriteHeader(first.Code)
		_, _ = w.Write(first.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	p := provider(t, v, account{base: idverifytest.BaseURLAt(server.URL, v.Name)})
	t.Cleanup(p.CloseIdleConnections)
	return p
}

// A gateway sends an answer twice, the second time when the next request is already
// on its way. The answer about one person, a yes or a no, must not count for another.
func TestRepeatedAnswer_CountsForNobodyElse(t *testing.T) {
	for _, v := range vendors.All() {
		for _, said := range []idverify.Code{idverify.CodeMatch, idverify.CodeFaceMismatch, idverify.CodeIdentityMismatch} {
			t.Run(v.Name+"/"+string(said), func(t *testing.T) {
				p := twice(t, v)
				ask := func(person idverifytest.Person) (*idverify.Result, error) {
					return p.Verify(t.Context(), v.About(person, idverify.Bytes(v.Media())))
				}
				res, err := ask(idverifytest.PersonFor(said))
				require.NoError(t, err)
				require.Equal(t, said, res.Code)
				again, err := ask(idverifytest.PersonFor(said))
				if err == nil && again.RequestID != res.RequestID { // both are our own
					require.Equal(t, idverify.CodeIdentityMismatch, said)
					return // without any id, nothing tells the answer from one about another
				}
				other := idverifytest.Match()
				if said == idverify.CodeMatch {
					other = idverifytest.FaceMismatch()
				}
				res, err = ask(other)
				assert.Nil(t, res)
				assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
				assert.ErrorIs(t, err, idverify.ErrAmbiguous)
			})
		}
	}
}
