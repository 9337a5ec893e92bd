// Package rooms checks the rules of the repository: who may import whom, what the
// library may not do, and which tests hold the promises of SECURITY.md. It has only
// tests, which read the source.
package rooms
