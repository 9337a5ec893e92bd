// Package idverify asks vendors whether a face is the person that a name and a
// resident ID number of mainland China identify, and gives the same kind of
// answer for each of them.
//
// A [Request] names the person and carries [Evidence]: a photo, or what a
// vendor's capture SDK recorded. A [Verifier] answers it. The packages linkface,
// baiduv4 and tencent each have a Client that verifies with one vendor's account;
// [Client] puts several of them behind one call.
//
// # Three ways out
//
// The person: a [*Result] for which [Result.Passed] is true. Another decision: a
// Result whose Code says which no. No decision: an [*Error]. The zero value of
// each is no pass. Every [Code] has an [Advice] for a program to act on, and
// [CodeOf] finds it through any wrapping.
//
// # Scores
//
// Each score stays as the vendor gave it, with the vendor's scale, threshold and
// comparator, in a [Check]. Check.Margin is the distance to the threshold: good for
// sorting, and no probability. A false-accept
// rate is stated only where the vendor published one; [WithMaxFAR] asks for it.
//
// Check.DecidedBy says who drew the line: a threshold known before the call, a
// threshold that came with the answer, or the vendor, whose yes or no no score
// overrules.
//
// # Money
//
// Result.Billed and Error.Billed say what the vendor's documents say of charges.
// [Delivery] says how far a request came. From it follow [Error.Ambiguous]: sent,
// and the answer was lost; and [Error.Repeatable]: can be sent again without
// paying twice.
//
// # Personal data
//
// Nothing that this package prints, logs or marshals holds a name, a number, a
// picture or a key. Text from a vendor is [Sensitive] until somebody reveals it.
//
// # Tests
//
// Package idverifytest stands in for the vendors, offline and free of charge.
package idverify
