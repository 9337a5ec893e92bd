//go:build acme

// Package acme is a vendor that does not exist, and that is built with the tag acme
// only: it shows what one more vendor costs, and is what a new one may be copied
// from. It has what the hardest of the real ones have. Its JSON is nested with the
// picture at depth, its requests are signed with a digest of the body, and it decides
// by a verdict of its own.
//
// Evidence: [idverify.Photo], as JPEG or PNG, at most 2 MiB and 4096×4096 pixels.
//
// Checks: similarity, by the vendor's verdict. The similarity that may come with it
// is carried and decides nothing. The vendor publishes no false-accept rate, so that
// [idverify.WithMaxFAR] refuses this provider.
//
// Every request carries a trace, which the answer repeats: Request.Reference, or 32
// random hexadecimal digits.
//
// A comparison is billed, whichever way it goes, and so is the answer that name and
// number do not agree. All else is documented as free.
package acme
