// Command requests prints a thousand random requests as the package aliyun signs
// them, to compare with the vendor's own signer: a line with the seed, and then one
// JSON object per line. It sends nothing.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

const seed, requests = 20190307, 1000

// signed is a request that was sent, and the key that signed it.
type signed struct {
	Method  string            `json:"method"`
	Query   map[string]string `json:"query"`
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"`
	ID      string            `json:"id"`
	Secret  string            `json:"secret"`
	Name    string            `json:"name"`
}

// RoundTrip records a request instead of sending it.
func (s *signed) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.Method, s.Body = r.Method, body
	s.Query, s.Headers = map[string]string{}, map[string]string{"host": r.URL.Host}
	for name, values := range r.URL.Query() {
		s.Query[name] = values[0]
	}
	for name, values := range r.Header {
		s.Headers[strings.ToLower(name)] = values[0]
	}
	return nil, io.EOF
}

func main() {
	random := rand.New(rand.NewPCG(seed, seed))
	fmt.Printf("seed %d\n", seed)
	out := json.NewEncoder(os.Stdout)
	for range requests {
		s, err := one(random)
		if err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(s); err != nil {
			log.Fatal(err)
		}
	}
}

func one(random *rand.Rand) (*signed, error) {
	s := &signed{ID: "LTAI" + text(random), Secret: text(random), Name: name(random)}
	token := ""
	if random.IntN(3) == 0 {
		s.ID, token = "STS."+text(random), text(random)+"/+=="
	}
	at := moment(random)
	client, err := aliyun.New(aliyun.Config{
		Credentials: func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: s.ID, KeySecret: s.Secret, Token: token}, nil
		},
		SceneID: fmt.Sprint(1 + random.Int64N(1e17)),
		Model:   []aliyun.Model{aliyun.FrontCamera, aliyun.RearCamera, aliyun.NoLiveness}[random.IntN(3)],
		Crop:    random.IntN(2) == 0,
		HTTP: idverify.HTTP{
			BaseURL: hosts[random.IntN(len(hosts))],
			Client:  &http.Client{Transport: s},
			Clock:   func() time.Time { return at },
		},
	})
	if err != nil {
		return nil, err
	}
	people := idverifytest.Persons()
	photo := append([]byte("EXAMPLE"), make([]byte, random.IntN(300))...)
	for i := range photo[7:] {
		photo[7+i] = byte(random.Uint32())
	}
	_, err = client.Verify(context.Background(), &idverify.Request{
		Name: s.Name, IDNumber: people[random.IntN(len(people))].IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(photo))},
	})
	if s.Body == nil { // otherwise the error is only the missing answer
		return nil, err
	}
	return s, nil
}

// hosts are with and without a port; one is behind a proxy that removes a path.
var hosts = []string{
	"https://cloudauth.aliyuncs.com", "https://cloudauth.cn-shanghai.aliyuncs.com", "https://cloudauth.aliyuncs.com:8443",
	"http://127.0.0.1:45613", "http://[::1]:8080", "https://gateway.example/aliyun",
}

// planes are ranges of Chinese characters.
var planes = [][2]rune{{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x30000, 0x3134A}}

func name(random *rand.Rand) string {
	var runes []rune
	for range 2 + random.IntN(6) {
		plane := planes[random.IntN(len(planes))]
		runes = append(runes, plane[0]+rune(random.IntN(int(plane[1]-plane[0])+1)))
	}
	if random.IntN(4) == 0 {
		runes = append(runes, '·', '阿')
	}
	return string(runes)
}

// text is random text for keys.
func text(random *rand.Rand) string {
	const letters = "EXAMPLEexample0123456789"
	all := []byte("EXAMPLE")
	for range 10 + random.IntN(20) {
		all = append(all, letters[random.IntN(len(letters))])
	}
	return string(all)
}

// moment is within two seconds of midnight, in UTC or in Beijing, or any time.
func moment(random *rand.Rand) time.Time {
	day := time.Date(2026, 1, 1+random.IntN(400), 0, 0, 0, 0, time.UTC)
	switch random.IntN(3) {
	case 0:
		return day.Add(time.Duration(random.IntN(5)-2) * time.Second)
	case 1:
		return day.Add(16*time.Hour + time.Duration(random.IntN(5)-2)*time.Second).In(time.FixedZone("Beijing", 8*60*60))
	}
	return day.Add(time.Duration(random.Int64N(int64(24 * time.Hour))))
}
