package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

const signatures = 1000

// signed is one of our requests with its signature.
type signed struct {
	Method, Endpoint, Path string
	Key, Secret            string
	Headers                map[string]string // the signed headers, without Host
	Body                   string
	Authorization          string
}

// signers signs random requests with our client and with the vendor's signer for Go,
// and writes them to a file for the vendor's signer for Node.
func signers(file io.Writer) error {
	random := rand.New(rand.NewSource(seed))
	lines := json.NewEncoder(file)
	lines.SetEscapeHTML(false)
	for i := range signatures {
		ours, err := sign(random)
		if err != nil {
			return fmt.Errorf("signature %d of seed %d: %w", i, seed, err)
		}
		theirs, err := official(ours)
		if err != nil {
			return err
		}
		if theirs != ours.Authorization {
			return fmt.Errorf("signature %d of seed %d: %q, the vendor's is %q", i, seed, ours.Authorization, theirs)
		}
		if err := lines.Encode(ours); err != nil {
			return err
		}
	}
	fmt.Printf("go signer: %d signatures are the same, seed %d\n", signatures, seed)
	return asked(random)
}

// names are characters from all planes that names use.
var names = []rune("测试甲乙丙㐀䶵·𠀀𪚥𫝀𬺰𮯠𰀀𱍐")

func name(random *rand.Rand) string {
	text := "虚"
	for range random.Intn(6) {
		text += string(names[random.Intn(len(names))])
	}
	return strings.ReplaceAll(text, "·", "") + "构"
}

func word(random *rand.Rand, letters string, length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = letters[random.Intn(len(letters))]
	}
	return string(text)
}

const (
	plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	hex   = "0123456789abcdef"
)

// at is a time shortly before or after midnight, in UTC or in Beijing.
func at(random *rand.Rand) time.Time {
	midnight := time.Date(2024, 2, 28, 0, 0, 0, 0, []*time.Location{time.UTC, time.FixedZone("Beijing", 8*60*60)}[random.Intn(2)])
	return midnight.AddDate(0, 0, random.Intn(800)).Add(time.Duration(random.Intn(4001)-2000) * time.Millisecond)
}

// sign lets our client make a random request, and records it.
func sign(random *rand.Rand) (signed, error) {
	now := at(random)
	cfg := huaweiivs.Config{AccessKey: word(random, plain, 20), SecretKey: word(random, plain+"/+=", 40), Detail: random.Intn(2) == 0}
	own := signed{Key: cfg.AccessKey, Secret: cfg.SecretKey, Headers: map[string]string{}}
	if random.Intn(3) == 0 {
		given := idverify.Credentials{KeyID: cfg.AccessKey, KeySecret: cfg.SecretKey, Token: word(random, plain+"/+=", 200)}
		cfg.AccessKey, cfg.SecretKey = "", ""
		cfg.Credentials = func(context.Context) (idverify.Credentials, error) { return given, nil }
	}
	if random.Intn(2) == 0 {
		cfg.ProjectID = word(random, hex, 32)
	}
	if random.Intn(2) == 0 {
		cfg.EnterpriseProjectID = word(random, hex+"-", 36)
	}
	host := "https://" + strings.ToLower(word(random, plain, 5)) + ".example.com"
	if random.Intn(2) == 0 {
		host += fmt.Sprint(":", 1024+random.Intn(60000))
	}
	prefix := ""
	if random.Intn(2) == 0 {
		prefix = "/" + word(random, plain+"-_.~", 5)
	}
	var kept *http.Request
	cfg.HTTP = idverify.HTTP{BaseURL: host + prefix, Clock: func() time.Time { return now },
		Client: &http.Client{Transport: transport(func(r *http.Request) {
			kept = r
			content, _ := io.ReadAll(r.Body)
			own.Body = string(content)
		})}}
	client, err := huaweiivs.New(cfg)
	if err != nil {
		return own, err
	}
	person := idverifytest.Match()
	_, _ = client.Verify(context.Background(), &idverify.Request{ // there is no answer
		Name: name(random), IDNumber: person.IDNumber, Reference: word(random, plain, random.Intn(40)),
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(photo()))},
	})
	if kept == nil {
		return own, fmt.Errorf("nothing was sent")
	}
	own.Method, own.Endpoint, own.Path, own.Authorization = kept.Method, host, kept.URL.Path, kept.Header.Get("Authorization")
	for _, header := range []string{"X-Sdk-Date", "X-Project-Id", "X-Security-Token", "Enterprise-Project-Id"} {
		if value := kept.Header.Get(header); value != "" {
			own.Headers[header] = value
		}
	}
	if want := now.UTC().Format("20060102T150405Z"); own.Headers["X-Sdk-Date"] != want {
		return own, fmt.Errorf("signed for %s, and it is %s", own.Headers["X-Sdk-Date"], want)
	}
	return own, nil
}

type transport func(*http.Request)

func (keep transport) RoundTrip(r *http.Request) (*http.Response, error) {
	keep(r)
	return nil, io.ErrUnexpectedEOF
}

// photo is the smallest photo that is sent.
func photo() []byte {
	return append([]byte("\xff\xd8\xff\xdb\x00\x02"), append(make([]byte, 8000), 0xff, 0xd9)...)
}

// official is the signature of the vendor's own signer.
func official(s signed) (string, error) {
	builder := request.NewHttpRequestBuilder().WithEndpoint(s.Endpoint).WithPath(s.Path).WithMethod(s.Method).WithBody("body", s.Body)
	for header, value := range s.Headers {
		builder.AddHeaderParam(header, value)
	}
	headers, err := signer.Sign(builder.AddHeaderParam("Host", strings.TrimPrefix(s.Endpoint, "https://")).Build(), s.Key, s.Secret)
	return headers["Authorization"], err
}

// asked checks that the stand-in accepts signatures of the vendor's signer for
// requests with a query. Our client never sends one.
func asked(random *rand.Rand) error {
	standIn := idverifytest.New()
	defer standIn.Close()
	const queries = 200
	for i := range queries {
		target := &url.URL{Scheme: "http", Host: fmt.Sprint("ivs.example.com:", 1024+random.Intn(60000)), Path: "/v2.0/ivs-standard"}
		values := url.Values{}
		for range random.Intn(4) {
			values.Add(word(random, plain+"-_.~ +*/&=", 4), word(random, plain+"-_.~ +*/&=%", 6)+name(random))
		}
		target.RawQuery = values.Encode()
		made := request.NewHttpRequestBuilder().WithEndpoint("http://" + target.Host).WithPath(target.Path).WithMethod("POST")
		for key := range values {
			made.AddQueryParam(key, reflect.ValueOf(values.Get(key)))
			values.Set(key, values.Get(key))
		}
		target.RawQuery = values.Encode()
		headers, err := signer.Sign(made.AddHeaderParam("Host", target.Host).Build(), permanent.id, permanent.secret)
		if err != nil {
			return err
		}
		r := httptest.NewRequest(http.MethodPost, target.String(), nil)
		for header, value := range headers {
			r.Header.Set(header, value)
		}
		w := httptest.NewRecorder()
		standIn.ServeHTTP(w, r)
		if w.Code == http.StatusUnauthorized {
			return fmt.Errorf("query %d of seed %d: the stand-in refuses the vendor's signature of %s", i, seed, target.RawQuery)
		}
	}
	fmt.Printf("go signer: the stand-in takes %d signatures over queries, seed %d\n", queries, seed)
	return nil
}
