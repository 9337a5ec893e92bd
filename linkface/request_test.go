package linkface_test

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

// sent is a request as the standard library reads it.
type sent struct {
	fields map[string]string
	names  []string
	file   *multipart.Part
	bytes  []byte
}

// recording returns a client whose vendor records its requests.
func recording(t *testing.T) (*linkface.Client, *sent) {
	t.Helper()
	got := &sent{fields: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Equal(t, "/identity/liveness_idnumber_verification", r.URL.Path)
		assert.Empty(t, r.URL.RawQuery, "credentials belong into the form")
		assert.Empty(t, r.TransferEncoding)
		assert.Positive(t, r.ContentLength)
		mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		assert.NoError(t, err)
		assert.Equal(t, "multipart/form-data", mediaType)
		readParts(t, multipart.NewReader(r.Body, params["boundary"]), got)
		_, _ = io.WriteString(w, fixture(t, "ok.json"))
	}))
	t.Cleanup(server.Close)
	return newClient(t, func(cfg *linkface.Config) { cfg.HTTP.BaseURL = server.URL }), got
}

func readParts(t *testing.T, parts *multipart.Reader, got *sent) {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return
		}
		if !assert.NoError(t, err) {
			return
		}
		content, err := io.ReadAll(part)
		assert.NoError(t, err)
		got.names = append(got.names, part.FormName())
		if part.FileName() != "" {
			got.file, got.bytes = part, content
			continue
		}
		got.fields[part.FormName()] = string(content)
	}
}

func credentialsAnd(more map[string]string) map[string]string {
	want := map[string]string{"api_id": apiID, "api_secret": apiSecret, "name": name, "id_number": number}
	for k, v := range more {
		want[k] = v
	}
	return want
}

func TestRequest_CaptureIsSentAsFile(t *testing.T) {
	c, got := recording(t)
	capture := []byte("protobuf\x00\r\n--\xff")
	_, err := c.Verify(t.Context(), request(linkface.Capture(idverify.Bytes(capture))))
	require.NoError(t, err)
	assert.Equal(t, credentialsAnd(nil), got.fields)
	assert.Equal(t, []string{"api_id", "api_secret", "name", "id_number", "liveness_data_file"}, got.names)
	assert.Equal(t, capture, got.bytes)
	assert.Equal(t, "application/octet-stream", got.file.Header.Get("Content-Type"))
}

func TestRequest_CaptureURLIsSentAsField(t *testing.T) {
	c, got := recording(t)
	_, err := c.Verify(t.Context(), request(linkface.CaptureURL("https://media.example/c?sign=a%2Bb")))
	require.NoError(t, err)
	assert.Equal(t, credentialsAnd(map[string]string{"liveness_data_url": "https://media.example/c?sign=a%2Bb"}), got.fields)
	assert.Nil(t, got.file)
}

func TestRequest_CaptureIDIsSentAsField(t *testing.T) {
	c, got := recording(t)
	_, err := c.Verify(t.Context(), request(linkface.CaptureID("0123abcd")))
	require.NoError(t, err)
	assert.Equal(t, credentialsAnd(map[string]string{"liveness_data_id": "0123abcd"}), got.fields)
	assert.Nil(t, got.file)
}

func TestRequest_SendsFirstAcceptedEvidenceOnly(t *testing.T) {
	c, got := recording(t)
	_, err := c.Verify(t.Context(), request(
		idverify.Photo(idverify.File("never-opened.jpg")),
		linkface.CaptureID("first"), linkface.CaptureURL("https://media.example/second")))
	require.NoError(t, err)
	assert.Equal(t, credentialsAnd(map[string]string{"liveness_data_id": "first"}), got.fields)
}

func TestRequest_NameAndNumberAreFolded(t *testing.T) {
	c, got := recording(t)
	req := request()
	req.Name, req.IDNumber = "　阿迪力•买买提 ", "１１０１０５１９０００１０１００１ｘ"
	_, err := c.Verify(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "阿迪力·买买提", got.fields["name"])
	assert.Equal(t, number, got.fields["id_number"])
}

func TestRequest_UncheckedNumberIsUnchanged(t *testing.T) {
	c, got := recording(t)
	req := request()
	req.IDNumber, req.SkipIDNumberCheck = " 110105190001010000 ", true
	_, err := c.Verify(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "110105190001010000", got.fields["id_number"])
}

// Evidence that is invalid for every vendor is tested elsewhere with all of them;
// the field name is this vendor's.
func TestRequest_InvalidEvidenceNamesItsField(t *testing.T) {
	c, transport := answering(t, http.StatusOK, fixture(t, "ok.json"))
	for name, ev := range map[string]idverify.Evidence{
		"photo":         idverify.Photo(idverify.Bytes([]byte("x"))),
		"empty file":    linkface.Capture(idverify.Bytes(nil)),
		"zero evidence": linkface.CaptureEvidence{},
		"id":            linkface.CaptureID("   "),
		"URL":           linkface.CaptureURL("ftp://media.example/x"),
	} {
		res, err := c.Verify(t.Context(), request(ev))
		assert.Equal(t, "Evidence", requireError(t, res, err).Field, name)
	}
	assert.Zero(t, transport.GetTotalCallCount())
}
