package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/idverify/idverify/batch"
)

// journalSecret reads the secret that links the journal's rows to persons, or makes
// one for a new journal: a line of 64 hexadecimal digits.
func journalSecret(path, journal string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := unused(journal); err != nil {
			return nil, err
		}
		return newSecret(path)
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: other users may read or write it; chmod 600 takes that away", path)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < 32 {
		return nil, fmt.Errorf("%s is not a line of at least 64 hexadecimal digits", path)
	}
	return secret, nil
}

// unused fails if a journal exists already: a new secret would find none of its rows.
func unused(journal string) error {
	if _, err := os.Stat(journal); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	j, err := batch.OpenFileJournal(journal)
	if err != nil {
		return err // such as a journal in the old format, which had no secret
	}
	return errors.Join(j.Close(), fmt.Errorf("the secret is gone with which %s was written: bring it back, or name it with -secret; without it no row of the journal is found, and all would be paid for again", journal))
}

func newSecret(path string) ([]byte, error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(file, hex.EncodeToString(secret))
	// It must be on disk before the first row: a journal without its secret is
	// useless.
	return secret, errors.Join(err, file.Sync(), file.Close())
}
