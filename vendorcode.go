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
	// Repeatable says that the same call may be sent to the same vendor again
	// without risk of paying twice: it was refused before it was processed,
	// or is documented as free.
	Repeatable bool `json:"repeatable"`
	// Note explains the row in English, NoteZH in Chinese.
	Note   string `json:"note"`
	NoteZH string `json:"note_zh"`
}
