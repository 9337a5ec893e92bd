// Package rooms proves what the repository itself must keep to: who may import
// whom, what the library may not do, and which tests hold the promises of
// SECURITY.md. It has tests only, which read the source.
package rooms
