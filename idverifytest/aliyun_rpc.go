package idverifytest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"hash"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// aliyunRPC checks the older signature, which covers every parameter of query and
// form, in sorted order. Clients write a form in that order, so a picture is
// digested while it arrives and not kept; a parameter out of order makes the
// signature fail.
type aliyunRPC struct {
	method string
	params map[string]string // all but the picture of a form
	pair   []byte            // the pair being read
	kept   int
	broken bool // more than may be kept

	mac       hash.Hash // from the picture on
	before    int       // number of parameters before the picture
	inPicture bool
	escape    []byte // an incomplete escape sequence of the picture
	pending   []byte // bytes of the picture not yet in mac
}

// aliyunHolds is what such a form may keep in addition to the texts of its fields.
const aliyunHolds = maxTexts

func newAliyunRPC(c *call) *aliyunRPC {
	a := &aliyunRPC{method: c.r.Method, params: map[string]string{}}
	for name, values := range c.query {
		a.params[name] = values[0]
	}
	return a
}

func (a *aliyunRPC) wantsXML() bool { return !strings.EqualFold(a.params["Format"], "JSON") }

func (a *aliyunRPC) Write(p []byte) (int, error) {
	for _, b := range p {
		switch {
		case b == '&':
			a.endPair()
		case a.inPicture:
			a.digest(b)
		case a.broken:
		default:
			a.pair = append(a.pair, b)
			if a.kept++; a.kept > aliyunHolds {
				a.broken = true
			}
			if b == '=' && string(a.pair) == aliyunPicture+"=" && a.mac == nil {
				a.beginPicture()
			}
		}
	}
	return len(p), nil
}

func (a *aliyunRPC) endPair() {
	if a.inPicture {
		a.inPicture = false
		a.mac.Write(a.pending)
		a.pending = nil
	} else if name, value, _ := strings.Cut(string(a.pair), "="); name != "" {
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		a.broken = a.broken || errName != nil || errValue != nil
		a.params[name] = value
	}
	a.pair = a.pair[:0]
}

// names are the names of the signed parameters before or after the picture, or all.
func (a *aliyunRPC) names(take func(name string) bool) []string {
	all := slices.Sorted(maps.Keys(a.params))
	return slices.DeleteFunc(all, func(name string) bool { return name == "Signature" || !take(name) })
}

func (a *aliyunRPC) signed(names []string) string {
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, percent(percent(name)+"="+percent(a.params[name])))
	}
	return strings.Join(pairs, "%26")
}

func isBeforePicture(name string) bool { return name < aliyunPicture }

// start begins the digest. The key id is known by then: its name sorts among the
// first.
func (a *aliyunRPC) start() {
	at := slices.IndexFunc(aliyunKeys, func(k aliyunKey) bool { return k.id == a.params["AccessKeyId"] })
	secret := ""
	if at >= 0 {
		secret = aliyunKeys[at].secret
	}
	a.mac = hmac.New(sha1.New, []byte(secret+"&"))
	a.mac.Write([]byte(a.method + "&%2F&"))
}

func (a *aliyunRPC) beginPicture() {
	a.start()
	names := a.names(isBeforePicture)
	a.before, a.inPicture = len(names), true
	text := a.signed(names)
	if text != "" {
		text += "%26"
	}
	a.mac.Write([]byte(text + aliyunPicture + "%3D"))
}

// digest takes one byte of the picture as encoded in the form.
func (a *aliyunRPC) digest(b byte) {
	switch {
	case len(a.escape) > 0 || b == '%':
		if a.escape = append(a.escape, b); len(a.escape) < 3 {
			return
		}
		plain, ok := hexDigits(a.escape[1:])
		a.broken = a.broken || !ok
		a.escape, b = a.escape[:0], byte(plain)
	case b == '+':
		b = ' '
	}
	if isUnreserved(b) {
		a.pending = append(a.pending, b)
	} else {
		a.pending = append(a.pending, percent(percent(string([]byte{b})))...)
	}
	if len(a.pending) >= 4<<10 {
		a.mac.Write(a.pending)
		a.pending = a.pending[:0]
	}
}

// sum returns the expected signature, or "" when no signature can be right.
func (a *aliyunRPC) sum() string {
	a.endPair()
	if a.broken || len(a.escape) > 0 {
		return ""
	}
	if a.mac == nil {
		a.start()
		a.mac.Write([]byte(a.signed(a.names(func(string) bool { return true }))))
	} else {
		if len(a.names(isBeforePicture)) != a.before {
			return ""
		}
		a.mac.Write([]byte("%26" + a.signed(a.names(func(name string) bool { return name > aliyunPicture }))))
	}
	return base64.StdEncoding.EncodeToString(a.mac.Sum(nil))
}

func (a *aliyunRPC) refuses(c *call) (word, message string) {
	want := a.sum()
	p := a.params
	_, word = aliyunKeyOf(p["AccessKeyId"], p["SecurityToken"])
	method := ""
	if p["SignatureMethod"] != "HMAC-SHA1" || p["SignatureVersion"] != "1.0" {
		method = "InvalidSignatureMethod"
	}
	unsigned := ""
	if p["Signature"] == "" {
		unsigned = "IncompleteSignature"
	}
	word = aliyunFirst(aliyunAction(p["Action"], p["Version"]), word, method, unsigned, aliyunTimely(c.server, p["Timestamp"]))
	switch {
	case word != "":
		return word, ""
	case want == "" || !hmac.Equal([]byte(want), []byte(p["Signature"])):
		// The vendor's own message repeats every parameter.
		return "SignatureDoesNotMatch", "Specified signature does not match our calculation."
	}
	return aliyunNonceWord(c.server, p["SignatureNonce"]), ""
}
