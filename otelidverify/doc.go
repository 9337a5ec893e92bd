// Package otelidverify reports what the library does to OpenTelemetry: spans and
// metrics of calls, attempts, circuits, access tokens, stores and batches. It uses
// only the API; the program chooses SDK and exporters.
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
// The status of a span is unset after any decision, and Error with the code as its
// text if there was no decision. An attempt that was passed over because the vendor
// does not read the evidence, or checks less, is no error. A caller that joined
// another caller's call has a span without attempts.
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
// Successes and failures are in the same histogram: error.type, which is the code, is
// set only if there was no decision. A code or name that the library does not know is
// reported as "_OTHER".
//
// # What is never reported
//
// No span, event, status or metric contains the name, the ID number, a key or
// reference of the caller's, a pseudonym, a token, a signature, a vendor's free text,
// an error's text or a URL with its query. About an attempt only what its JSON
// contains is reported; metrics have neither the request id nor the vendor's code.
//
// Note: a vendor that accepts a [idverify.Request].Reference, as Tencent does, returns
// it as its request id, which is on the attempt's span and in the library's log. So a
// Reference must not identify the person.
//
// The folder dashboards has a dashboard for Grafana, and alerts for Prometheus with
// their tests.
package otelidverify
