package idverify

// VendorCode is one row of a vendor's code table: what the vendor says and
// what it means here. Each vendor's package lists its rows with its function
// Codes.
type VendorCode struct {
	// Code is the vendor's own code or status, for example "-5803".
	Code string `json:"code"`
	// Reason narrows the row to one reason text or value that comes with the
	// code. A row without a reason holds for all that have no row of their own.
	Reason string `json:"reason,omitempty"`
	// HTTPStatus is the status that the documents give, 0 where they give none.
	HTTPStatus int `json:"http_status,omitempty"`
	// Meaning is the code in this package's vocabulary.
	Meaning Code `json:"meaning"`
	// Billed is what the vendor's documents say.
	Billed Billed `json:"billed"`
	// Delivery is what the code says of the request: DeliveryRefused where the
	// vendor turned it away before it looked at the person, DeliveryUnanswered
	// where the vendor itself may have lost the answer. Empty is
	// DeliveryAnswered.
	Delivery Delivery `json:"delivery,omitempty"`
	// Note explains the row in English, NoteZH in Chinese.
	Note   string `json:"note"`
	NoteZH string `json:"note_zh"`
}

// Repeatable reports whether the same call may be sent to the same vendor again
// without the risk of paying twice, as [Error.Repeatable] does.
func (v VendorCode) Repeatable() bool {
	return isRepeatable(v.Meaning, v.Reached(), v.Billed)
}

// Reached is Delivery, with DeliveryAnswered for none.
func (v VendorCode) Reached() Delivery {
	if v.Delivery == "" {
		return DeliveryAnswered
	}
	return v.Delivery.known()
}
