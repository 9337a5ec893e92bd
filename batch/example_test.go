package batch_test

import (
	"context"
	"fmt"
	"iter"

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
