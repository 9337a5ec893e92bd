// Requests prints random requests as our client sends them, one line of JSON each,
// for the vendor's official signer. It sends nothing to the network.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencentfaceid"
)

// sent is a request, with the key that signed it.
type sent struct {
	URL         string `json:"url"`
	Host        string `json:"host"`
	ID          string `json:"id"`
	Key         string `json:"key"`
	Token       string `json:"token"`
	ContentType string `json:"contentType"`
	SentToken   string `json:"sentToken"`
	Timestamp   string `json:"timestamp"`
	Signed      string `json:"signed"` // our Authorization
	Body        []byte `json:"body"`
}

func main() {
	log.SetFlags(0)
	seed := flag.Uint64("seed", 1, "seed")
	n := flag.Int("n", 1000, "how many")
	flag.Parse()
	random := rand.New(rand.NewPCG(*seed, 0))
	out := json.NewEncoder(os.Stdout)
	for range *n {
		s, err := one(random)
		if err == nil {
			err = out.Encode(s)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

// planes are the Han characters of planes 0, 2 and 3.
var planes = [][2]rune{{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B738}, {0x30000, 0x3134A}}

func name(random *rand.Rand) string {
	var text strings.Builder
	part := func() {
		for range 2 + random.IntN(3) {
			plane := planes[random.IntN(len(planes))]
			text.WriteRune(plane[0] + random.Int32N(plane[1]-plane[0]+1))
		}
	}
	part()
	if random.IntN(3) == 0 {
		text.WriteString("·")
		part()
	}
	return text.String()
}

func word(random *rand.Rand, letters string, length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}

// clock is a time near midnight in UTC or in Beijing, or any time.
func clock(random *rand.Rand) time.Time {
	day := time.Date(2020+random.IntN(12), 1, 1+random.IntN(366), 0, 0, 0, 0, time.UTC)
	near := time.Duration(random.IntN(5)-2) * time.Second
	switch random.IntN(3) {
	case 0:
		return day.Add(near)
	case 1:
		return day.Add(near - 8*time.Hour).In(time.FixedZone("UTC+8", 8*60*60))
	}
	return day.Add(time.Duration(random.Int64N(int64(24 * time.Hour))))
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func one(random *rand.Rand) (*sent, error) {
	s := &sent{ID: "AKIDEXAMPLE" + word(random, letters, 25), Key: word(random, letters+"+/=-_&?%~", 1+random.IntN(80))}
	if random.IntN(2) == 0 {
		s.Token = word(random, letters+"+/=-_", 40+random.IntN(400))
	}
	base := "https://faceid" + []string{"", ".ap-guangzhou", ".intl"}[random.IntN(3)] + ".tencentcloudapi.com"
	if random.IntN(3) == 0 {
		base += fmt.Sprintf(":%d", 1024+random.IntN(60000))
	}
	now := clock(random)
	client, err := tencentfaceid.New(tencentfaceid.Config{
		Credentials: func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: s.ID, KeySecret: s.Key, Token: s.Token}, nil
		},
		HTTP: idverify.HTTP{BaseURL: base, Clock: func() time.Time { return now }, Client: &http.Client{Transport: s}},
	})
	if err != nil {
		return nil, err
	}
	photo := append([]byte("\xff\xd8\xff\xda\x00\x02"), word(random, letters, random.IntN(20_000))...)
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name: name(random), IDNumber: idverifytest.Match().IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(append(photo, "\xff\xd9"...)))},
	})
	if err != nil {
		return nil, err
	}
	if !res.Passed() || s.Timestamp != fmt.Sprint(now.Unix()) || s.SentToken != s.Token {
		return nil, fmt.Errorf("not what was asked for: %v", res)
	}
	return s, nil
}

// RoundTrip records the request, and answers with a pass.
func (s *sent) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.Body, s.URL, s.Host = body, r.URL.String(), r.URL.Host
	s.ContentType, s.Signed = r.Header.Get("Content-Type"), r.Header.Get("Authorization")
	s.Timestamp, s.SentToken = r.Header.Get("X-TC-Timestamp"), r.Header.Get("X-TC-Token")
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader(`{"Response":{"Sim":91,"Result":"Success","RequestId":"r"}}`)),
	}, nil
}
