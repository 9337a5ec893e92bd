package wire_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const asStillServer = "IDVERIFY_TEST_STILL_SERVER"

// stillServer is a process of its own, so that what is counted in this one is
// the SDK's alone. It answers with a pass, and large answers carry a picture of
// that many bytes. trust is nil without TLS.
func stillServer(tb testing.TB, secure bool, picture int) (base string, trust *tls.Config) {
	tb.Helper()
	server := exec.Command(os.Args[0], "-test.run", "^TestStillServerProcess$")
	server.Env = append(os.Environ(), fmt.Sprintf("%s=%t %d", asStillServer, secure, picture))
	stdin, err := server.StdinPipe()
	require.NoError(tb, err)
	stdout, err := server.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, server.Start())
	tb.Cleanup(func() {
		_ = stdin.Close() // it ends when nobody is there any more
		_ = server.Wait()
	})
	var certificate []byte
	_, err = fmt.Fscanf(stdout, "%s %x\n", &base, &certificate)
	require.NoError(tb, err)
	if secure {
		parsed, err := x509.ParseCertificate(certificate)
		require.NoError(tb, err)
		trust = &tls.Config{RootCAs: x509.NewCertPool()}
		trust.RootCAs.AddCert(parsed)
	}
	return base, trust
}

// TestStillServerProcess is no test: it is that process.
func TestStillServerProcess(t *testing.T) {
	var secure bool
	var picture int
	if _, err := fmt.Sscanf(os.Getenv(asStillServer), "%t %d", &secure, &picture); err != nil {
		t.Skip("for stillServer")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	base := "http://" + listener.Addr().String()
	certified := httptest.NewTLSServer(nil) // for its certificate only
	certified.Close()
	if secure {
		base = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, &tls.Config{Certificates: certified.TLS.Certificates})
	}
	fmt.Printf("%s %x\n", base, certified.Certificate().Raw)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = listener.Close()
	}()
	answers := stillAnswers(picture)
	for {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		go serveStill(c, answers)
	}
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

// stillAnswers are a pass at each vendor.
func stillAnswers(picture int) map[string][]byte {
	answers := map[string]string{
		"/identity/liveness_idnumber_verification": `{"request_id":"TID00000000000000000000000000000001","status":"OK","verify_score":0.91,"hack_score":0.01,"liveness_data_id":"00000000000000000000000000000002"}`,
		"/oauth/2.0/token":                         `{"access_token":"24.EXAMPLE.2592000.1","expires_in":2592000}`,
		"/rest/2.0/face/v4/mingjing/verify":        `{"log_id":1234567890,"result":{"score":95.5,"liveness_score":0.99,"spoofing_score":0.0001,"verify_status":0}}`,
		"/face/idcardcompare":                      `{"data":{"similarity":90.5,"session_id":""},"code":0,"message":"OK"}`,
	}
	whole := make(map[string][]byte, len(answers))
	for path, answer := range answers {
		if picture > 0 && path == "/rest/2.0/face/v4/mingjing/verify" {
			answer = `{"dec_image":"` + strings.Repeat("A", picture) + `",` + answer[1:]
		}
		whole[path] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
	}
	return whole
}
