package idverifytest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idverifytest"
)

var volcengineNow = time.Date(2026, 1, 2, 0, 0, 5, 0, time.UTC)

// volcengineCall is a request as a client of the vendor's makes it; changes are
// signed, except those made by after.
type volcengineCall struct {
	query, path, date, keyID, secret, token string
	contentType                             string
	signed                                  []string
	body                                    map[string]any
	raw                                     string // instead of body
	after                                   func(*http.Request)
}

func volcengineAbout(p idverifytest.Person) volcengineCall {
	return volcengineCall{
		query: "Action=CertSrcFaceComp&Version=2022-08-31", path: "/volcengine/", date: "20260102T000005Z",
		keyID: idverifytest.VolcengineAccessKeyID, secret: idverifytest.VolcengineSecretAccessKey, contentType: "application/json",
		signed: []string{"content-type", "host", "x-content-sha256", "x-date"},
		body: map[string]any{
			"req_key": "cert_src_face_comp", "idcard_name": p.Name, "idcard_no": p.IDNumber,
			"image": base64.StdEncoding.EncodeToString(idverifytest.Photo()),
		},
	}
}

// ask returns the vendor's code, sub-code and verdict, or the gateway's error, with
// the HTTP status before it.
func (c volcengineCall) ask(s *idverifytest.Server) string {
	body, _ := json.Marshal(c.body)
	if c.raw != "" {
		body = []byte(c.raw)
	}
	r := httptest.NewRequest(http.MethodPost, c.path+"?"+c.query, bytes.NewReader(body))
	r.Host = "visual.volcengineapi.com:443"
	hash := sha256.Sum256(body)
	r.Header.Set("Content-Type", c.contentType)
	r.Header.Set("X-Date", c.date)
	r.Header.Set("X-Content-Sha256", hex.EncodeToString(hash[:]))
	if c.token != "" {
		r.Header.Set("X-Security-Token", c.token)
	}
	head := ""
	for _, name := range c.signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = "visual.volcengineapi.com"
		}
		head += name + ":" + value + "\n"
	}
	names, day := strings.Join(c.signed, ";"), c.date[:min(8, len(c.date))]
	canonical := sha256.Sum256([]byte("POST\n" + c.path + "\n" + c.query + "\n" + head + "\n" + names + "\n" + hex.EncodeToString(hash[:])))
	scope := day + "/cn-north-1/cv/request"
	key := []byte(c.secret)
	for _, part := range []string{day, "cn-north-1", "cv", "request", "HMAC-SHA256\n" + c.date + "\n" + scope + "\n" + hex.EncodeToString(canonical[:])} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	r.Header.Set("Authorization", "HMAC-SHA256 Credential="+c.keyID+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(key))
	if c.after != nil {
		c.after(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var said struct {
		Code int
		Data struct {
			Result *bool
			Base   *struct {
				Code int `json:"status_code"`
			} `json:"algorithm_base_resp"`
			Details *struct{ Score float64 } `json:"source_comp_details"`
			Units   *struct{ Value int }     `json:"req_measure_info"`
		}
		ResponseMetadata struct{ Error struct{ Code string } }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil {
		return err.Error()
	}
	all := []any{w.Code}
	if code := said.ResponseMetadata.Error.Code; code != "" {
		return fmt.Sprint(w.Code, " ", code)
	}
	all = append(all, said.Code)
	if said.Data.Base != nil {
		all = append(all, said.Data.Base.Code)
	}
	if said.Data.Result != nil {
		all = append(all, *said.Data.Result, said.Data.Details.Score)
	}
	if said.Data.Units != nil {
		all = append(all, "units", said.Data.Units.Value)
	}
	return strings.Trim(fmt.Sprint(all), "[]")
}

func volcengineServer(t *testing.T) *idverifytest.Server {
	t.Helper()
	s := idverifytest.New(idverifytest.WithClock(func() time.Time { return volcengineNow }))
	t.Cleanup(s.Close)
	return s
}

func TestVolcengine_People(t *testing.T) {
	s := volcengineServer(t)
	for i, want := range []string{
		"200 10000 0 true 89.25 units 1", "200 10000 210311 false 31.5 units 1", "200 10000 210207 units 0", "200 10000 210205 units 0", "200 10000 210309 units 0",
		"200 10000 0 true 85.5 units 1", "200 10000 0 true 84.5 units 1", "200 10000 210305 units 0", "200 10000 210302 units 1", "200 10000 210306 units 0",
		"429 50429", "400 50400", "500 50501 100001 units 0", "500 50500 100000 units 0", "200 10000 201304 units 0",
		"200 10000 0 true 69.32 units 1", "200 10000 0 true 69.33 units 1", "200 10000 0 false 69.31 units 1",
	} {
		p := idverifytest.Persons()[i]
		before := s.Bill().Total()
		assert.Equal(t, want, volcengineAbout(p).ask(s), p.About)
		assert.Equal(t, strings.HasSuffix(want, "units 1"), s.Bill().Total() > before, p.About)
		host := volcengineAbout(p)
		host.path = "/"
		assert.Equal(t, want, host.ask(s), "by the path alone: %s", p.About)
	}
	assert.Equal(t, "200 10000 210205 units 0", volcengineAbout(idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}).ask(s))
	scores := idverifytest.DefaultScores(idverifytest.Volcengine)
	scores.Similarity = 69.31
	s.SetScores(idverifytest.Volcengine, scores)
	assert.Equal(t, "200 10000 210311 false 69.31 units 1", volcengineAbout(idverifytest.Match()).ask(s))
}

func TestVolcengine_Signatures(t *testing.T) {
	s := volcengineServer(t)
	header := func(name, value string) func(*volcengineCall) {
		return func(c *volcengineCall) { c.after = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	for what, test := range map[string]struct {
		change func(*volcengineCall)
		want   string
	}{
		"right":             {func(*volcengineCall) {}, "200 10000 0 true 89.25 units 1"},
		"temporary":         {temporaryKey, "200 10000 0 true 89.25 units 1"},
		"14 minutes early":  {func(c *volcengineCall) { c.date = "20260101T234605Z" }, "200 10000 0 true 89.25 units 1"},
		"an hour late":      {func(c *volcengineCall) { c.date = "20260101T230005Z" }, "400 InvalidTimestamp"},
		"of the future":     {func(c *volcengineCall) { c.date = "20260102T001506Z" }, "400 InvalidTimestamp"},
		"an invalid date":   {func(c *volcengineCall) { c.date = "2026-01-02" }, "400 InvalidTimestamp"},
		"no date":           {header("X-Date", ""), "400 MissingRequestInfo"},
		"day of another":    {header("X-Date", "20260101T235959Z"), "400 InvalidCredential"},
		"no signature":      {header("Authorization", ""), "401 MissingAuthenticationToken"},
		"other scheme":      {header("Authorization", "Bearer EXAMPLE"), "400 InvalidAuthorization"},
		"empty signature":   {header("Authorization", "HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;x-date, Signature="), "401 MissingSignature"},
		"scope of another":  {header("Authorization", "HMAC-SHA256 Credential=a/20260102/cn-beijing/cv/request, SignedHeaders=host;x-date, Signature=a"), "400 InvalidCredential"},
		"unknown key":       {func(c *volcengineCall) { c.keyID = "AKLTEXAMPLE" }, "401 InvalidAccessKey"},
		"wrong secret":      {func(c *volcengineCall) { c.secret = "RVhBTVBMRQ==" }, "401 SignatureDoesNotMatch"},
		"header changed":    {header("Content-Type", "application/json; x=1"), "401 SignatureDoesNotMatch"},
		"digest of another": {header("X-Content-Sha256", strings.Repeat("0", 64)), "401 SignatureDoesNotMatch"},
		"digest not signed": {func(c *volcengineCall) {
			c.signed = []string{"host", "x-date"}
			c.after = func(r *http.Request) { r.Header.Set("X-Content-Sha256", strings.Repeat("0", 64)) }
		}, "401 SignatureDoesNotMatch"},
		"host not signed":       {func(c *volcengineCall) { c.signed = []string{"x-content-sha256", "x-date"} }, "400 InvalidAuthorization"},
		"date not signed":       {func(c *volcengineCall) { c.signed = []string{"host", "x-content-sha256"} }, "400 InvalidAuthorization"},
		"names not sorted":      {func(c *volcengineCall) { slices.Reverse(c.signed) }, "400 InvalidAuthorization"},
		"only required headers": {func(c *volcengineCall) { c.signed = []string{"host", "x-date"} }, "200 10000 0 true 89.25 units 1"},
		"query changed":         {func(c *volcengineCall) { c.after = func(r *http.Request) { r.URL.RawQuery += "&a=b" } }, "401 SignatureDoesNotMatch"},
		"host changed":          {func(c *volcengineCall) { c.after = func(r *http.Request) { r.Host = "other.example" } }, "401 SignatureDoesNotMatch"},
		"token of another":      {func(c *volcengineCall) { temporaryKey(c); c.token = "STSEXAMPLE" }, "401 InvalidSecretToken"},
		"token not signed":      {func(c *volcengineCall) { temporaryKey(c); c.signed = c.signed[:4] }, "401 InvalidSecretToken"},
		"unneeded token":        {func(c *volcengineCall) { c.token = idverifytest.VolcengineSecurityToken }, "401 InvalidSecretToken"},
		"token missing":         {func(c *volcengineCall) { temporaryKey(c); c.token, c.signed = "", c.signed[:4] }, "401 InvalidSecretToken"},
		"another action":        {func(c *volcengineCall) { c.query = "Action=CVProcess&Version=2022-08-31" }, "404 InvalidActionOrVersion"},
		"another version":       {func(c *volcengineCall) { c.query = "Action=CertSrcFaceComp&Version=2020-08-26" }, "404 InvalidActionOrVersion"},
		"no version":            {func(c *volcengineCall) { c.query = "Action=CertSrcFaceComp" }, "400 MissingParameter"},
		"a port that is signed": {func(c *volcengineCall) { c.after = func(r *http.Request) { r.Host = "visual.volcengineapi.com:8443" } }, "401 SignatureDoesNotMatch"},
	} {
		c := volcengineAbout(idverifytest.Match())
		test.change(&c)
		assert.Equal(t, test.want, c.ask(s), what)
	}
}

func temporaryKey(c *volcengineCall) {
	c.keyID, c.secret, c.token = idverifytest.VolcengineTemporaryKeyID, idverifytest.VolcengineTemporarySecretKey, idverifytest.VolcengineSecurityToken
	c.signed = append(c.signed, "x-security-token")
}

func TestVolcengine_Requests(t *testing.T) {
	s := volcengineServer(t)
	set := func(name string, value any) func(*volcengineCall) {
		return func(c *volcengineCall) { c.body[name] = value }
	}
	photo := base64.StdEncoding.EncodeToString(idverifytest.Photo())
	for what, test := range map[string]struct {
		change func(*volcengineCall)
		want   string
	}{
		"another type":       {func(c *volcengineCall) { c.contentType = "application/x-www-form-urlencoded" }, "400 50200"},
		"no JSON":            {func(c *volcengineCall) { c.raw = "{" }, "400 50200"},
		"a list":             {func(c *volcengineCall) { c.raw = "[]" }, "400 50200"},
		"a member twice":     {func(c *volcengineCall) { c.raw = `{"req_key":"cert_src_face_comp","req_key":"x"}` }, "400 50200"},
		"no req_key":         {set("req_key", nil), "400 50201"},
		"another req_key":    {set("req_key", "cert_src_face"), "400 50400"},
		"a number":           {set("idcard_no", 11010519000101001), "400 50204"},
		"no picture":         {func(c *volcengineCall) { delete(c.body, "image") }, "400 50206"},
		"an empty picture":   {set("image", ""), "200 10000 210304 units 0"},
		"no name":            {set("idcard_name", ""), "200 10000 210203 units 0"},
		"a name of digits":   {set("idcard_name", "12345"), "200 10000 210204 units 0"},
		"no number":          {set("idcard_no", ""), "200 10000 210201 units 0"},
		"a wrong number":     {set("idcard_no", "110105190001019998"), "200 10000 210202 units 0"},
		"a prefix":           {set("image", "data:image/jpeg;base64,"+photo), "200 10000 201302 units 0"},
		"line breaks":        {set("image", photo[:76]+"\n"+photo[76:]), "200 10000 201302 units 0"},
		"base64 cut off":     {set("image", photo[:4001]), "200 10000 201302 units 0"},
		"a picture cut off":  {set("image", photo[:4000]), "200 10000 210302 units 1"},
		"a GIF":              {set("image", base64.StdEncoding.EncodeToString([]byte("GIF89a made-up picture"))), "200 10000 210301 units 1"},
		"more than 10 MB":    {set("image", strings.Repeat("A", 10<<20)), "400 50213"},
		"another URL's text": {set("image", strings.NewReplacer("+", "-", "/", "_").Replace(photo)), "200 10000 201302 units 0"},
	} {
		c := volcengineAbout(idverifytest.Match())
		test.change(&c)
		assert.Equal(t, test.want, c.ask(s), what)
	}
}

func TestVolcengine_Faults(t *testing.T) {
	s := volcengineServer(t)
	for _, test := range []struct {
		fault idverifytest.Fault
		want  string
	}{
		{idverifytest.RateLimited(), "429 50429"}, {idverifytest.QuotaExceeded(), "400 50400"}, {idverifytest.Unavailable(), "500 50500 100000 units 0"},
		{idverifytest.ExpiredToken(), "400 InvalidTimestamp"}, {idverifytest.RevokedToken(), "401 InvalidAccessKey"},
		{idverifytest.VendorError("InternalServiceTimeout"), "504 InternalServiceTimeout"}, {idverifytest.VendorError("LackProjectPolicy"), "403 LackProjectPolicy"},
		{idverifytest.VendorError("50215"), "400 50215"}, {idverifytest.VendorError("201403"), "200 10000 201403 units 0"},
		{idverifytest.VendorError("100001"), "500 50501 100001 units 0"},
	} {
		s.Inject(idverifytest.Volcengine, test.fault)
		assert.Equal(t, test.want, volcengineAbout(idverifytest.Match()).ask(s))
	}
	for _, code := range []string{"", "0", "10000", "7", "1000000", "no code"} {
		assert.Panics(t, func() { s.Inject(idverifytest.Volcengine, idverifytest.VendorError(code)) }, code)
	}
}
