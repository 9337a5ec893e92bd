// Package compat is a program of somebody who uses idverify, in a module of its
// own and written by hand: it implements each of the library's interfaces and
// builds a client as the README shows. When it no longer compiles, neither do
// the programs of users. api/next.txt lists every name that they can use.
package compat
