package idverify

import "fmt"

// Billed says whether a vendor charges for a call, according to its documents.
type Billed int8

const (
	// BilledUnknown: the documents do not say, or no answer came back.
	BilledUnknown Billed = iota
	// BilledNo: not charged, because it was never sent or is documented as free.
	BilledNo
	// BilledYes: documented as charged.
	BilledYes
)

var billedTexts = [...]string{BilledUnknown: "unknown", BilledNo: "no", BilledYes: "yes"}

// String is "unknown", "no" or "yes".
func (b Billed) String() string {
	if b < 0 || int(b) >= len(billedTexts) {
		return billedTexts[BilledUnknown]
	}
	return billedTexts[b]
}

// MarshalText gives String.
func (b Billed) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what MarshalText writes, and refuses anything else.
func (b *Billed) UnmarshalText(text []byte) error {
	for i, t := range billedTexts {
		if t == string(text) {
			*b = Billed(i)
			return nil
		}
	}
	return fmt.Errorf("idverify: billed must be yes, no or unknown")
}
