package httpx_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/httpx"
)

// A request of resty's waits in a pool, and must not keep a person's face and
// number there.
func TestARequestThatIsUsedAgainKeepsNothing(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	c := client(t, httpx.Config{BaseURL: server.URL})
	_, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.True(t, c.KeepsNothing())
}
