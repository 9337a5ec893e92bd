// Package batch verifies many requests concurrently, with progress and with a journal
// from which a killed run resumes without paying for a row twice.
//
//	journal, err := batch.OpenFileJournal("people.journal")
//	…
//	defer journal.Close()
//	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
//	defer stop()
//	results, err := batch.Run(ctx, client, rows, batch.WithJournal(journal, secret))
//	…
//	for r := range results {
//		if r.Err != nil { … } // no decision; a nil Result has not passed
//		if r.Result.Passed() { … }
//	}
//
// On Ctrl-C this program sends no further rows, waits for the answers to the rows in
// flight, and ends. Started again, it continues with the next row: what is known comes
// from the journal, marked Resumed, and only rows whose errors cannot have been billed
// are sent again. Rows that were in flight when the process was killed are reported with
// CodeInterrupted, and not sent.
package batch
