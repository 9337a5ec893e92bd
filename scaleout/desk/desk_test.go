package desk

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/worker"
)

// named puts a call's name into every request.
type named struct {
	call string
	next http.RoundTripper
}

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(worker.CallHeader, n.call)
	return n.next.RoundTrip(r)
}

func TestDesk_RecordsEveryVerification(t *testing.T) {
	faults := make(chan idverifytest.Fault, 1)
	d, err := Open(func(string) (idverifytest.Fault, bool) {
		select {
		case f := <-faults:
			return f, true
		default:
			return idverifytest.Fault{}, false
		}
	})
	require.NoError(t, err)
	defer d.Close()
	ask := func(call string, n int) error {
		baidu, err := baiduv4.New(baiduv4.Config{
			APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
			HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(d.Root(), baiduv4.Name), Wrap: func(next http.RoundTripper) http.RoundTripper { return named{call, next} }},
		})
		require.NoError(t, err)
		defer baidu.CloseIdleConnections()
		_, err = baidu.Verify(t.Context(), questions.Request("q", n))
		return err
	}
	require.NoError(t, ask("q-1/a", 1))
	faults <- idverifytest.ResetAfterBody()
	require.Error(t, ask("q-2/a", 2))

	all := d.Exchanges()
	require.Len(t, all, 2, "tokens are not verifications")
	for i, want := range []Exchange{{Call: "q-1/a"}, {Call: "q-2/a", Fault: "reset_after_body"}} {
		assert.Equal(t, want.Call, all[i].Call)
		assert.Equal(t, want.Fault, all[i].Fault)
		assert.Equal(t, baiduv4.Name, all[i].Vendor)
		assert.True(t, all[i].Billed)
		assert.False(t, all[i].At.IsZero())
	}
	recorded, charged := d.Bills()
	assert.Equal(t, 2, recorded)
	assert.Equal(t, 2, charged)
}

func TestDesk_NotesTheHeadersOfTracers(t *testing.T) {
	d, err := Open(nil)
	require.NoError(t, err)
	defer d.Close()
	assert.Empty(t, d.Propagated())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.Root()+"/"+idverifytest.BaiduV4, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Baggage", "user.id=EXAMPLE-USER")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, []string{"Baggage"}, d.Propagated())
}
