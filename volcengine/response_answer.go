package volcengine

import (
	"bytes"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// answer is the vendor's JSON. The vendor's pages and SDKs disagree on some names
// and places, so some fields are read from several places.
type answer struct {
	Metadata *metadata       `json:"ResponseMetadata"`
	Code     exchange.Text   `json:"code"`
	Status   exchange.Text   `json:"status"`
	Message  exchange.Remark `json:"message"`
	ID       exchange.Remark `json:"request_id"`
	Data     data            `json:"data"`
	Sub      subCode         `json:"algorithm_base_resp"`
	OtherSub subCode         `json:"verify_algorithm_base_resp"`
}

type data struct {
	BytedToken exchange.Remark `json:"byted_token"`
	Result     exchange.Remark `json:"result"`
	Compared   compared        `json:"source_comp_details"`
	Sub        subCode         `json:"algorithm_base_resp"`
	OtherSub   subCode         `json:"verify_algorithm_base_resp"`
	Units      units           `json:"req_measure_info"`
	OtherUnits units           `json:"verify_req_measure_info"`
}

type compared struct {
	Score      exchange.Score `json:"score"`
	Thresholds exchange.Rungs `json:"thresholds"`
}

type subCode struct {
	Code    exchange.Text   `json:"status_code"`
	Message exchange.Remark `json:"status_message"`
}

type units struct {
	Value exchange.Score `json:"value"`
}

// metadata is the gateway's part of the answer.
type metadata struct {
	ID    exchange.Remark `json:"RequestId"`
	Error *gatewayError   `json:"Error"`
}

type gatewayError struct {
	Code    exchange.Text   `json:"Code"`
	Number  exchange.Remark `json:"CodeN"`
	Message exchange.Remark `json:"Message"`
}

// ifObject reads an object. Errors have null instead, and services of this kind
// write an empty object as [] or "".
func ifObject(text []byte, fields any) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil
	}
	return exchange.Fields(text, fields)
}

// UnmarshalJSON treats anything but an object as no data.
func (d *data) UnmarshalJSON(text []byte) error {
	type fields data
	return ifObject(text, (*fields)(d))
}

// UnmarshalJSON treats anything but an object as no comparison.
func (c *compared) UnmarshalJSON(text []byte) error {
	type fields compared
	return ifObject(text, (*fields)(c))
}

// UnmarshalJSON refuses anything that is neither an object nor empty: it may
// contain a no.
func (s *subCode) UnmarshalJSON(text []byte) error {
	type fields subCode
	switch string(text) {
	case "null", `""`, "[]":
		return nil
	}
	return exchange.Fields(text, (*fields)(s))
}

// UnmarshalJSON treats anything but an object as no units.
func (u *units) UnmarshalJSON(text []byte) error {
	type fields units
	return ifObject(text, (*fields)(u))
}

// UnmarshalJSON refuses anything but an object: it may contain a gateway error.
func (m *metadata) UnmarshalJSON(text []byte) error {
	type fields metadata
	return exchange.Fields(text, (*fields)(m))
}

// UnmarshalJSON refuses anything but an object.
func (e *gatewayError) UnmarshalJSON(text []byte) error {
	type fields gatewayError
	return exchange.Fields(text, (*fields)(e))
}

// requestID returns the service's request id, or else the gateway's.
func (a *answer) requestID() string {
	if a.ID == "" && a.Metadata != nil {
		return string(a.Metadata.ID)
	}
	return string(a.ID)
}

// sub returns the sub-code from wherever it is, with an empty Code if there is
// none. ok is false when two places disagree.
func (a *answer) sub() (sub subCode, ok bool) {
	for _, place := range []subCode{a.Data.Sub, a.Data.OtherSub, a.Sub, a.OtherSub} {
		switch {
		case place.Code == "":
		case sub.Code == "":
			sub = place
		case sub.Code != place.Code:
			return sub, false
		}
	}
	return sub, true
}

// billed returns what the answer itself says about its price: 1 unit or 0. If two
// places disagree, it counts as charged.
func (a *answer) billed() idverify.Billed {
	billed := idverify.BilledUnknown
	for _, u := range []units{a.Data.Units, a.Data.OtherUnits} {
		switch value := u.Value.Pointer(); {
		case value == nil || *value < 0:
		case *value > 0:
			billed = idverify.BilledYes
		case billed == idverify.BilledUnknown:
			billed = idverify.BilledNo
		}
	}
	return billed
}
