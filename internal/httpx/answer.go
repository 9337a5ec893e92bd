package httpx

import (
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
)

// readAnswer reads everything up to a limit, which counts decompressed bytes if the
// answer is compressed although that was not requested.
func readAnswer(raw *http.Response, limit int64) ([]byte, error) {
	switch codings := codingsOf(raw.Header); {
	case len(codings) == 0:
		return readBounded(raw.Body, raw.ContentLength, limit)
	case len(codings) > 1 || codings[0] != "gzip":
		return nil, errPacked
	}
	unpacked, err := gzip.NewReader(raw.Body)
	switch {
	case errors.Is(err, gzip.ErrHeader), err == io.EOF:
		return nil, errPacked
	case err != nil:
		return nil, err
	}
	return readBounded(unpacked, -1, limit)
}

// packings are the registered content codings by name. Servers also send "utf-8",
// "none" or "binary" for uncompressed content.
var packings = map[string]string{
	"gzip": "gzip", "x-gzip": "gzip",
	"br": "br", "zstd": "zstd", "deflate": "deflate", "compress": "compress", "x-compress": "compress",
	"dcb": "dcb", "dcz": "dcz", "exi": "exi", "pack200-gzip": "pack200-gzip", "aes128gcm": "aes128gcm",
}

// codingsOf returns the answer's content codings in the order in which they were
// applied. Only a single one is supported, so at most two are returned.
func codingsOf(h http.Header) (codings []string) {
	for _, line := range h.Values("Content-Encoding") {
		for name := range strings.SplitSeq(line, ",") {
			if packing := packings[strings.ToLower(strings.TrimSpace(name))]; packing != "" && len(codings) < 2 {
				codings = append(codings, packing)
			}
		}
	}
	return codings
}

// presize limits what is allocated because of a Content-Length header alone. Once
// that many bytes have arrived, the header is trusted.
const presize = 256 << 10

// readBounded reads everything, or fails once there are more than limit bytes. With
// an error it also returns what was read so far.
func readBounded(r io.Reader, announced, limit int64) ([]byte, error) {
	size := int64(4 << 10)
	if announced >= 0 {
		size = min(announced, limit, math.MaxInt64-1) + 1 // one more byte, so that EOF is found without growing
	}
	buf := make([]byte, 0, min(size, presize))
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return buf, errTooLarge
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, err
		}
		if len(buf) == cap(buf) {
			more := max(size-int64(len(buf)), int64(len(buf)))
			grown := make([]byte, len(buf), len(buf)+int(min(more, limit-int64(len(buf))+1))) // exactly this many; append would allocate more
			copy(grown, buf)
			buf = grown
		}
	}
}
