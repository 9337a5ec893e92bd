//go:build darwin || windows

package main

import (
	"crypto/x509"
	"errors"
	"os"
)

// trustSettings let the run's authority take the place of the system's: Go
// asks the system here and does not read SSL_CERT_FILE.
var trustSettings = []string{"GODEBUG=x509usefallbackroots=1"}

// trust makes the authority every client's default.
func trust(authorityFile string) error {
	authority, err := os.ReadFile(authorityFile)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return errors.New("the authority cannot be read")
	}
	x509.SetFallbackRoots(roots)
	return nil
}
