package providerkit_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

var picture = []byte("\xff\xd8\xff\xdb\x00\x02 made-up picture \xff\xd9")

const inBase64 = "/9j/2wACIG1hZGUtdXAgcGljdHVyZSD/2Q=="

func TestBody_Encodings(t *testing.T) {
	with := providerkit.With
	for want, build := range map[string]func(*providerkit.Call, providerkit.Attachment) (providerkit.Body, error){
		`{"a":"甲","b":{"n":1,"f":0.5,"yes":true,"photo":"` + inBase64 + `"},"list":[1,{"x":"y"},[false]]}`: func(c *providerkit.Call, photo providerkit.Attachment) (providerkit.Body, error) {
			return c.JSON(with("a", "甲"), with("b", providerkit.Object{with("n", 1), with("f", 0.5), with("yes", true), with("photo", photo)}),
				with("list", []any{int64(1), providerkit.Object{with("x", "y")}, []any{false}}))
		},
		"a=1%262&photo=%2F9j%2F2wACIG1hZGUtdXAgcGljdHVyZSD%2F2Q%3D%3D": func(c *providerkit.Call, photo providerkit.Attachment) (providerkit.Body, error) {
			return c.Form(with("a", "1&2"), with("photo", photo))
		},
		"a=1": func(c *providerkit.Call, _ providerkit.Attachment) (providerkit.Body, error) {
			return c.Form(with("a", "1"))
		},
	} {
		var sent string
		var announced int64
		base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			content, _ := io.ReadAll(r.Body)
			sent, announced = string(content), r.ContentLength
		})
		_, _ = asked(t, config(base), providerkit.Steps{
			Encode: func(c *providerkit.Call) (req providerkit.Request, err error) {
				photo, err := c.Photo(idverify.Bytes(picture), idverify.PhotoLimits{})
				require.NoError(t, err)
				req.Path = "/"
				req.Body, err = build(c, photo)
				assert.EqualValues(t, len(want), req.Body.Len())
				return req, err
			},
			Decode: func(a *providerkit.Answer) (*idverify.Result, error) { return nil, a.Foreign("empty") },
		})
		assert.Equal(t, want, sent)
		assert.EqualValues(t, len(want), announced)
	}
}

func TestBody_InvalidMembersAreNotSent(t *testing.T) {
	with := providerkit.With
	for name, build := range map[string]func(*providerkit.Call) error{
		"a type":        func(c *providerkit.Call) error { _, err := c.JSON(with("odd", struct{}{})); return err },
		"inside":        func(c *providerkit.Call) error { _, err := c.JSON(with("odd", []any{"text"})); return err },
		"in a form":     func(c *providerkit.Call) error { _, err := c.Form(with("odd", 1)); return err },
		"in parts":      func(c *providerkit.Call) error { _, err := c.Multipart(with("odd", true)); return err },
		"not looked at": func(c *providerkit.Call) error { _, err := c.JSON(with("odd", providerkit.Attachment{})); return err },
		"a format": func(c *providerkit.Call) error {
			_, err := c.Photo(idverify.Bytes([]byte("GIF89a made-up")), idverify.PhotoLimits{Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}})
			return err
		},
		"too large": func(c *providerkit.Call) error {
			_, err := c.Photo(idverify.Bytes(picture), idverify.PhotoLimits{MaxBytes: 3})
			return err
		},
		"no address": func(c *providerkit.Call) error { return c.URL("ftp://photos.example/1") },
		"no capture": func(c *providerkit.Call) error { _, err := c.Capture(idverify.Bytes(picture)); return err },
		"no UTF-8":   func(c *providerkit.Call) error { _, err := c.JSON(with("odd", "\xff")); return err },
		"two attachments": func(c *providerkit.Call) error {
			photo, err := c.Photo(idverify.Bytes(picture), idverify.PhotoLimits{})
			require.NoError(t, err)
			_, err = c.Multipart(with("photo", photo), with("odd", photo))
			return err
		},
	} {
		encoded := false
		_, err := asked(t, config("http://127.0.0.1:1"), providerkit.Steps{
			Encode: func(c *providerkit.Call) (providerkit.Request, error) {
				encoded = true
				return providerkit.Request{Path: "/"}, build(c)
			},
			Decode: func(*providerkit.Answer) (*idverify.Result, error) { return nil, nil },
		})
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		require.True(t, encoded, name)
		assert.NotEqual(t, idverify.CodeNetwork, e.Code, name)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, name)
	}
}
