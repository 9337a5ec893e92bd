// Package otelidverify tells OpenTelemetry what the library does: spans and
// metrics of calls, attempts, circuits, access tokens, stores and batches. It uses
// the API only; which SDK and exporters there are is the program's choice.
//
//	client, err := idverify.New(providers, idverify.WithHooks(otelidverify.Hooks(otelidverify.Options{})))
//	…
//	_, err = otelidverify.Circuits(otelidverify.Options{}, client)
//
// # Spans
//
//	idverify.verify          INTERNAL  one Verify
//	attempt {vendor}         CLIENT    one exchange with a vendor, the wait for the limiter included
//	idverify.claim           INTERNAL  the wait for another process that has claimed the same question
//	idverify.token.fetch     CLIENT    one access token, from [TokenFetches]
//
// The status of a span is unset when there was a decision, whichever way it went,
// and Error with the code as its text when there was none. An attempt that was passed
// over because the vendor does not read the evidence, or checks less, is no error.
// A caller who joined another's call has a span without attempts.
//
// # Metrics
//
//	idverify.verify.duration           s            code, vendor that decided, origin
//	idverify.attempt.duration          s            vendor, code, billed, ambiguous
//	idverify.attempt.queue.duration    s            vendor
//	idverify.attempt.passed_over       {attempt}    vendor, reason
//	idverify.circuit.open              {circuit}    vendor
//	idverify.token.fetch.duration      s            vendor, reason
//	idverify.store.duration            s            store, operation
//	idverify.store.passed_over         {operation}  store, reason
//	idverify.batch.rows                {row}        outcome
//	idverify.batch.runs                {run}        under way now
//
// One histogram has successes and failures: error.type, which is the code, is there
// only without a decision. A code that is not the library's is "_OTHER", and so is a
// name that is no plain word.
//
// # What is never told
//
// No span, event, status or metric has the name, the ID number, a key or reference
// of the caller's, a pseudonym, a token, a signature, a vendor's free text, an
// error's text or a URL with its query. Of an attempt only what its JSON prints is
// told; on metrics neither the request id nor the vendor's code.
//
// One thing to know: a vendor that takes a [idverify.Request].Reference, as Tencent
// does, gives it back as its request id, and that is on the span of the attempt as it
// is in the library's log. A Reference must say nothing of the person.
//
// The folder dashboards has a dashboard for Grafana, and alerts for Prometheus with
// their tests.
package otelidverify
