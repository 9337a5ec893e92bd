//go:build !darwin && !windows

package main

// trustSettings is empty: Go reads SSL_CERT_FILE on this system.
var trustSettings []string

func trust(string) error { return nil }
