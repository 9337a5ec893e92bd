package main

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/idverifytest"
)

// choose returns the providers: the vendors whose credentials are in the environment,
// or the stand-in. done stops the program's own stand-in.
func choose(s settings, getenv func(string) string, stdout io.Writer) (providers []idverify.Provider, done func(), err error) {
	providers, _, err = accounts.FromEnvironment(getenv)
	if err != nil {
		return nil, nil, err
	}
	done = func() {}
	if len(providers) > 0 {
		switch {
		case s.base != "":
			return nil, nil, errors.New("credentials are in the environment: -base is for the stand-in, which needs none")
		case s.in == "":
			return nil, nil, errors.New("with credentials every row may be billed: say which with -in")
		}
		return providers, done, nil
	}
	root := strings.TrimSuffix(s.base, "/")
	if root == "" {
		standIn := idverifytest.New()
		for _, vendor := range idverifytest.Vendors() {
			standIn.Inject(vendor, idverifytest.Delay(s.delay).Always())
		}
		server := httptest.NewServer(standIn)
		root, done = server.URL, func() {
			standIn.Close()
			server.Close()
		}
	}
	fmt.Fprintf(stdout, "No credentials in the environment: asking the stand-in vendors at %s. Their bill is not real.\n", root)
	providers, err = accounts.StandIns(root)
	return providers, done, err
}
