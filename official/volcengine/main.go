// Command volcengine asks the stand-in with the vendor's own Go client, or signs
// random requests with its signer:
//
//	volcengine ask ABOUT.json PHOTO
//	volcengine sign REQUESTS
package main

import (
	"fmt"
	"os"
)

func main() {
	err := fmt.Errorf("usage: volcengine ask ABOUT.json PHOTO | sign REQUESTS")
	switch {
	case len(os.Args) == 4 && os.Args[1] == "ask":
		err = ask(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "sign":
		err = sign(os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
