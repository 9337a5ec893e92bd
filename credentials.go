package idverify

import "github.com/idverify/idverify/internal/redact"

// Credentials are the key that a vendor's package signs requests with, permanent or
// temporary. The Config of such a package takes a function that returns them, beside
// fields for a permanent key. They print, log and marshal as "idverify.Credentials",
// except where fmt bypasses their methods: under %p as a value, and in an unexported
// field of another struct. Do not keep them in such a field.
//
// The function is called for every attempt, concurrently, so that a key can change
// without a new client: cache the key until shortly before it expires. An attempt
// waits for it at most HTTP.Timeout, and no longer than its context lasts. If it
// fails, nothing is sent: the error has CodeInvalidConfig and the field
// "Credentials", and Unwrap gives the function's error.
type Credentials struct {
	credentialsMask

	// KeyID identifies the key to the vendor: a SecretId, AccessKeyId or AK.
	// Required.
	KeyID string
	// KeySecret signs the requests and is never sent. Required.
	KeySecret string
	// Token belongs to a temporary key and is sent with it. Default none.
	Token string
}

type credentialsMask = redact.Mask[Credentials]
