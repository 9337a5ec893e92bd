package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/volcengine/volc-sdk-golang/base"
)

// request is a request from sign.js.
type request struct {
	URL, ContentType, Body, ID, Secret, Token, Authorization string
	At                                                       int64
}

// sign signs the requests that the SDK for Node has signed again with the SDK for Go,
// which accepts a clock, and compares.
func sign(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return err
		}
		u, err := url.Parse(r.URL)
		if err != nil {
			return err
		}
		signed := base.GetSignRequest(base.RequestParam{
			Body: []byte(r.Body), Method: http.MethodPost, Date: time.Unix(r.At, 0).UTC(), Path: u.Path, Host: u.Host,
			QueryList: u.Query(), Headers: http.Header{"Content-Type": {r.ContentType}},
		}, base.Credentials{AccessKeyID: r.ID, SecretAccessKey: r.Secret, SessionToken: r.Token, Service: "cv", Region: "cn-north-1"})
		if signed.Authorization != r.Authorization {
			return fmt.Errorf("request %d: the kit for Go signs %s, and the kit for Node %s", n, signed.Authorization, r.Authorization)
		}
		n++
	}
	fmt.Printf("volcengine, signers: the kits for Go and Node agree on %d requests\n", n)
	return lines.Err()
}
