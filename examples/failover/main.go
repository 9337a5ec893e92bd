// Failover shows what a Client does when the first vendor fails: in five ways,
// one after the other, against the stand-in vendors on this machine. For each
// it prints who answered, what every leg said and what was billed.
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
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
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
	fmt.Fprintln(table, "FIRST VENDOR\tANSWER\tLEGS\tBILLED BY")
	for _, s := range scenarios {
		// A new client for each, so that one scenario's open circuit is not the next one's.
		client, err := newClient(server.URL)
		if err != nil {
			return err
		}
		standIn.Reset()
		standIn.Inject(idverifytest.Linkface, s.fault)
		person := idverifytest.Match()
		res, err := client.Verify(ctx, &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{
				linkface.Capture(idverify.Bytes(idverifytest.Capture())),
				idverify.Photo(idverify.Bytes(idverifytest.Photo())),
			},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.about, err)
		}
		fmt.Fprintf(table, "%s\t%s: %s\t%s\t%s\n", s.about, res.Vendor, res.Code, legs(res.Attempts), billedBy(standIn.Bill()))
	}
	return table.Flush()
}

func newClient(root string) (*idverify.Client, error) {
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(root, idverifytest.Linkface)},
	})
	if err != nil {
		return nil, err
	}
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(root, idverifytest.BaiduV4)},
	})
	if err != nil {
		return nil, err
	}
	return idverify.New([]idverify.Provider{lf, bd})
}

func legs(attempts []idverify.Attempt) string {
	said := make([]string, len(attempts))
	for i, a := range attempts {
		said[i] = a.Vendor + " " + string(a.Code)
		if a.Ambiguous() {
			said[i] += " (perhaps billed)"
		}
	}
	return strings.Join(said, " → ")
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
