package idverify

import "encoding/json"

// CodeRow is one row of a vendor's code table: what the vendor says and
// what it means here. Each vendor's package lists its rows with its function
// Codes.
type CodeRow struct {
	// VendorCode is the vendor's own code or status, for example "-5803".
	VendorCode string `json:"vendor_code"`
	// VendorReason narrows the row to one reason text or value that comes with the
	// code. A row without a reason holds for all that have no row of their own.
	VendorReason string `json:"vendor_reason,omitempty"`
	// HTTPStatus is the status that the documents give, 0 where they give none.
	HTTPStatus int `json:"http_status,omitempty"`
	// Code is the code in this package's vocabulary.
	Code Code `json:"code"`
	// Billed is what the vendor's documents say.
	Billed Billed `json:"billed"`
	// Delivery says how far a request came that got this code: DeliveryRefused
	// when the vendor turned it away before it looked at the person,
	// DeliveryUnanswered when a gateway of the vendor's may have lost the answer.
	// "" counts as DeliveryAnswered.
	Delivery Delivery `json:"delivery"`
	// Note explains the row in English, NoteZH in Chinese.
	Note   string `json:"note"`
	NoteZH string `json:"note_zh"`
}

// Repeatable reports whether the same call may be sent to the same vendor again
// without paying twice, by the rule of [Error.Repeatable].
func (v CodeRow) Repeatable() bool { return isRepeatable(v.Code, v.delivery(), v.Billed) }

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
