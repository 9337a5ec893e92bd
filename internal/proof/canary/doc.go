// Package canary tests that the whole library leaks nothing. It plants marks in every
// place for personal data or keys, uses every part of the public packages, with
// faults and panics, and searches all output of the process for the marks, in every
// encoding of Go's standard library.
//
// There is one assertion and no list of forbidden fields: none of the marks is found.
// A new public type, or a new fault of the stand-in, that is not covered here makes
// the test fail.
package canary
