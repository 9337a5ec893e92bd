package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/idverify/idverify/idverifytest"
)

// attacker is one attacking connection.
type attacker struct {
	net.Conn
	random *rand.Rand
	token  string // Baidu's access token
}

// attack is something that no client should send.
type attack struct {
	name string
	send func(*attacker) error
}

const (
	linkfacePath = "/linkface/identity/liveness_idnumber_verification"
	baiduPath    = "/baiduv4/rest/2.0/face/v4/mingjing/verify"
	tokenPath    = "/baiduv4/oauth/2.0/token"
	tencentPath  = "/tencent/face/idcardcompare"

	multipart = "multipart/form-data; boundary=b"
	plainForm = "application/x-www-form-urlencoded"
	jsonText  = "application/json"
)

var attacks = []attack{
	{"4,000 parts", func(a *attacker) error {
		return a.post(linkfacePath, multipart, "", "--b\r\nContent-Disposition: form-data; name=\"f%d\"\r\n\r\nx\r\n", "--b--\r\n", 4000)
	}},
	{"4,000 parts for Tencent", func(a *attacker) error {
		return a.post(tencentPath, multipart, "", "--b\r\nContent-Disposition: form-data; name=\"f%d\"; filename=\"f\"\r\n\r\n"+strings.Repeat("x", 1000)+"\r\n", "--b--\r\n", 4000)
	}},
	{"a part with 10 MB of headers", func(a *attacker) error {
		return a.post(linkfacePath, multipart, "--b\r\n", "a%d: b\r\n", "\r\n\r\n--b--\r\n", 1_000_000)
	}},
	{"a part with one header of 10 MB", func(a *attacker) error {
		return a.post(linkfacePath, multipart, "--b\r\nA: ", strings.Repeat("x", 10_000), "\r\n\r\n\r\n--b--\r\n", 1000)
	}},
	{"a text of 20 MB in a part", func(a *attacker) error {
		return a.post(linkfacePath, multipart, "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n", strings.Repeat("x", 20_000), "\r\n--b--\r\n", 1000)
	}},
	{"a picture of 32 MB in JSON", func(a *attacker) error {
		return a.post(baiduPath+a.query(), jsonText, `{"image":"`, strings.Repeat("AAAA", 4<<10), `"}`, 2000)
	}},
	{"a name of 32 MB in JSON", func(a *attacker) error {
		return a.post(baiduPath+a.query(), jsonText, `{"name":"`, strings.Repeat("\\u4e2d", 4<<10), `"}`, 1300)
	}},
	{"a million brackets", func(a *attacker) error {
		return a.post(baiduPath, jsonText, "", strings.Repeat("[", 1000), "", 1000)
	}},
	{"a million members", func(a *attacker) error {
		return a.post(baiduPath, jsonText, "{", `"m%d":0,`, `"m":0}`, 1_000_000)
	}},
	{"a million items", func(a *attacker) error {
		return a.post(tencentPath, jsonText, `{"url":[`, "1,", "1]}", 1_000_000)
	}},
	{"a member's name of 10 MB", func(a *attacker) error {
		return a.post(baiduPath, jsonText, `{"`, strings.Repeat("x", 10_000), `":0}`, 1000)
	}},
	{"a number of 10 MB", func(a *attacker) error {
		return a.post(baiduPath, jsonText, `{"n":1`, strings.Repeat("0", 10_000), `}`, 1000)
	}},
	{"a million fields", func(a *attacker) error {
		return a.post(tokenPath, plainForm, "", "f%d=1&", "", 1_000_000)
	}},
	{"a field of 20 MB", func(a *attacker) error {
		return a.post(tokenPath, plainForm, "client_id=", strings.Repeat("%41", 5000), "", 1300)
	}},
	{"a field's name of 10 MB", func(a *attacker) error {
		return a.post(linkfacePath, plainForm, "", strings.Repeat("x", 10_000), "=", 1000)
	}},
	{"more than any limit", func(a *attacker) error {
		return a.chunked(tencentPath, multipart, bytes.Repeat([]byte("x"), 64<<10), 1500)
	}},
	{"a body for nobody", func(a *attacker) error {
		return a.post("/nobody", jsonText, "", strings.Repeat("x", 10_000), "", 3000)
	}},
	{"2,300 headers", func(a *attacker) error { return a.get("/", "", many("%03x:\r\n", 2300)) }},
	{"a header of 1 MB", func(a *attacker) error { return a.get("/", "", "A: "+strings.Repeat("x", 1<<20)+"\r\n") }},
	{"3,000 parameters", func(a *attacker) error { return a.get(baiduPath, "?"+many("%x&", 3000), "") }},
	{"records with long texts", func(a *attacker) error {
		for range 50 {
			if err := a.longRecord(); err != nil {
				return err
			}
		}
		return nil
	}},
	{"strangers to bill", func(a *attacker) error {
		for range 50 {
			if err := a.stranger(); err != nil {
				return err
			}
		}
		return nil
	}},
	{"answers that nobody reads", func(a *attacker) error {
		person := idverifytest.Match()
		body := fmt.Sprintf(`{"name":%q,"id_card_number":%q,"app":"ios","sec_level":"lite","skey":"s","x_device_id":"x","data":"d"}`, person.Name, person.IDNumber)
		for range 500 {
			if err := a.head(baiduPath+a.query(), jsonText, len(body)); err != nil {
				return err
			}
			if _, err := io.WriteString(a, body); err != nil {
				return err
			}
		}
		time.Sleep(time.Second)
		return nil
	}},
	{"a head that does not end", func(a *attacker) error {
		for range 10 {
			if _, err := io.WriteString(a, "G"); err != nil {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
		return nil
	}},
	{"a body that does not come", func(a *attacker) error {
		if err := a.head(baiduPath, jsonText, 30<<20); err != nil {
			return err
		}
		_, err := io.WriteString(a, `{"image":"`+strings.Repeat("A", 100_000))
		time.Sleep(500 * time.Millisecond)
		return err
	}},
	{"a client that waits for leave to send", func(a *attacker) error {
		_, err := fmt.Fprintf(a, "POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n", linkfacePath)
		time.Sleep(500 * time.Millisecond)
		return err
	}},
	{"silence", func(*attacker) error {
		time.Sleep(500 * time.Millisecond)
		return nil
	}},
	{"noise", func(a *attacker) error {
		noise := make([]byte, 1<<20)
		for i := range noise {
			noise[i] = byte(a.random.Uint32())
		}
		_, err := a.Write(noise)
		return err
	}},
}

// many repeats a pattern with numbers.
func many(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, i)
	}
	return b.String()
}

func (a *attacker) query() string { return "?access_token=" + a.token }

func (a *attacker) head(path, contentType string, length int) error {
	_, err := fmt.Fprintf(a, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", path, contentType, length)
	return err
}

// post sends first, then n times again, then last, and reads the answer. A %d in
// again becomes a number.
func (a *attacker) post(path, contentType, first, again, last string, n int) error {
	block := again
	numbered := strings.Contains(again, "%d")
	if numbered {
		block = strings.Replace(again, "%d", "0000000", 1)
	}
	if err := a.head(path, contentType, len(first)+n*len(block)+len(last)); err != nil {
		return err
	}
	out := bufio.NewWriterSize(a, 64<<10)
	_, _ = out.WriteString(first)
	for i := range n {
		if numbered {
			block = strings.Replace(again, "%d", fmt.Sprintf("%07d", i), 1)
		}
		if _, err := out.WriteString(block); err != nil {
			return err
		}
	}
	_, _ = out.WriteString(last)
	if err := out.Flush(); err != nil {
		return err
	}
	return a.answer()
}

// chunked sends a block n times, in a body of unknown length.
func (a *attacker) chunked(path, contentType string, block []byte, n int) error {
	if _, err := fmt.Fprintf(a, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", path, contentType); err != nil {
		return err
	}
	for range n {
		if _, err := fmt.Fprintf(a, "%x\r\n%s\r\n", len(block), block); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(a, "0\r\n\r\n"); err != nil {
		return err
	}
	return a.answer()
}

func (a *attacker) get(path, query, headers string) error {
	if _, err := fmt.Fprintf(a, "GET %s%s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, query, headers); err != nil {
		return err
	}
	return a.answer()
}

func (a *attacker) answer() error {
	answer, err := http.ReadResponse(bufio.NewReader(a), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// longRecord sends a request that takes the most room in the stand-in's record.
func (a *attacker) longRecord() error {
	text := fmt.Sprintf("%0240d", a.random.Int64())
	headers := "Content-Type: " + text + "\r\n"
	for i := range 95 {
		headers += fmt.Sprintf("X%02d%s:\r\n", i, text[140:])
	}
	if _, err := fmt.Fprintf(a, "GET /%s HTTP/1.1\r\nHost: %s\r\n%s\r\n", text, text, headers); err != nil {
		return err
	}
	return a.answer()
}

// stranger asks about a new person, for which Baidu charges.
func (a *attacker) stranger() error {
	number := fmt.Sprintf("1101051900%02d%02d%03d", 1+a.random.IntN(12), 1+a.random.IntN(28), a.random.IntN(1000))
	number = fmt.Sprintf("11%04d", a.random.IntN(10000)) + number[6:]
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(number[i]-'0') * w
	}
	number += string("10X98765432"[sum%11])
	body := fmt.Sprintf(`{"name":"测试","id_card_number":%q,"image_type":"FACE_TOKEN","image":%q}`, number, idverifytest.FaceToken)
	if err := a.head(baiduPath+a.query(), jsonText, len(body)); err != nil {
		return err
	}
	if _, err := io.WriteString(a, body); err != nil {
		return err
	}
	return a.answer()
}
