//go:build acme

// Package acme is a made-up vendor, built only with the tag acme: it shows what a new
// vendor takes, and is a template for one. It has what the most difficult real
// vendors have. Its JSON is nested, with the picture deep inside, its requests are
// signed with a digest of the body, and the vendor's own verdict decides.
//
// Evidence: [idverify.Photo], as JPEG or PNG, at most 2 MiB and 4096×4096 pixels.
//
// Checks: similarity, by the vendor's verdict. A similarity that comes with it is
// reported and decides nothing. The vendor publishes no false-accept rate, so
// [idverify.WithMaxFAR] refuses this provider.
//
// Every request carries a trace, which the answer repeats: Request.Reference, or 32
// random hexadecimal digits.
//
// A comparison is billed, whatever its outcome, and so is the answer that name and
// number do not agree. Everything else is documented as free.
package acme
