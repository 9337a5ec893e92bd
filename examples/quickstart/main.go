// Quickstart asks every vendor about several people and shows the answers side by
// side, then one of them in full.
//
//	go run ./examples/quickstart
//
// Without credentials in the environment it starts the stand-in vendors on a
// loopback port: nothing leaves the machine and nothing is billed. With the
// credentials of one or more vendors it calls those, about the person given by
// -name, -id and -photo or -capture; -h lists the variables.
//
// A vendor's refusal or error counts as an answer, and the exit status is 0. It is 1
// if nothing could be sent, for example because the photo cannot be read.
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

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/examples/internal/terminal"
	"github.com/idverify/idverify/idverifytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, terminal.Of(os.Stdout, os.Getenv)); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// subject is one question: a person with the evidence.
type subject struct {
	label   [2]string // English and Chinese
	request *idverify.Request
}

// asking is the questions, the vendors, and how the answers are shown.
type asking struct {
	terminal.Screen
	lang      terminal.Lang
	providers []idverify.Provider
	subjects  []subject
	standIn   *idverifytest.Server // nil if real vendors are asked
}

func run(ctx context.Context, args []string, getenv func(string) string, out terminal.Screen) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	name := flags.String("name", "", "the person's `name`, for calls to real vendors")
	number := flags.String("id", "", "the person's resident ID `number`")
	photo := flags.String("photo", "", "`file` with a photo of the face ("+accounts.PhotoReaders()+")")
	capture := flags.String("capture", "", "`file` from the capture SDK ("+accounts.CaptureReaders()+")")
	language := flags.String("lang", "en", "`language` of the output, en or zh")
	verbose := flags.Bool("verbose", false, "a table for each vendor, with scores, margins, bills and request ids")
	flags.Usage = func() { usage(out, flags) }
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 { // not shown: it may be a name or a number
		return fmt.Errorf("%d arguments that belong to no flag; see -h", flags.NArg())
	}
	lang, err := terminal.LangOf(*language)
	if err != nil {
		return err
	}
	a := asking{Screen: out, lang: lang}
	var real bool
	if a.providers, real, err = accounts.FromEnvironment(getenv); err != nil {
		return err
	}
	if len(a.providers) == 0 {
		a.standIn = idverifytest.New()
		server := httptest.NewServer(a.standIn)
		defer server.Close()
		defer a.standIn.Close()
		fmt.Fprintf(out, a.say(wordStandIn)+"\n\n", server.URL)
		if a.providers, err = accounts.StandIns(server.URL); err != nil {
			return err
		}
	}
	a.subjects = madeUp()
	switch {
	case *name != "" || *number != "":
		a.subjects = []subject{{words[wordAsked], &idverify.Request{
			Name: *name, IDNumber: *number, Evidence: accounts.Evidence(*photo, *capture),
		}}}
	case real:
		return errors.New("with credentials every answer may be billed: say whom to ask about with -name, -id and -photo or -capture")
	}
	return a.show(ctx, *verbose)
}

// show asks every vendor about every person, each question once. If no question at
// all was sent, it returns the first failure, which is then no answer of a vendor.
func (a *asking) show(ctx context.Context, verbose bool) error {
	answers, err := a.matrix(ctx)
	if err != nil {
		return err
	}
	if verbose {
		a.tables(answers)
	}
	sent := false
	var first error
	for _, all := range answers {
		for _, answer := range all {
			sent = sent || answer.wasSent()
			if first == nil {
				first = answer.err
			}
		}
	}
	switch {
	case !sent:
		return fmt.Errorf("nothing could be sent: %w", first)
	case a.standIn != nil: // real vendors would bill it again
		if err := a.example(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(a, a.say(wordNext))
	for _, command := range []string{
		"quickstart -verbose" + a.lang.Flag(), "failover" + a.lang.Flag(), "simulator -addr 127.0.0.1:8089",
	} {
		fmt.Fprintln(a, "  go run ./examples/"+command)
	}
	return nil
}

// madeUp are people that every stand-in knows, each with evidence in both forms:
// every vendor uses the form that it reads.
func madeUp() []subject {
	var subjects []subject
	for _, p := range idverifytest.Persons() {
		subjects = append(subjects, subject{labels[p.About], &idverify.Request{
			Name:     p.Name,
			IDNumber: p.IDNumber,
			Evidence: accounts.StandInEvidence(),
		}})
	}
	return subjects
}

func usage(out io.Writer, flags *flag.FlagSet) {
	fmt.Fprintln(out, "go run ./examples/quickstart [flags]")
	flags.PrintDefaults()
	fmt.Fprintln(out, "\nReal vendors are asked when these are set in the environment:")
	for _, line := range accounts.Variables() {
		fmt.Fprintln(out, "  "+line)
	}
	fmt.Fprintln(out, "\nNO_COLOR switches colours off.")
}
