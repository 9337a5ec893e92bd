package canary_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// Each of these leaked once.

// The cause of an error keeps headers and the beginning of an answer; here that is an
// access token.
// Holds P-DATA-2.
func TestRegression_TruncatedAnswerIsNotInError(t *testing.T) {
	w := newWorld(t)
	a := tokened()
	w.standIn.Inject(a.Tokens.Endpoint, idverifytest.Truncated())
	req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
	_, err := a.provider(t, w.at(a.vendor)).Verify(t.Context(), req)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.NotNil(t, e.Err)
	for _, verb := range verbs {
		w.heard("an error's cause in an unexported field", sprint(verb, struct{ cause error }{e.Err}))
	}
	w.still("an error's cause", e.Err)
}

func TestRegression_ClientByValuePrintsNoSecret(t *testing.T) {
	for _, a := range few {
		w := newWorld(t)
		client, err := idverify.New([]idverify.Provider{a.provider(t, w.at(a.vendor))}, w.options(a.vendor)...)
		require.NoError(t, err)
		req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
		req.IdempotencyKey = "question-1"
		_, err = client.Verify(t.Context(), req)
		require.NoError(t, err)
		// The outlets of the hooks are in use, so only verbs are tried that do not
		// follow pointers to them.
		for _, verb := range pointerVerbs {
			w.heard("a Client in an unexported field", sprint(verb, struct{ client idverify.Client }{*client}))
		}
	}
	w := newWorld(t)
	client, err := idverify.New([]idverify.Provider{accounts[0].provider(t, w.at(accounts[0].vendor))},
		idverify.WithResultStore(resultStore{w.outlets}, []byte(storeSecret)))
	require.NoError(t, err)
	for _, verb := range verbs {
		w.heard("a Client in an unexported field", sprint(verb, struct{ client idverify.Client }{*client}))
	}
}

// Subject is behind a pointer that fmt follows for a bad verb.
// Holds P-DATA-1.
func TestRegression_SubjectInUnexportedField(t *testing.T) {
	req := idverify.Request{Name: echoName, IDNumber: echoNumber}
	subject, err := req.Subject()
	require.NoError(t, err)
	for _, verb := range verbs {
		text := sprint(verb, struct{ last idverify.Subject }{subject}) + sprint(verb, struct{ last *idverify.Subject }{&subject})
		assert.NotContains(t, text, echoNumber)
		assert.NotContains(t, text, echoName)
	}
}

// An encoder that does not use MarshalJSON reads the fields, unless there is a
// MarshalText or a MarshalBinary.
// Holds P-DATA-1.
func TestRegression_RequestAndReplyInXMLAndGob(t *testing.T) {
	shownWith := plantMaterial(newOutlets())
	silent := map[string]any{}
	for _, a := range accounts {
		_, cfg, err := a.Make(vendors.Account{Keys: a.Keyed(configMark)})
		require.NoError(t, err)
		silent[a.vendor+".Config"] = cfg
		for name, sample := range a.Samples("MARK", idverifytest.Photo()) {
			if _, tells := a.Reveals[name]; tells {
				silent[name] = sample
			}
		}
		for _, s := range a.shown(shownWith) {
			silent["request("+s.EvidenceKind()+")"] = idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: []idverify.Evidence{s.Evidence}}
			if strings.HasPrefix(s.EvidenceKind(), a.vendor) { // the root's evidence has no fields for an encoder
				silent[s.EvidenceKind()] = s.Evidence
			}
		}
	}
	for want, v := range silent {
		text, err := xml.Marshal(v)
		require.NoError(t, err, want)
		var out bytes.Buffer
		require.NoError(t, gob.NewEncoder(&out).Encode(v))
		for _, said := range []string{string(text), out.String()} {
			assert.Contains(t, said, want)
			for _, mark := range []string{echoName, echoNumber, configMark, "MARK", urlFile, captureID, idverifytest.SealedKey} {
				assert.NotContains(t, said, mark)
			}
		}
	}
	text, err := xml.Marshal(&idverify.Result{Code: idverify.CodeMatch, Reply: struct{ Words string }{ownWords}})
	require.NoError(t, err)
	assert.NotContains(t, string(text), ownWords)
	text, err = xml.Marshal(&idverify.Error{Code: idverify.CodeUnknown, Reply: struct{ Words string }{ownWords}, Err: &tellingError{URL: ownWords}})
	require.NoError(t, err)
	assert.NotContains(t, string(text), ownWords)
}

// Secrets can overlap: a name can be part of a key.
// Holds P-DATA-3.
func TestRegression_ShortNameInsideKey(t *testing.T) {
	e := newEcho(t, accounts[0])
	e.shaped(accounts[0].Repeats["error"], 0)
	key := accounts[0].secrets()[1]
	e.say = key
	req := &idverify.Request{Name: key[8:12], IDNumber: echoNumber, Evidence: accounts[0].evidence(e.material)}
	_, err := e.verify("error", t.Context(), accounts[0].provider(t, reach{baseURL: e.server.URL}), req)
	var said *idverify.Error
	require.ErrorAs(t, err, &said)
	assert.Equal(t, "[hidden] [hidden]", said.VendorMessage.Reveal())
}

// whoseRequestIDIs is an error of a vendor with this request id.
func whoseRequestIDIs(t *testing.T, id string) (*echo, error) {
	e := newEcho(t, accounts[0])
	e.shaped(accounts[0].Repeats["unlisted"], 0)
	e.say = id
	req := &idverify.Request{Name: echoName, IDNumber: echoNumber, Evidence: accounts[0].evidence(e.material)}
	p := accounts[0].provider(t, reach{baseURL: e.server.URL})
	_, err := p.Verify(t.Context(), req)
	require.Error(t, err)
	e.heard("provider", fmt.Sprint(p))
	return e, err
}

// 18 characters are valid base64 without padding, and look like an id.
// Holds P-DATA-3.
func TestRegression_RequestIDIsEncodedNumber(t *testing.T) {
	for _, before := range []string{"", "T", "TI"} {
		number := before + echoNumber
		for _, spelling := range []string{
			base64.RawStdEncoding.EncodeToString([]byte(number)), base64.RawURLEncoding.EncodeToString([]byte(number)),
			fmt.Sprintf("%x", number), fmt.Sprintf("%X", number), "TID-" + fmt.Sprintf("%x", number),
		} {
			e, err := whoseRequestIDIs(t, spelling)
			e.failure("an error", err)
			var said *idverify.Error
			require.ErrorAs(t, err, &said)
			assert.Equal(t, "[hidden]", said.RequestID)
			assert.Equal(t, "[hidden]", said.VendorCode)
		}
	}
}

// 17 digits reveal the number, because the last one can be computed. So do all digits
// in groups.
// Holds P-DATA-3.
func TestRegression_RequestIDRevealsNumber(t *testing.T) {
	for _, id := range []string{
		echoNumber[:17], "TID-" + echoNumber[1:], "110105-19000107-008x", "1101:0519:0001", echoNumber[:9],
		base64.RawURLEncoding.EncodeToString([]byte(echoName)), fmt.Sprintf("TID%x", echoName[:9]), accounts[0].secrets()[1][1:],
	} {
		e, err := whoseRequestIDIs(t, id)
		e.plant(vendorsWords, id) // stays in the Reply's reason
		e.failure("an error", err)
		var said *idverify.Error
		require.ErrorAs(t, err, &said)
		assert.Equal(t, "[hidden]", said.RequestID, id)
		assert.Equal(t, "[hidden]", said.VendorCode, id)
	}
}

// An encoder with other tags reads the fields of a cause, which may be a user's type.
// Holds P-DATA-1.
func TestRegression_CauseAndReplyAreNotEncoded(t *testing.T) {
	for _, kind := range []reflect.Type{reflect.TypeFor[idverify.Error](), reflect.TypeFor[idverify.Result](), reflect.TypeFor[idverify.Attempt]()} {
		left := 0
		for i := range kind.NumField() {
			field := kind.Field(i)
			if field.Type.Kind() != reflect.Interface {
				continue
			}
			left++
			for _, encoding := range []string{"json", "xml", "yaml"} {
				assert.Equal(t, "-", field.Tag.Get(encoding), "%s.%s", kind, field.Name)
			}
		}
		assert.NotZero(t, left, kind)
	}
}

// Holds P-DATA-2.
func TestRegression_JournalErrorChainHasNoPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), fileMark)
	_, err := batch.OpenFileJournal(filepath.Join(dir, "absent"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NotEmpty(t, chain(err))
	for _, cause := range chain(err) {
		assert.NotContains(t, cause.Error(), fileMark)
		var inPath *fs.PathError
		assert.False(t, errors.As(cause, &inPath))
	}
}
