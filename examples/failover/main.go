// Failover shows what a Client does when the first vendor fails: five scenarios
// against the stand-in vendors on this machine. For each it prints who answered, the
// outcome of every attempt and what was billed.
//
//	go run ./examples/failover
package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/idverifytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "failover:", err)
		os.Exit(1)
	}
}

// scenarios are ways in which the first vendor fails.
var scenarios = []struct {
	about string
	fault idverifytest.Fault
}{
	{"its gateway answers with a page of HTML", idverifytest.HTML502().Always()},
	{"the calls bought there are used up", idverifytest.QuotaExceeded().Always()},
	{"it limits calls: tried again twice, then left", idverifytest.RateLimited().Always()},
	{"it limits calls for a moment: tried again, and it answers", idverifytest.RateLimited()},
	{"it does the work and the answer is lost: never repeated there", idverifytest.ResetAfterBody()},
}

func run(ctx context.Context, out io.Writer) error {
	standIn := idverifytest.New()
	defer standIn.Close()
	server := httptest.NewServer(standIn)
	defer server.Close()

	fmt.Fprint(out, "Stand-in vendors on this machine; nothing is really billed.\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FIRST VENDOR\tANSWER\tATTEMPTS\tBILLED BY")
	for _, s := range scenarios {
		// A new client for each scenario, so that an open circuit breaker does not
		// affect the next.
		providers, err := twoThatReadPhotos(server.URL)
		if err != nil {
			return err
		}
		client, err := idverify.New(providers)
		if err != nil {
			return err
		}
		standIn.Reset()
		standIn.Inject(providers[0].Name(), s.fault)
		person := idverifytest.Match()
		res, err := client.Verify(ctx, &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.about, err)
		}
		fmt.Fprintf(table, "%s\t%s: %s\t%s\t%s\n", s.about, res.Vendor, res.Code, said(res.Attempts), billedBy(standIn.Bill()))
	}
	return table.Flush()
}

// twoThatReadPhotos are two vendors that new customers can buy from and that accept
// the same photo.
func twoThatReadPhotos(root string) ([]idverify.Provider, error) {
	all, err := accounts.StandIns(root)
	if err != nil {
		return nil, err
	}
	var two []idverify.Provider
	for _, p := range all {
		if p.Name() == idverifytest.TencentFaceID || p.Name() == idverifytest.Volcengine {
			two = append(two, p)
		}
	}
	return two, nil
}

func said(attempts []idverify.Attempt) string {
	each := make([]string, len(attempts))
	for i, a := range attempts {
		each[i] = a.Vendor + " " + string(a.Code)
		if a.Ambiguous() {
			each[i] += " (perhaps billed)"
		}
	}
	return strings.Join(each, " → ")
}

func billedBy(bill idverifytest.Bill) string {
	var by []string
	for _, call := range bill.Calls {
		by = append(by, call.Vendor)
	}
	if by == nil {
		return "nobody"
	}
	return strings.Join(by, ", ")
}
