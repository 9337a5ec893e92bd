package volcengine

import (
	"bytes"
	"slices"

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

// isMeasured reports whether there is a score or a threshold above zero. Neither is
// there without a comparison.
func (c *compared) isMeasured() bool {
	return c.Score.IsMeasured() || slices.ContainsFunc(c.Thresholds.Steps(), func(step idverify.FARStep) bool { return step.Threshold > 0 })
}

type subCode struct {
	Code    exchange.Text   `json:"status_code"`
	Message exchange.Remark `json:"status_message"`
}

type units struct {
	isNoObject bool
	Value      exchange.Score `json:"value"`
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

// UnmarshalJSON reads an object. One of the vendor's pages calls it a boolean.
func (u *units) UnmarshalJSON(text []byte) error {
	type fields units
	switch string(text) {
	case "null", `""`, "[]":
		return nil
	}
	u.isNoObject = text[0] != '{'
	return ifObject(text, (*fields)(u))
}

// isUnclear reports whether units are there that do not say how many.
func (u units) isUnclear() bool {
	value := u.Value.Pointer()
	return u.isNoObject || u.Value.IsMalformed() || value != nil && *value < 0
}

// UnmarshalJSON refuses what is no object: an error of the gateway may be in it.
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

// billed is what the answer itself says of its price: 1 unit or 0. Where two places
// differ, it is charged for; it is free only where no place says something else.
func (a *answer) billed() idverify.Billed {
	isFree, isUnclear := false, false
	for _, u := range []units{a.Data.Units, a.Data.OtherUnits} {
		value := u.Value.Pointer()
		if value != nil && *value > 0 {
			return idverify.BilledYes
		}
		isFree = isFree || value != nil
		isUnclear = isUnclear || u.isUnclear()
	}
	if isFree && !isUnclear {
		return idverify.BilledNo
	}
	return idverify.BilledUnknown
}
