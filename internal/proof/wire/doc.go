// Package wire tests, over real connections and for every vendor, what a call sends,
// how it reads an answer, and whether its connection is reused or closed. It has only
// tests.
package wire
