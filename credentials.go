package idverify

import "github.com/idverify/idverify/internal/redact"

// Credentials are the key that a vendor's package signs requests with, permanent or
// temporary. The Config of such a package has a function that gives them, beside
// fields for a permanent key. They print, log and marshal as "idverify.Credentials",
// except where fmt does not ask them: under %p as a value, and in an unexported
// field of another struct. Do not keep them there.
//
// The function is called for every attempt, concurrently, so that a key can change
// without a new client: keep what it gives until shortly before it runs out. An
// attempt waits for it as long as for the vendor, HTTP.Timeout, and no longer than
// its context lasts. If it fails nothing is sent: the error has CodeInvalidConfig,
// the field "Credentials", and what the function returned behind Unwrap.
type Credentials struct {
	credentialsMask

	// KeyID names the key to the vendor: a SecretId, AccessKeyId or AK. Required.
	KeyID string
	// KeySecret is what is signed with, and never sent. Required.
	KeySecret string
	// Token comes with a temporary key, and is sent with it. Default none.
	Token string
}

type credentialsMask = redact.Mask[Credentials]
