// Package wire proves, over real connections and for every vendor, what a call
// sends, what it does with an answer, and what becomes of its connection. It
// has tests only.
package wire
