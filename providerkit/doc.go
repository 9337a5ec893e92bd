// Package providerkit helps to write an [idverify.Provider] for a vendor that this
// module does not support. It contains the parts from which this module's vendor
// packages are built:
//
//   - One exchange per question, with the HTTP settings of [idverify.HTTP]: streamed,
//     bounded, no redirect, no cookie, never repeated. An error says how far the request
//     came, so that an [idverify.Client] knows what may be on the bill.
//   - Bodies that stream, with a picture at any depth: [Call.JSON], [Call.Form],
//     [Call.Multipart]. A picture is looked at before it is sent, and held to what was
//     seen.
//   - A vendor's table of codes as data: [idverify.CodeRow], [Answer.Coded].
//   - Judgement in all three ways: by a threshold, by the thresholds of the answer, by
//     the vendor's verdict: [Measured]. What is missing, off its scale or contradicts
//     itself decides nothing.
//   - [Mask], for types that must not print.
//
// A provider has a [Vendor], made by [New], and its method Ask calls [Vendor.Ask] with
// functions of its own: [Steps]. The module in examples/provider is a complete provider
// in about a hundred lines, with its test by idverifytest.TestProvider.
//
// Safe by default: an answer passes only if its scores or its verdict have earned it;
// personal data and keys that the vendor repeats are removed from its messages; the
// types here print nothing. The provider itself is responsible for its own texts
// ([idverify.Error.Detail], its logs).
package providerkit
