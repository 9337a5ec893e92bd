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

// A gateway sends an answer twice, the second time when the next request is already
// on its way. The answer about one person must not count for another.
func TestRepeatedAnswer_CountsForNobodyElse(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
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
			ask := func(person idverifytest.Person) (*idverify.Result, error) {
				return p.Verify(t.Context(), v.About(person, idverify.Bytes(v.Media())))
			}
			res, err := ask(idverifytest.Match())
			require.NoError(t, err)
			require.True(t, res.Passed())
			res, err = ask(idverifytest.FaceMismatch())
			assert.False(t, res.Passed())
			assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err))
			assert.ErrorIs(t, err, idverify.ErrAmbiguous)
		})
	}
}
