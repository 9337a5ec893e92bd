//go:build !race

package idverify_test

const underRace = false
