package exchange

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/timelimit"
)

// SigningKey is the signing key in a vendor's Config: the fields of a permanent key,
// or in their place a function, in the field Credentials.
type SigningKey struct {
	ID, Secret  Credential
	Credentials func(context.Context) (idverify.Credentials, error)
}

// keys is the source of an account's key.
type keys struct {
	id, secret redact.Secret // empty if the key comes from a function
	ask        func(context.Context) (idverify.Credentials, error)
	desk       aside.Desk
}

// takeKey checks the signing key of the settings, if there is one.
func (v *Vendor) takeKey(k SigningKey) error {
	v.keys.ask = k.Credentials
	for _, c := range []Credential{k.ID, k.Secret} {
		switch {
		case k.Credentials == nil:
			if err := v.takeCredential(c); err != nil {
				return err
			}
		case c.Value != "":
			return v.Misconfigured(c.Field, "must be empty beside Credentials")
		}
	}
	v.keys.id, v.keys.secret = redact.NewSecret(k.ID.Value), redact.NewSecret(k.Secret.Value)
	return nil
}

// takeCredential checks a field that is required, and hides it in every call.
func (v *Vendor) takeCredential(c Credential) error {
	if problem := c.problem(); problem != "" {
		return v.Misconfigured(c.Field, problem)
	}
	v.Secrets = append(v.Secrets, redact.NewSecret(c.Value))
	return nil
}

// problem says why a text cannot be a credential, "" if it can.
func (c Credential) problem() string {
	switch {
	case c.Value == "":
		return "is required"
	case len(c.Value) > MaxText:
		return fmt.Sprintf("is longer than %d bytes", MaxText)
	case !utf8.ValidString(c.Value):
		return "must be UTF-8 text"
	}
	return invisible(c.Value)
}

// Key returns the key to sign one attempt with, and hides it from the vendor's
// messages. It is fetched before the request is sent, not in the signing hook, which
// may be abandoned. Its error is an *idverify.Error of a request that was not sent.
func (x *Exchange) Key(ctx context.Context) (idverify.Credentials, error) {
	k := &x.keys
	if k.ask == nil {
		return idverify.Credentials{KeyID: k.id.Reveal(), KeySecret: k.secret.Reveal()}, nil
	}
	key, err := aside.Ask(ctx, &k.desk, x.HTTP.Timeout(), k.ask)
	switch {
	case err != nil && timelimit.IsCallers(ctx):
		return idverify.Credentials{}, x.Gone(ctx)
	case err != nil && ctx.Err() != nil:
		return idverify.Credentials{}, x.noKey(context.DeadlineExceeded, "gave no key: "+timelimit.Ended(ctx))
	case errors.Is(err, aside.ErrBusy):
		return idverify.Credentials{}, x.noKey(err, "was not asked: too many earlier calls of it still run")
	case errors.Is(err, context.DeadlineExceeded):
		return idverify.Credentials{}, x.noKey(err, "gave no key: "+x.HTTP.TimeLimit()+" passed")
	case err != nil:
		return idverify.Credentials{}, x.noKey(err, "failed")
	}
	given := []Credential{{"KeyID", key.KeyID}, {"KeySecret", key.KeySecret}, {"Token", key.Token}}
	for _, c := range given {
		if c.Field == "Token" && c.Value == "" {
			continue
		}
		if problem := c.problem(); problem != "" {
			return idverify.Credentials{}, x.noKey(nil, "gave a key whose "+c.Field+" "+problem)
		}
		x.Hide(c.Value)
	}
	return key, nil
}

func (x *Exchange) noKey(cause error, problem string) *idverify.Error {
	return x.RefuseFor(cause, idverify.CodeInvalidConfig, "Credentials", "Credentials "+problem)
}
