package idverify

import "encoding/json"

// checkFields is Check without its methods.
type checkFields Check

// verdictFields is Check for a vendor's verdict, which has no threshold and perhaps
// no score: it leaves zero fields out. A reader would take a 0 for a number.
type verdictFields struct {
	Kind       CheckKind  `json:"kind"`
	DecidedBy  DecidedBy  `json:"decided_by"`
	Value      *float64   `json:"value,omitempty"`
	Scale      Scale      `json:"scale,omitzero"`
	Direction  Direction  `json:"direction,omitempty"`
	Normalized float64    `json:"normalized,omitempty"`
	Comparator Comparator `json:"comparator,omitempty"`
	Threshold  float64    `json:"threshold,omitempty"`
	Passed     bool       `json:"passed"`
	Margin     float64    `json:"margin,omitempty"`
	FAR        *float64   `json:"far,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (c Check) MarshalJSON() ([]byte, error) {
	if c.DecidedBy == DecidedByVendor {
		return json.Marshal(verdictFields(c))
	}
	c.DecidedBy = c.DecidedBy.known()
	return json.Marshal(checkFields(c))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (c *Check) UnmarshalJSON(text []byte) error {
	var read checkFields
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	read.DecidedBy = read.DecidedBy.known()
	*c = Check(read)
	return nil
}
