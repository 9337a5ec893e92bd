package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/volcengine/volc-sdk-golang/base"
)

// about is the simulator's description of itself.
type about struct {
	Vendors map[string]struct {
		BaseURL     string            `json:"base_url"`
		Credentials map[string]string `json:"credentials"`
	} `json:"vendors"`
	Persons []struct {
		Name     string `json:"name"`
		IDNumber string `json:"id_number"`
		Code     string `json:"code"`
	} `json:"persons"`
}

// said is the part of an answer that an SDK's user reads.
type said struct {
	Code int `json:"code"`
	Data *struct {
		Result *bool `json:"result"`
		Base   struct {
			Code int `json:"status_code"`
		} `json:"algorithm_base_resp"`
	} `json:"data"`
	ResponseMetadata struct {
		Error struct{ Code string }
	}
}

func (s said) String() string {
	switch {
	case s.ResponseMetadata.Error.Code != "":
		return s.ResponseMetadata.Error.Code
	case s.Data == nil:
		return fmt.Sprint(s.Code)
	case s.Data.Result == nil:
		return fmt.Sprint(s.Code, " ", s.Data.Base.Code)
	}
	return fmt.Sprint(s.Code, " ", s.Data.Base.Code, " ", *s.Data.Result)
}

// ask asks about people. The SDK has no method for the interface, so an entry is
// added to its list.
func ask(aboutFile, photoFile string) error {
	text, err := os.ReadFile(aboutFile)
	if err != nil {
		return err
	}
	var at about
	if err := json.Unmarshal(text, &at); err != nil {
		return err
	}
	photo, err := os.ReadFile(photoFile)
	if err != nil {
		return err
	}
	vendor := at.Vendors["volcengine"]
	root, err := url.Parse(vendor.BaseURL)
	if err != nil {
		return err
	}
	const action = "CertSrcFaceComp"
	client := func(secret string) *base.Client {
		return base.NewClient(&base.ServiceInfo{
			Timeout: 30 * time.Second, Scheme: "http", Host: root.Host, Header: http.Header{},
			Credentials: base.Credentials{AccessKeyID: vendor.Credentials["access_key_id"], SecretAccessKey: secret, Service: "cv", Region: "cn-north-1"},
		}, map[string]*base.ApiInfo{action: {Method: http.MethodPost, Path: "/", Query: url.Values{"Action": {action}, "Version": {"2022-08-31"}}}})
	}
	right, wrong := vendor.Credentials["secret_access_key"], "RVhBTVBMRQ=="
	for _, test := range []struct{ what, code, secret, sees string }{
		{"a pass", "match", right, "HTTP 200, 10000 0 true, no error"},
		{"another face", "face_mismatch", right, "HTTP 200, 10000 210311 false, no error"},
		{"another name", "identity_mismatch", right, "HTTP 200, 10000 210207, no error"},
		{"no face", "no_face", right, "HTTP 200, 10000 210305, no error"},
		{"too many calls", "rate_limited", right, "HTTP 429, 50429, an error beside it"},
		{"a fault of the service", "vendor_unavailable", right, "HTTP 500, 50500 100000, an error beside it"},
		{"a wrong secret", "match", wrong, "HTTP 401, SignatureDoesNotMatch, an error beside it"},
	} {
		for _, p := range at.Persons {
			if p.Code != test.code {
				continue
			}
			body, err := json.Marshal(map[string]string{
				"req_key": "cert_src_face_comp", "idcard_name": p.Name, "idcard_no": p.IDNumber, "image": base64.StdEncoding.EncodeToString(photo),
			})
			if err != nil {
				return err
			}
			answer, status, failed := client(test.secret).Json(action, nil, string(body))
			var s said
			if err := json.Unmarshal(answer, &s); err != nil {
				return fmt.Errorf("%s: HTTP %d: %w", test.what, status, err)
			}
			sees := fmt.Sprintf("HTTP %d, %v, %s", status, s, map[bool]string{true: "an error beside it", false: "no error"}[failed != nil])
			fmt.Printf("volcengine, Go, %s: %s\n", test.what, sees)
			if sees != test.sees {
				return fmt.Errorf("%s: not what was expected: %s", test.what, test.sees)
			}
			break
		}
	}
	return nil
}
