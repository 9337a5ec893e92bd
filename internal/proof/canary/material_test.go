package canary_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// material is the evidence of a face. All of it is planted.
type material struct {
	photo, capture idverify.Media
	picture        []byte
	url, id        string
}

const (
	pictureMark = "EXAMPLE-picture-axolotl-7731"
	captureMark = "EXAMPLE-capture-pangolin-2209"
	urlUser     = "EXAMPLE-user-tapir-4417"
	urlPassword = "EXAMPLE-password-caracal-9130"
	urlFile     = "EXAMPLE-face-of-somebody-5582.jpg"
	captureID   = "EXAMPLE-capture-id-bilby-6604"
)

func plantMaterial(o *outlets) *material {
	picture := markedPicture()
	capture := append(idverifytest.Capture(), captureMark...)
	m := &material{
		photo: idverify.Bytes(picture), capture: idverify.Bytes(capture), picture: picture,
		url: "https://" + urlUser + ":" + urlPassword + "@media.example.invalid/" + urlFile,
		id:  captureID,
	}
	o.plant("the picture", pictureMark, pieces(picture)...)
	o.plant("the capture", captureMark, pieces(capture)...)
	o.plant("a URL's user", urlUser)
	o.plant("a URL's password", urlPassword)
	o.plant("a URL's file", urlFile)
	o.plant("a URL", m.url)
	o.plantKey("a capture's id", m.id)
	for _, a := range accounts {
		for _, f := range a.Forms {
			for _, text := range f.Known {
				o.plantKey("a text instead of a picture", text)
			}
		}
	}
	return m
}

// markedPicture is the stand-in's picture with a comment, as cameras write them: a
// vendor reads it like any other.
func markedPicture() []byte {
	photo := idverifytest.Photo()
	comment := append([]byte{0xFF, 0xFE, 0, byte(len(pictureMark) + 2)}, pictureMark...)
	return slices.Concat(photo[:2], comment, photo[2:])
}

// pieces are 12 bytes from several places of a file.
func pieces(file []byte) []string {
	var found []string
	for i := 1; i < 5; i++ {
		at := len(file) * i / 5
		found = append(found, string(file[at:at+12]))
	}
	return found
}

// outcome records a result and an error, and everything that can be reached from
// them.
func (o *outlets) outcome(where string, res *idverify.Result, err error) {
	if res != nil {
		o.result(where+", result", res)
	}
	o.failure(where+", error", err)
	var e *idverify.Error
	if errors.As(err, &e) {
		o.stored(where+", error", e, new(idverify.Error))
		o.attempts(where, e.Attempts)
		o.still(where+", vendor's message", e.VendorMessage)
	}
	var reply any
	switch {
	case res != nil:
		reply = res.Reply
	case e != nil:
		reply = e.Reply
	}
	if reply != nil {
		o.reply(where+", reply", reply)
	}
}

func (o *outlets) result(where string, res *idverify.Result) {
	o.still(where, res)
	o.still(where+", vendor's message", res.VendorMessage)
	o.stored(where, res, new(idverify.Result))
	o.attempts(where, res.Attempts)
	for _, check := range res.Checks {
		o.still(where+", check", check)
	}
}

func (o *outlets) attempts(where string, attempts []idverify.Attempt) {
	for _, a := range attempts {
		o.still(where+", attempt", a)
		o.failure(where+", attempt's error", a.Err)
		o.stored(where+", attempt", a, new(idverify.Attempt))
	}
}

// reply records a vendor's own reply, and the values of our types in it.
func (o *outlets) reply(where string, reply any) {
	o.still(where, reply)
	fields := reflect.ValueOf(reply).Elem()
	for i := range fields.NumField() {
		field := fields.Type().Field(i)
		if field.IsExported() && strings.HasPrefix(field.Type.PkgPath(), "github.com/idverify/") {
			o.still(where+", "+field.Name, fields.Field(i).Interface())
		}
	}
}

// stored writes a value as JSON, reads it back and records the result.
func (o *outlets) stored(where string, v, back any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, back)
	}
	o.heard(where+", stored", string(text))
	o.failure(where+", stored", err)
	for _, verb := range verbs {
		o.hear(source{where + ", read back, " + verb, verb == "%p"}, fmt.Sprintf(verb, back))
	}
}
