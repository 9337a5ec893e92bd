// Package idverify asks vendors whether a face is the person that a name and a
// resident ID number of mainland China identify, and gives the same kind of answer
// for each of them.
//
// A [Request] names the person and carries [Evidence]: a photo, or what a vendor's
// capture SDK recorded. A [Verifier] answers it. Each vendor has a
// package, such as linkface or baiduv4, whose Client verifies with one account of that
// vendor; the [Client] here puts several of them behind one call.
//
// # Three ways out
//
// The person is confirmed: a [*Result] for which [Result.Passed] is true. Another
// decision: a Result whose Code says why not. No decision: an [*Error]. A zero
// Result or Error never counts as a pass. Every [Code] has an [Advice] for a
// program to act on, and [CodeOf] finds the code through any wrapping.
//
// # Scores
//
// Each score stays as the vendor gave it, with the vendor's scale, threshold and
// comparator, in a [Check]. Check.Margin is the distance to the threshold: use it
// for sorting; it is not a probability. A false-accept rate is stated only where
// the vendor published one; [WithMaxFAR] asks for it.
//
// Check.DecidedBy says who set the line between pass and failure: a threshold known
// before the call, a threshold that came with the answer, or the vendor's own
// verdict, which no score overrules.
//
// # Money
//
// Result.Billed and Error.Billed say what the vendor's documents say about the
// charge. [Delivery] says how far a request got. From it follow [Error.Ambiguous]
// (sent, but the answer was lost) and [Error.Repeatable] (can be sent again without
// paying twice).
//
// # Personal data
//
// Nothing that this package prints, logs or marshals contains a name, a number, a
// picture or a key. Text from a vendor is [Sensitive] until the caller reveals it.
//
// # Tests
//
// Package idverifytest provides a stand-in for the vendors, offline and free of
// charge.
package idverify
