package work_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/work"
)

func TestPhoto_IsAJPEGOfTheSize(t *testing.T) {
	for _, size := range []int{work.KB, 100 * work.KB, work.MB + 1} {
		photo := work.Photo(size)
		require.Len(t, photo, size)
		_, err := jpeg.Decode(bytes.NewReader(photo))
		assert.NoError(t, err)
		assert.Equal(t, photo, work.Photo(size), "the same for every contestant")
	}
	assert.Panics(t, func() { work.Photo(10) })
}

func TestCases_NamesMatchTheFlag(t *testing.T) {
	names := map[int]string{
		30 * work.KB: "json/http1-tls/30KB", 100 * work.KB: "json/http1-tls/100KB",
		work.MB: "json/http1-tls/1MB", 5 * work.MB: "json/http1-tls/5MB",
	}
	for size, name := range names {
		assert.Equal(t, name, work.Case{Body: work.JSON, Transport: work.HTTP1TLS, Size: size}.String())
	}
	assert.Equal(t, "signed/aliyun/http1-tls/700KB", work.Case{Body: work.Aliyun, Transport: work.HTTP1TLS, Size: 700 * work.KB}.String())
	name, signed := work.Aliyun.Vendor()
	assert.Equal(t, "aliyun", name)
	assert.True(t, signed)
	_, signed = work.JSON.Vendor()
	assert.False(t, signed)
}
