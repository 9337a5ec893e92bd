package idverify_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// stillServer answers every request with the same bytes and allocates nothing
// while it does, so that what is counted is the SDK's.
func stillServer(tb testing.TB, answers map[string]string) (base string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = listener.Close() })
	whole := make(map[string][]byte, len(answers))
	for path, answer := range answers {
		whole[path] = []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer))
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go serveStill(c, whole)
		}
	}()
	return "http://" + listener.Addr().String()
}

func serveStill(c net.Conn, answers map[string][]byte) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		_, target, _ := bytes.Cut(line, []byte(" "))
		target, _, _ = bytes.Cut(target, []byte(" "))
		target, _, _ = bytes.Cut(target, []byte("?"))
		answer := answers[string(target)]
		length := 0
		for {
			header, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(header) <= 2 {
				break
			}
			if name, value, _ := bytes.Cut(header, []byte(": ")); string(name) == "Content-Length" {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
		}
		if _, err := in.Discard(length); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

func providersAt(tb testing.TB, base string) map[string]idverify.Provider {
	lf, err := linkface.New(linkface.Config{BaseURL: base, APIID: "EXAMPLE", APISecret: "EXAMPLE"})
	require.NoError(tb, err)
	bd, err := baiduv4.New(baiduv4.Config{BaseURL: base, APIKey: "EXAMPLE", SecretKey: "EXAMPLE"})
	require.NoError(tb, err)
	tc, err := tencent.New(tencent.Config{BaseURL: base, AppID: "1250000000", SecretID: "EXAMPLE", SecretKey: "EXAMPLE"})
	require.NoError(tb, err)
	return map[string]idverify.Provider{"linkface": lf, "baiduv4": bd, "tencent": tc}
}

var stillAnswers = map[string]string{
	"/identity/liveness_idnumber_verification": `{"request_id":"EXAMPLE","status":"OK","verify_score":0.91,"hack_score":0.01,"liveness_data_id":"EXAMPLE"}`,
	"/oauth/2.0/token":                         `{"access_token":"24.EXAMPLE.2592000.1","expires_in":2592000}`,
	"/rest/2.0/face/v4/mingjing/verify":        `{"log_id":1234567890,"result":{"score":95.5,"liveness_score":0.99,"spoofing_score":0.0001,"verify_status":0}}`,
	"/face/idcardcompare":                      `{"data":{"similarity":90.5,"session_id":"EXAMPLE"},"code":0,"message":"OK"}`,
}

// pictureOf is a JPEG of the size, made of the test picture and padding.
func pictureOf(tb testing.TB, size int) []byte {
	tb.Helper()
	face, err := os.ReadFile("testdata/face.jpg")
	require.NoError(tb, err)
	return append(face, make([]byte, max(0, size-len(face)))...)[:size]
}

func requestFor(tb testing.TB, size int) *idverify.Request {
	media := idverify.Bytes(pictureOf(tb, size))
	return &idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Evidence: []idverify.Evidence{
		linkface.Capture(media), idverify.Photo(media)}}
}

func BenchmarkProvider(b *testing.B) {
	base := stillServer(b, stillAnswers)
	for name, p := range providersAt(b, base) {
		for _, size := range []int{1 << 10, 100 << 10, 1 << 20, 2 << 20} {
			b.Run(fmt.Sprint(name, "/", size), func(b *testing.B) {
				req := requestFor(b, size)
				_, err := p.Verify(b.Context(), req)
				require.NoError(b, err)
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					res, err := p.Verify(b.Context(), req)
					if err != nil || !res.Passed() {
						b.Fatal(err, res)
					}
				}
			})
		}
	}
}
