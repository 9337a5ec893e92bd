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

	"github.com/idverify/idverify/internal/proof/vendors"
)

const asStillServer = "IDVERIFY_TEST_STILL_SERVER"

// stillServer is a separate process, so that only the SDK's allocations are counted
// in this one. It answers with a pass; large answers contain a picture of that many
// bytes. trust is nil without TLS.
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
		_ = stdin.Close() // the process ends when its input is closed
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

// TestStillServerProcess is that process, not a test.
func TestStillServerProcess(t *testing.T) {
	var secure bool
	var picture int
	if _, err := fmt.Sscanf(os.Getenv(asStillServer), "%t %d", &secure, &picture); err != nil {
		t.Skip("for stillServer")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	base := "http://" + listener.Addr().String()
	certified := httptest.NewTLSServer(nil) // used only for its certificate
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

// stillAnswers are passes by each vendor's path below its base URL.
func stillAnswers(picture int) map[string][]byte {
	whole := map[string][]byte{}
	add := func(path, answer string) {
		whole[path] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
	}
	for _, v := range vendors.All() {
		answer := v.Scored(nil)
		if picture > 0 && v.Picture != "" {
			answer = fmt.Sprintf(`{%q:"%s",%s`, v.Picture, strings.Repeat("A", picture), answer[1:])
		}
		add("/"+v.Name+v.Path, answer)
		if v.Tokens != nil {
			add("/"+v.Name+v.Tokens.Path, v.Tokens.Says("24.EXAMPLE.2592000.1"))
		}
	}
	return whole
}
