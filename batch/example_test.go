package batch_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

func ExampleRun() {
	providers, done := standIns() // clients of the stand-in; in production they have accounts at the vendors
	defer done()
	client, err := idverify.New(providers)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	results, err := batch.Run(ctx, client, rowsOfYours(), batch.WithConcurrency(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	codes := map[idverify.Code]int{}
	for r := range results {
		if r.Err != nil {
			codes[idverify.CodeOf(r.Err)]++ // no decision: r.Err says whether it was billed
			continue
		}
		codes[r.Result.Code]++
	}
	fmt.Println(codes)
	// Output: map[face_mismatch:3 match:3 no_face:3]
}

// A run that is started again. What was billed, or may have been, comes from the journal:
// here also the three rows without a face, since this vendor does not say whether those
// are free of charge.
func ExampleWithJournal() {
	providers, done := standIns()
	defer done()
	client, err := idverify.New(providers)
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	secret := []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE") // yours comes from a key store, the same in every run
	for range 2 {
		resumed, billed, err := runOnce(client, filepath.Join(folder, "people.journal"), secret)
		fmt.Println("resumed:", resumed, "billed:", billed, err)
	}
	// Output:
	// resumed: 0 billed: 6 <nil>
	// resumed: 9 billed: 0 <nil>
}

// runOnce is one run of a program that keeps a journal.
func runOnce(client idverify.Verifier, path string, secret []byte) (resumed, billed int, err error) {
	journal, err := batch.OpenFileJournal(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = journal.Close() }()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	results, err := batch.Run(ctx, client, rowsOfYours(), batch.WithJournal(journal, secret),
		batch.WithProgress(func(p batch.Progress) { billed = p.Billed }))
	if err != nil {
		return 0, 0, err
	}
	for r := range results {
		if r.JournalErr != nil {
			err = r.JournalErr // no further row is sent; the row's answer still counts
		}
		switch {
		case errors.Is(r.Err, idverify.ErrAmbiguous): // perhaps billed: a person decides
		default: // r.Result, or r.Err: write it to your own table
		}
		if r.Resumed {
			resumed++
		}
	}
	return resumed, billed, err
}

// rowsOfYours stands for rows that are read one by one from a file or a table.
func rowsOfYours() iter.Seq[*idverify.Request] {
	people := []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.PersonFor(idverify.CodeNoFace)}
	return func(yield func(*idverify.Request) bool) {
		for i := range 9 {
			person := people[i%len(people)]
			req := &idverify.Request{
				IdempotencyKey: fmt.Sprintf("customer-%d", i), Name: person.Name, IDNumber: person.IDNumber,
				Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
			}
			if !yield(req) {
				return
			}
		}
	}
}
