package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/timelimit"
)

func vendorWithKey(id, secret string, ask func(context.Context) (idverify.Credentials, error)) (*Vendor, error) {
	s := settings(idverify.HTTP{})
	s.Key = &SigningKey{ID: Credential{"SecretID", id}, Secret: Credential{"SecretKey", secret}, Credentials: ask}
	return NewVendor(s)
}

// keyed is an exchange with a vendor whose key comes from a function.
func keyed(t *testing.T, ask func(context.Context) (idverify.Credentials, error)) *Exchange {
	t.Helper()
	v, err := vendorWithKey("", "", ask)
	require.NoError(t, err)
	return v.Exchange()
}

func TestKeys_FixedOrByFunction(t *testing.T) {
	never := func(context.Context) (idverify.Credentials, error) { panic("it is not asked by New") }
	v, err := vendorWithKey("EXAMPLE-ID", "EXAMPLE-SECRET", nil)
	require.NoError(t, err)
	x := v.Exchange()
	key, err := x.Key(t.Context())
	require.NoError(t, err)
	assert.Equal(t, idverify.Credentials{KeyID: "EXAMPLE-ID", KeySecret: "EXAMPLE-SECRET"}, key)
	assert.Equal(t, "[hidden] and [hidden]", x.Scrub("EXAMPLE-ID and EXAMPLE-SECRET"))

	_, err = vendorWithKey("", "", never)
	require.NoError(t, err)
	for _, c := range []struct {
		id, secret, field, problem string
		ask                        func(context.Context) (idverify.Credentials, error)
	}{
		{"", "b", "SecretID", "is required", nil},
		{"a", "", "SecretKey", "is required", nil},
		{"a", "b ", "SecretKey", "must have no white space or invisible characters: it ends with a blank", nil},
		{"a", "", "SecretID", "must be empty beside Credentials", never},
		{"", "b", "SecretKey", "must be empty beside Credentials", never},
	} {
		v, err := vendorWithKey(c.id, c.secret, c.ask)
		assert.Nil(t, v)
		e := asError(t, nil, err)
		assert.Equal(t, []any{idverify.CodeInvalidConfig, c.field, c.field + " " + c.problem}, []any{e.Code, e.Field, e.Detail})
	}
}

func TestKeys_FunctionIsCalledPerAttemptAndKeyIsHidden(t *testing.T) {
	n := 0
	x := keyed(t, func(context.Context) (idverify.Credentials, error) {
		n++
		return idverify.Credentials{KeyID: fmt.Sprint("EXAMPLE-ID", n), KeySecret: fmt.Sprint("EXAMPLE-SECRET", n), Token: strings.Repeat("t", 2-n)}, nil
	})
	for i, token := range []string{"t", ""} {
		key, err := x.Key(t.Context())
		require.NoError(t, err)
		assert.Equal(t, idverify.Credentials{KeyID: fmt.Sprint("EXAMPLE-ID", i+1), KeySecret: fmt.Sprint("EXAMPLE-SECRET", i+1), Token: token}, key)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s", key, key, key, &key), "EXAMPLE")
	}
	assert.Equal(t, "[hidden] [hidden] [hidden] [hidden] ok", x.Scrub("EXAMPLE-ID1 EXAMPLE-SECRET1 EXAMPLE-ID2 EXAMPLE-SECRET2 ok"))
	assert.Equal(t, redact.Hidden, x.Identifier("EXAMPLE-SECRET2"))
}

func TestKeys_ErrorSendsNothing(t *testing.T) {
	boom := errors.New("boom at EXAMPLE-SECRET")
	for problem, ask := range map[string]func(context.Context) (idverify.Credentials, error){
		"failed": func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: "a", KeySecret: "b"}, boom
		},
		"gave a key whose KeyID is required": func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeySecret: "EXAMPLE-SECRET"}, nil
		},
		"gave a key whose KeySecret must have no white space or invisible characters: it ends with a line feed": func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: "a", KeySecret: "EXAMPLE-SECRET\n"}, nil
		},
		"gave a key whose Token is longer than 4096 bytes": func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: "a", KeySecret: "b", Token: strings.Repeat("t", MaxText+1)}, nil
		},
	} {
		key, err := keyed(t, ask).Key(t.Context())
		assert.Zero(t, key)
		e := asError(t, nil, err)
		assert.Equal(t, "Credentials "+problem, e.Detail)
		assert.Equal(t, []any{idverify.CodeInvalidConfig, "Credentials", idverify.DeliveryNotSent, idverify.BilledNo, "sample"}, []any{e.Code, e.Field, e.Delivery, e.Billed, e.Vendor})
		assert.Equal(t, problem == "failed", errors.Is(err, boom))
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", e, e, e), "EXAMPLE")
	}
}

// A function that returns keys may ignore its context, but blocks nobody.
func TestKeys_HangingFunctionTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		x := keyed(t, func(context.Context) (idverify.Credentials, error) {
			<-release
			return idverify.Credentials{}, nil
		})
		begun := time.Now()
		_, err := x.Key(t.Context())
		assert.Equal(t, x.HTTP.Timeout(), time.Since(begun))
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, "Credentials gave no key: HTTP.Timeout passed", e.Detail)

		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		_, err = x.Key(ctx)
		e = asError(t, nil, err)
		assert.Equal(t, []any{idverify.CodeTimeout, idverify.DeliveryNotSent}, []any{e.Code, e.Delivery})

		ctx, leave = context.WithTimeoutCause(t.Context(), time.Second, timelimit.ErrPolicy)
		defer leave()
		_, err = x.Key(ctx)
		e = asError(t, nil, err)
		assert.Equal(t, []any{idverify.CodeInvalidConfig, "Credentials gave no key: VendorPolicy.Timeout passed"}, []any{e.Code, e.Detail})

		ctx, leave = context.WithCancel(t.Context())
		leave()
		for range aside.Most {
			_, err = x.Key(ctx)
			assert.Equal(t, idverify.CodeCanceled, asError(t, nil, err).Code)
		}
		_, err = x.Key(t.Context())
		assert.Equal(t, "Credentials was not asked: too many earlier calls of it still run", asError(t, nil, err).Detail)
	})
}

func TestKeys_PanicReachesCaller(t *testing.T) {
	x := keyed(t, func(context.Context) (idverify.Credentials, error) { panic("boom") })
	assert.PanicsWithValue(t, "boom", func() { _, _ = x.Key(t.Context()) })
}
