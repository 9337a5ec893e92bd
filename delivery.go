package idverify

import "strings"

// Delivery says how far a request came on its way to a vendor. What follows from
// it for money is said by [Error.Sent], [Error.Ambiguous] and [Error.Repeatable].
// In an [Error] or [Attempt] anything but the four values, the empty one too,
// counts as DeliveryUnanswered, which is the safe side.
type Delivery string

const (
	// DeliveryNotSent: the request was never wholly written to the socket. No
	// vendor can have worked on it.
	DeliveryNotSent Delivery = "not_sent"
	// DeliveryRefused: it was turned away before anybody looked at the person:
	// too many calls, an account or signature refused, a gateway's limit.
	DeliveryRefused Delivery = "refused"
	// DeliveryAnswered: the vendor answered, whatever it said.
	DeliveryAnswered Delivery = "answered"
	// DeliveryUnanswered: it was sent, and no answer of the vendor's came back
	// that could be read. It may have been billed.
	DeliveryUnanswered Delivery = "unanswered"
)

// deliveries are the four values, the worst for the caller's bill first.
var deliveries = [...]Delivery{DeliveryUnanswered, DeliveryAnswered, DeliveryRefused, DeliveryNotSent}

// rank is the place in deliveries.
func (d Delivery) rank() int {
	for i, known := range deliveries {
		if d == known {
			return i
		}
	}
	return 0
}

// known is d, or DeliveryUnanswered for what is none of the four values.
func (d Delivery) known() Delivery { return deliveries[d.rank()] }

// String is the value in words: "not sent", "refused", "answered" or
// "unanswered".
func (d Delivery) String() string { return strings.ReplaceAll(string(d.known()), "_", " ") }

// Worse is the one of the two that promises less: unanswered, answered, refused,
// not_sent.
func (d Delivery) Worse(other Delivery) Delivery {
	return deliveries[min(d.rank(), other.rank())]
}

// isRepeatable reports whether the same call may go to the same vendor again
// without the risk of paying twice: it failed for a reason that passes by
// itself, and was not sent, was turned away before anybody looked, or was
// answered and is documented as free.
func isRepeatable(code Code, delivery Delivery, billed Billed) bool {
	passes := code.Advice() == AdviceTryLater
	switch delivery.known() {
	case DeliveryNotSent, DeliveryRefused:
		return (passes || code == CodeBadResponse) && billed != BilledYes
	case DeliveryAnswered:
		return passes && billed == BilledNo
	}
	return false
}

// deliveryJSON is what follows from a delivery, for readers in other languages;
// JSON of before has it and no delivery.
type deliveryJSON struct {
	Sent       bool `json:"sent"`
	Ambiguous  bool `json:"ambiguous"`
	Repeatable bool `json:"repeatable"`
}

// delivery is the one that was read, or else what JSON of before says. That
// called a request "not sent" which may have been: it is never read as such.
func (j deliveryJSON) delivery(read Delivery) Delivery {
	switch {
	case read != "":
		return read.known()
	case j.Ambiguous:
		return DeliveryUnanswered
	case j.Sent && !j.Repeatable:
		return DeliveryAnswered
	}
	return DeliveryRefused
}
