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
//		if r.Result.Passed() { … }
//	}
//
// On Ctrl-C this program sends no further rows, waits for the answers to the rows in
// flight, and ends. Started again, it continues with the next row.
package batch
