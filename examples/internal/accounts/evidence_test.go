package accounts

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

func TestEvidence_EveryVendorReadsAForm(t *testing.T) {
	named := strings.Split(PhotoReaders()+", "+CaptureReaders(), ", ")
	assert.Subset(t, named, idverifytest.Vendors())
	assert.Subset(t, idverifytest.Vendors(), named)
	providers, err := StandIns("http://127.0.0.1:1")
	require.NoError(t, err)
	both := StandInEvidence()
	require.Len(t, both, 2)
	for _, p := range providers {
		assert.True(t, p.Accepts(both[0]) || p.Accepts(both[1]), p.Name())
	}
}

func TestEvidence_OmitsMissingForms(t *testing.T) {
	assert.Empty(t, Evidence("", ""))
	assert.Len(t, Evidence("face.jpg", ""), 1)
	assert.Len(t, Evidence("", "live.pb"), 1)
	assert.Len(t, Evidence("face.jpg", "live.pb"), 2)
}
