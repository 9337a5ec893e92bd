// Failover shows what a Client does when the first vendor fails: five scenarios
// against the stand-in vendors on this machine. For each it prints who answered, the
// outcome of every attempt and what was billed.
//
//	go run ./examples/failover
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/examples/internal/terminal"
	"github.com/idverify/idverify/idverifytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "failover:", err)
		os.Exit(1)
	}
}

// scenarios are ways in which the first vendor fails.
var scenarios = []struct {
	about [2]string // English and Chinese
	fault idverifytest.Fault
}{
	{[2]string{"its gateway answers with a page of HTML", "它的网关返回 HTML 错误页"}, idverifytest.HTML502().Always()},
	{[2]string{"the calls bought there are used up", "在它那里买的次数已用完"}, idverifytest.QuotaExceeded().Always()},
	{[2]string{"it limits calls: tried again twice, then left", "它一直限流：重试两次，然后换一家"}, idverifytest.RateLimited().Always()},
	{[2]string{"it limits calls for a moment: tried again, and it answers", "它只限流片刻：重试一次就有应答"}, idverifytest.RateLimited()},
	{[2]string{"it does the work and the answer is lost: never repeated there", "它办完了，应答却丢失：绝不在它那里重试"}, idverifytest.ResetAfterBody()},
}

// words are the texts in both languages.
var words = struct{ intro, answer, attempts, billed, nobody, perhaps [2]string }{
	intro: [2]string{
		"Stand-in vendors on this machine; nothing is really billed.\nEach time %s is asked first, and fails:",
		"问的是本机上的模拟厂商，不会真的计费。\n每次都先问 %s，而它出了问题：",
	},
	answer:   [2]string{"answer", "应答"},
	attempts: [2]string{"attempts", "各次尝试"},
	billed:   [2]string{"billed by", "计费方"},
	nobody:   [2]string{"nobody", "无"},
	perhaps:  [2]string{" (perhaps billed)", "（可能已计费）"},
}

// showing is where the output goes, and its language.
type showing struct {
	io.Writer
	lang terminal.Lang
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("failover", flag.ContinueOnError)
	flags.SetOutput(out)
	language := flags.String("lang", "en", "`language` of the output, en or zh")
	flags.Usage = func() {
		fmt.Fprintln(out, "go run ./examples/failover [flags]")
		flags.PrintDefaults()
		fmt.Fprintln(out, "\nIt asks stand-in vendors only, and reads no environment variables.")
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%d arguments that belong to no flag; see -h", flags.NArg())
	}
	lang, err := terminal.LangOf(*language)
	if err != nil {
		return err
	}
	return showing{out, lang}.scenarios(ctx)
}

func (s showing) scenarios(ctx context.Context) error {
	standIn := idverifytest.New()
	defer standIn.Close()
	server := httptest.NewServer(standIn)
	defer server.Close()
	providers, err := twoThatReadPhotos(server.URL)
	if err != nil {
		return err
	}
	fmt.Fprintf(s, words.intro[s.lang]+"\n", providers[0].Name())
	for _, scenario := range scenarios {
		// A new client for each scenario, so that an open circuit breaker does not
		// affect the next.
		client, err := idverify.New(providers)
		if err != nil {
			return err
		}
		standIn.Reset()
		standIn.Inject(providers[0].Name(), scenario.fault)
		person := idverifytest.Match()
		res, err := client.Verify(ctx, &idverify.Request{
			Name:     person.Name,
			IDNumber: person.IDNumber,
			Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", scenario.about[s.lang], err)
		}
		fmt.Fprintf(s, "\n%s\n", scenario.about[s.lang])
		terminal.Table(s, 0, [][]string{
			{"  " + words.answer[s.lang], res.Vendor + ": " + string(res.Code)},
			{"  " + words.attempts[s.lang], s.said(res.Attempts)},
			{"  " + words.billed[s.lang], s.billedBy(standIn.Bill())},
		})
	}
	return nil
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

// said is the outcome of each attempt; equal ones in a row are counted.
func (s showing) said(attempts []idverify.Attempt) string {
	var each []string
	for i, times := 0, 1; i < len(attempts); i += times {
		a := attempts[i]
		text := a.Vendor + " " + string(a.Code)
		for times = 1; i+times < len(attempts) && attempts[i+times].Vendor == a.Vendor && attempts[i+times].Code == a.Code; {
			times++
		}
		if times > 1 {
			text += fmt.Sprintf(" ×%d", times)
		}
		if a.Ambiguous() {
			text += words.perhaps[s.lang]
		}
		each = append(each, text)
	}
	return strings.Join(each, " → ")
}

func (s showing) billedBy(bill idverifytest.Bill) string {
	var by []string
	for _, call := range bill.Calls {
		by = append(by, call.Vendor)
	}
	if by == nil {
		return words.nobody[s.lang]
	}
	return strings.Join(by, ", ")
}
