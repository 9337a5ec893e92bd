package idverify

import "encoding/json"

// CodeRow is one row of a vendor's code table: what the vendor says and
// what it means here. Each vendor's package lists its rows with its function
// Codes.
type CodeRow struct {
	// VendorCode is the vendor's own code or status, for example "-5803".
	VendorCode string `json:"vendor_code"`
	// VendorReason limits the row to one reason text or value that comes with the
	// code. A row without a reason applies to all reasons that have no row of their
	// own.
	VendorReason string `json:"vendor_reason,omitempty"`
	// HTTPStatus is the documented status, 0 where none is documented.
	HTTPStatus int `json:"http_status,omitempty"`
	// Code is the code in this package's vocabulary.
	Code Code `json:"code"`
	// Billed is what the vendor's documents say about the charge.
	Billed Billed `json:"billed"`
	// Delivery says how far a request with this code got: DeliveryRefused when the
	// vendor rejected it before looking at the person, DeliveryUnanswered when the
	// vendor's own gateway may have lost the answer. "" counts as DeliveryAnswered.
	Delivery Delivery `json:"delivery"`
	// NoRepeat says that a program must not send the same call to this vendor again,
	// although that could not be paid twice: [CodeRow.Repeatable] is then false.
	NoRepeat bool `json:"no_repeat,omitempty"`
	// Note explains the row in English, NoteZH in Chinese.
	Note   string `json:"note"`
	NoteZH string `json:"note_zh"`
}

// Repeatable reports whether the same call may be sent to the same vendor again
// without paying twice, by the rule of [Error.Repeatable].
func (v CodeRow) Repeatable() bool {
	return !v.NoRepeat && isRepeatable(v.Code, v.delivery(), v.Billed)
}

func (v CodeRow) delivery() Delivery {
	if v.Delivery == "" {
		return DeliveryAnswered
	}
	return v.Delivery.known()
}

// MarshalJSON implements [json.Marshaler]. It adds "repeatable".
func (v CodeRow) MarshalJSON() ([]byte, error) {
	type fields CodeRow
	own := fields(v)
	own.Delivery = v.delivery()
	return json.Marshal(struct {
		fields
		Repeatable bool `json:"repeatable"`
	}{own, v.Repeatable()})
}
