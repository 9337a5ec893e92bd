// Package providerkit is for whoever writes an [idverify.Provider] of their own, for a
// vendor that this module does not know. It is what the vendors' packages of this
// module are made of:
//
//   - One exchange per question, with the HTTP settings of [idverify.HTTP]: streamed,
//     bounded, no redirect, no cookie, never repeated. An error says how far the request
//     came, so that a [idverify.Client] knows what may be on the bill.
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
// three functions of its own: [Steps]. The module in examples/provider is a whole one in
// about a hundred lines, with its test by idverifytest.TestProvider.
//
// What is safe by default: an answer decides only what its scores or its verdict have
// earned; what the vendor repeats of the person and the keys is taken out of its
// messages; the types here print nothing. A provider's own texts ([idverify.Error.Detail],
// what it logs) are its own business.
package providerkit
