package idverify

import "strings"

// Delivery says how far a request got on its way to a vendor. It decides whether
// the request was sent, whether it may have been billed without an answer, and
// whether it may be repeated: see the methods Sent, Ambiguous and Repeatable of
// [Error] and [Attempt].
//
// In an Error or Attempt, "" and any text that is not one of the four values count
// as DeliveryUnanswered, the safe side. A [Client] returns only the four values.
type Delivery string

const (
	// DeliveryNotSent: the request was not completely written to the socket, so no
	// vendor can have worked on it. It is never billed.
	DeliveryNotSent Delivery = "not_sent"
	// DeliveryRefused: the request was rejected before anybody looked at the
	// person: a rate limit, a refused account or signature, a gateway.
	DeliveryRefused Delivery = "refused"
	// DeliveryAnswered: the vendor answered about the request.
	DeliveryAnswered Delivery = "answered"
	// DeliveryUnanswered: the request was sent and no readable answer came back. It
	// may have been billed.
	DeliveryUnanswered Delivery = "unanswered"
)

// deliveries are the four values, worst first.
var deliveries = [...]Delivery{DeliveryUnanswered, DeliveryAnswered, DeliveryRefused, DeliveryNotSent}

// rank is the index in deliveries.
func (d Delivery) rank() int {
	for i, known := range deliveries {
		if d == known {
			return i
		}
	}
	return 0
}

// known is d, or DeliveryUnanswered when d is not one of the four values.
func (d Delivery) known() Delivery { return deliveries[d.rank()] }

// words is the value as part of a sentence: "not sent", "refused" and so on.
func (d Delivery) words() string { return strings.ReplaceAll(string(d.known()), "_", " ") }

// worst is the worse of two deliveries, in the order unanswered, answered,
// refused, not_sent.
func worst(a, b Delivery) Delivery { return deliveries[min(a.rank(), b.rank())] }

func isSent(d Delivery) bool      { return d.known() != DeliveryNotSent }
func isAmbiguous(d Delivery) bool { return d.known() == DeliveryUnanswered }

// isRepeatable reports whether the same call may go to the same vendor again
// without paying twice: the failure passes by itself, and the request was not sent,
// was refused before anybody looked, or was answered and is documented as free. An
// unreadable answer counts as passing by itself when nobody worked on the request.
func isRepeatable(code Code, delivery Delivery, billed Billed) bool {
	transient := code.Advice() == AdviceTryLater
	switch delivery.known() {
	case DeliveryNotSent:
		return transient || code == CodeBadResponse
	case DeliveryRefused:
		return (transient || code == CodeBadResponse) && billed != BilledYes
	case DeliveryAnswered:
		return transient && billed == BilledNo
	}
	return false
}

// billedFor returns billed, or BilledNo for a request that was not sent.
func billedFor(delivery Delivery, billed Billed) Billed {
	if delivery == DeliveryNotSent {
		return BilledNo
	}
	return billed
}

// derived holds what follows from a Delivery. JSON includes it for readers in other
// languages. JSON written before Delivery existed has only this.
type derived struct {
	Sent       *bool `json:"sent"`
	Ambiguous  *bool `json:"ambiguous"`
	Repeatable *bool `json:"repeatable"`
}

func derive(sent, ambiguous, repeatable bool) derived {
	return derived{&sent, &ambiguous, &repeatable}
}

// delivery returns the value that was read, or derives it from older JSON. Older
// JSON called requests unsent that a vendor may have seen, so it is never read as
// DeliveryNotSent.
func (d derived) delivery(read Delivery, billed Billed) Delivery {
	is := func(b *bool) bool { return b != nil && *b }
	switch {
	case read != "":
		return read.known()
	case is(d.Ambiguous), d.Sent == nil:
		return DeliveryUnanswered
	case !*d.Sent, is(d.Repeatable) && billed != BilledNo:
		return DeliveryRefused
	}
	return DeliveryAnswered
}
