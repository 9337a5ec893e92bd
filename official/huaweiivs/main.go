// Huaweiivs runs the vendor's own Go client against the stand-in, and compares our
// signatures with those of the vendor's own signers.
//
//	go run . [file]
//
// The file receives the signed requests, one JSON object per line, for the vendor's
// signer for Node.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http/httptest"
	"os"

	"github.com/idverify/idverify/idverifytest"
)

const seed = 20260102

func main() {
	var file io.Writer = io.Discard
	if len(os.Args) > 1 {
		f, err := os.Create(os.Args[1])
		if err != nil {
			fail(err)
		}
		defer f.Close()
		lines := bufio.NewWriter(f)
		defer lines.Flush()
		file = lines
	}
	standIn := idverifytest.New()
	server := httptest.NewServer(standIn)
	defer server.Close()
	defer standIn.Close()
	if err := clients(server.URL, standIn); err != nil {
		fail(err)
	}
	if err := signers(file); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "official/huaweiivs:", err)
	os.Exit(1)
}
