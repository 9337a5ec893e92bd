package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/idverifytest"
)

// example shows one full result, from a Client whose first vendor is down.
func (a *asking) example(ctx context.Context) error {
	client, err := idverify.New(a.providers)
	if err != nil {
		return err
	}
	a.standIn.Inject(a.providers[0].Name(), idverifytest.HTML502().Always())
	person := idverifytest.Match()
	res, err := client.Verify(ctx, &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: accounts.StandInEvidence()})
	if err != nil {
		return err
	}
	fmt.Fprintln(a, a.say(wordExample))
	fmt.Fprintf(a, "  "+a.say(wordAnswer)+"\n", res.Code, res.Vendor, res.Billed, res.Advice(), res.RequestID)
	for i, attempt := range res.Attempts {
		fmt.Fprintf(a, "  "+a.say(wordAttempt)+"\n", i+1, attempt)
	}
	for _, c := range res.Checks {
		fmt.Fprintf(a, "  "+a.say(wordCheck)+"\n", c, c.Margin)
	}
	text, err := json.MarshalIndent(res, "  ", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a, "  %s\n\n", text)
	return err
}
