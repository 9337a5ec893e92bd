//go:build acme

package idverifytest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
)

// acmeRequest is a request to Acme.
type acmeRequest struct {
	vendor      *vendor
	root        *node
	contentType string
	refuse      string // the code for an invalid signature, or empty
}

// readAcme digests the body while it reads it.
func readAcme(c *call) request {
	hash := sha256.New()
	c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, hash))
	req := acmeRequest{vendor: c.vendor, root: c.readJSON("Image")}
	req.contentType, _, _ = mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	keys := stateOf[*acmeKeys](c.server, Acme)
	req.refuse = keys.enter(c.server.now(), c.r, hex.EncodeToString(hash.Sum(nil)))
	return req
}

func (q acmeRequest) person() *node { return q.root.at("Request").at("Person") }

func (q acmeRequest) subject() string { return q.person().at("Number").text() }

func (q acmeRequest) judge(s *Server) reply {
	trace := q.root.at("Trace").text()
	if q.refuse != "" {
		return acmeError(q.refuse, trace)
	}
	name := q.person().at("Name").text()
	if !q.isWhole() || trace == "" || !validName(name) || !validNumber(q.subject()) {
		return acmeError("Request.Invalid", trace)
	}
	who := q.vendor.whoIs(name, q.subject())
	if code := q.unfit(); code != "" && !who.unseen() {
		return acmeError(code, trace)
	}
	a := acmePeople[who]
	if who == personMatch {
		a.similarity = s.scoresOfMatch(q.vendor).Similarity
	}
	if a.code != "" {
		rep := acmeError(a.code, trace)
		rep.billed = a.billed
		return rep
	}
	rep := acmeReply(http.StatusOK, "OK", trace, map[string]any{"Verdict": a.verdict, "Similarity": a.similarity})
	rep.billed = a.billed
	return rep
}

// isWhole reports whether the request has the members that it needs, each once, and
// no others.
func (q acmeRequest) isWhole() bool {
	inner := q.root.at("Request")
	for _, level := range []struct {
		of    *node
		names []string
	}{
		{q.root, []string{"Trace", "Request"}}, {inner, []string{"Person", "Face"}},
		{inner.at("Person"), []string{"Name", "Number"}}, {inner.at("Face"), []string{"Image"}},
	} {
		if !level.of.isObject() || level.of.repeated != "" || len(level.of.members) != len(level.names) {
			return false
		}
		for _, name := range level.names {
			if level.of.at(name) == nil {
				return false
			}
		}
	}
	return q.contentType == "application/json"
}

// unfit is the code for what is wrong with the picture.
func (q acmeRequest) unfit() string {
	image := q.root.at("Request").at("Face").at("Image")
	switch {
	case image.kind != jsonString, image.isEmpty(), image.value.notBase64:
		return "Request.Invalid"
	case image.value.decoded > 2<<20, image.value.image.width > 4096, image.value.image.height > 4096:
		return "Image.TooLarge"
	case image.value.image.format == "", image.value.image.cut:
		return "Face.Poor"
	case image.value.image.format != "jpeg" && image.value.image.format != "png":
		return "Image.Format"
	}
	return ""
}
