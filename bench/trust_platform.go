//go:build darwin || windows

package main

import (
	"crypto/x509"
	"errors"
	"os"
)

// trustSettings replace the system's authorities with the run's: here Go asks the
// system and does not read SSL_CERT_FILE.
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
