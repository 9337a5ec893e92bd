package exchange

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestFindText_ReadsUpToTheBreak(t *testing.T) {
	for content, want := range map[string]string{
		`{"request_id":"T1","status":"OK","sco`:               "T1",
		`{"a":{"request_id":"inner"},"request_id":17,"x":`:    "17",
		`{"a":["request_id","b"],"request_id":"T2"} trailing`: "T2",
		`{"x":"request_id","request_id":"T3"`:                 "T3",
		`{"a":["x","request_id","b"],"request_id":"T4"}`:      "T4",
		`{"a":{"k":"request_id","b":1},"request_id":"T5"}`:    "T5",
		`{"request_id":`:          "",
		`{"request_id":{"a":1}}`:  "",
		`<html>request_id</html>`: "",
		``:                        "",
		`["request_id","x"]`:      "",
	} {
		assert.Equal(t, want, findText([]byte(content), "request_id"), content)
	}
	assert.Empty(t, findText([]byte(`{"":"T"}`), ""), "a vendor without such a field")
}

// JSON is read whatever content type a proxy gives it, unless it is called HTML.
func TestDecode_ContentTypeOnlyTellsHTML(t *testing.T) {
	for contentType, page := range map[string]bool{
		"": false, "application/json": false, "application/json;charset=UTF-8": false, "text/plain; charset=utf-8": false, "application/json; charset": false,
		"image/jpeg": false, "application/octet-stream": false, ";": false, "application/xml": false, "none": false,
		"text/html": true, "text/html; charset=utf-8": true, "TEXT/HTML ;;": true, "application/xhtml+xml": true,
	} {
		c := answered(http.StatusOK)
		c.response.Header, c.response.Body = http.Header{"Content-Type": {contentType}}, []byte(`{"a":"x"}`)
		var reply struct {
			A Text `json:"a"`
		}
		err := c.Decode(&reply)
		assert.Equal(t, page, err != nil, contentType)
		assert.Equal(t, !page, reply.A == "x", contentType)
	}
}

// Holds P-PASS-7.
func TestDecode_IgnoresByteOrderMark(t *testing.T) {
	for content, id := range map[string]string{
		"\ufeff{\"id\":\"r2\"}": "r2", "\ufeff\ufeff \r\n\ufeff {\"id\":\"r2\"}\n": "r2",
		"{\"id\":\ufeff\"r2\"}": "", "{\"id\":\"r2\"}\ufeff": "", "\ufeff": "", "\ufeff<html>": "", "\xfe\xff{\"id\":\"r2\"}": "",
	} {
		c := answered(http.StatusOK)
		c.response.Body = []byte(content)
		var reply struct {
			ID Text `json:"id"`
		}
		assert.Equal(t, id == "", c.Decode(&reply) != nil, "%q", content)
		assert.Equal(t, id, string(reply.ID), "%q", content)
	}
	assert.Equal(t, "r2", findText([]byte("\ufeff{\"id\":\"r2\",\"broken"), "id"))
}

func TestTable_FindsMostSpecificRow(t *testing.T) {
	table := NewTable([]idverify.CodeRow{
		{VendorCode: "E", VendorReason: "It doesn’t work", Code: idverify.CodeNoFace},
		{VendorCode: "E", Code: idverify.CodeUnknown},
		{VendorCode: "F", VendorReason: "r", Code: idverify.CodePoorPhoto},
	})
	find := func(code string, reasons ...string) idverify.Code {
		row, ok := table.Find(code, reasons...)
		if !ok {
			return ""
		}
		return row.Code
	}
	assert.Equal(t, idverify.CodeNoFace, find("E", "IT DOESN'T WORK "))
	assert.Equal(t, idverify.CodeNoFace, find("E", "", "It doesn’t work"))
	assert.Equal(t, idverify.CodeUnknown, find("E", "something new"))
	assert.Equal(t, idverify.CodeUnknown, find("E"))
	assert.Equal(t, idverify.CodePoorPhoto, find("F", "r"))
	assert.Empty(t, find("F", "other"), "a row with a reason covers no other reason")
	assert.Empty(t, find("G"))

	table.Rows()[0].Code = idverify.CodeMatch
	assert.Equal(t, idverify.CodeNoFace, find("E", "It doesn’t work"), "rows are returned as copies")
}

func TestTable_RefusesDuplicateRows(t *testing.T) {
	row := idverify.CodeRow{VendorCode: "E", Code: idverify.CodeUnknown}
	assert.Panics(t, func() { NewTable([]idverify.CodeRow{row, row}) })
	for _, impossible := range []idverify.CodeRow{
		{VendorCode: "E"},
		{VendorCode: "E", Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo},
		{VendorCode: "E", Code: idverify.CodeNetwork, Delivery: "lost"},
		{VendorCode: "E", Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledYes},
		{VendorCode: "E", Code: idverify.CodeNetwork, Delivery: idverify.DeliveryUnanswered, Billed: idverify.BilledNo},
		{VendorCode: "E", Code: idverify.CodeFaceMismatch, Delivery: idverify.DeliveryRefused},
		{VendorCode: "E", Code: idverify.CodeVendorUnavailable, NoRepeat: true},
	} {
		assert.Panics(t, func() { NewTable([]idverify.CodeRow{impossible}) }, "%v", impossible)
	}
	lost := []idverify.CodeRow{{VendorCode: "E", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}}
	assert.Equal(t, lost, NewTable(lost).Rows())
	assert.Equal(t, idverify.DeliveryAnswered, NewTable([]idverify.CodeRow{row}).Rows()[0].Delivery)
}

func TestDecode_NamesFaultAndKeepsRequestID(t *testing.T) {
	for content, want := range map[string]string{
		``:                            "the answer is empty",
		" \n":                         "the answer is empty",
		`<html>`:                      "a page of HTML instead of an answer",
		`null`:                        "the answer is not a JSON object",
		`[{"id":"r2"}]`:               "the answer is not a JSON object",
		`{"id":"r2","a":`:             "the answer is not the JSON that the vendor documents",
		`{"id":"r2","a":{}}`:          "the answer is not the JSON that the vendor documents",
		`{"id":"r2"}{"id":"r2"}`:      "the answer is not the JSON that the vendor documents",
		`{"id":"r2","a":"x","A":"y"}`: "the answer has the same field twice",
	} {
		c := answered(http.StatusOK)
		c.RequestIDField, c.requestID, c.response.Body = "id", "", []byte(content)
		var reply struct {
			A Text `json:"a"`
		}
		e := asError(t, nil, c.Decode(&reply))
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		assert.Equal(t, want, e.Detail, content)
		assert.Equal(t, strings.HasPrefix(content, `{"id"`), e.RequestID == "r2", content)
		assert.True(t, e.Ambiguous())
	}
	c := answered(http.StatusOK)
	c.response.Header, c.response.Body = http.Header{"Content-Type": {"text/html"}}, []byte(`{}`)
	assert.Equal(t, "a page of HTML instead of an answer", asError(t, nil, c.Decode(&struct{}{})).Detail)
}

// Under HTTP 429 a page was not worked on. An object may be the vendor's answer, even with
// the content type of a page.
func TestDecode_ObjectUnderStatusOfRefusalMayBeBilled(t *testing.T) {
	for content, refused := range map[string]bool{`<html>`: true, ``: true, `busy`: true, `{"score":90}`: false, " \ufeff{\"score\":90": false} {
		for _, kind := range []string{"text/html", "application/xhtml+xml; charset=utf-8"} {
			c := answered(http.StatusTooManyRequests)
			c.response.Header, c.response.Body = http.Header{"Content-Type": {kind}}, []byte(content)
			e := asError(t, nil, c.Decode(&struct{}{}))
			assert.Equal(t, []bool{refused, !refused}, []bool{e.Repeatable(), e.MayHaveCost()}, content)
		}
	}
}

// A request id may be deep in an answer, or in a header.
func TestDecode_ReadsRequestIDByPath(t *testing.T) {
	for content, want := range map[string]string{
		`{"Response":{"Sim":1,"RequestId":"R-1","Result":"Suc`:                                     "R-1",
		`{"RequestId":"top","Response":{"Error":{"RequestId":"deeper"},"RequestId":7,`:             "7",
		`{"Response":{"Response":{"RequestId":"deeper"}},`:                                         "",
		`{"Other":{"RequestId":"R-1"},`:                                                            "",
		`{"Response":[{"RequestId":"R-1"}],`:                                                       "",
		`{"Response":"RequestId","RequestId":"R-1",`:                                               "",
		`{"Response":{"RequestId":{"RequestId":"R-1"}},`:                                           "",
		`{"Other":[{"Response":{"RequestId":"a"}}],"Response":{"x":{},"RequestId":"R-2"}} garbage`: "R-2",
		`{"Response":{"RequestId":"R-1`:                                                            "",
	} {
		assert.Equal(t, want, findText([]byte(content), "Response.RequestId"), content)
	}
	assert.Equal(t, "x", findText([]byte(`{"a":{"b":{"c":"x"`), "a.b.c"))

	for header, want := range map[string]string{"": "r2", "H-1": "r2"} {
		c := signing(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Request-Id", header) })
		c.Vendor.RequestIDHeader = "X-Request-Id"
		require.NoError(t, c.Send(t.Context(), signedRequest(t)))
		foreign := asError(t, nil, c.Decode(&struct{}{}))
		assert.Equal(t, header, foreign.RequestID, "from an unreadable answer")
		c.SetRequestID("r2")
		assert.Equal(t, want, c.id(), "the id in the answer comes before the header")
		gone, leave := context.WithCancel(t.Context())
		leave()
		assert.Empty(t, asError(t, nil, c.Send(gone, signedRequest(t))).RequestID, "there was no answer")
	}
}
