// Quickstart asks every vendor about several people and prints the answers
// side by side.
//
//	go run ./examples/quickstart
//
// Without credentials in the environment it starts the stand-in vendors on a
// loopback port: nothing leaves the machine and nothing is billed. With the
// credentials of one or more vendors it calls those, about the person given by
// -name, -id and -photo or -capture; see examples/internal/accounts for the
// variables.
//
// A refusal or an error of a vendor's is an answer, and the exit status is 0. It
// is 1 when nothing at all could be sent, as with a photo that cannot be read.
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
	"github.com/idverify/idverify/idverifytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// subject is one row of questions: who, and with which evidence.
type subject struct {
	about   string
	request *idverify.Request
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	name := flags.String("name", "", "the person's `name`, for calls to real vendors")
	number := flags.String("id", "", "the person's resident ID `number`")
	photo := flags.String("photo", "", "`file` with a photo of the face ("+accounts.PhotoReaders()+")")
	capture := flags.String("capture", "", "`file` from the capture SDK ("+accounts.CaptureReaders()+")")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 { // not shown: it may be a name or a number
		return fmt.Errorf("%d arguments that belong to no flag; see -h", flags.NArg())
	}

	providers, real, err := accounts.FromEnvironment(getenv)
	if err != nil {
		return err
	}
	if len(providers) == 0 {
		server := httptest.NewServer(idverifytest.New())
		defer server.Close()
		fmt.Fprintf(out, "No credentials in the environment: asking the stand-in vendors at %s.\n", server.URL)
		fmt.Fprint(out, "The people are made up, nothing leaves this machine, nothing is billed.\n\n")
		if providers, err = accounts.StandIns(server.URL); err != nil {
			return err
		}
	}

	subjects := magicPersons()
	switch {
	case *name != "" || *number != "":
		subjects = []subject{{"you asked", &idverify.Request{
			Name: *name, IDNumber: *number, Evidence: accounts.Evidence(*photo, *capture),
		}}}
	case real:
		return errors.New("with credentials every answer may be billed: say whom to ask about with -name, -id and -photo or -capture")
	}
	return report(ctx, out, providers, subjects)
}

// magicPersons are people whom every stand-in knows, each with evidence in
// both forms: a vendor takes the one that it reads.
func magicPersons() []subject {
	var subjects []subject
	for _, p := range idverifytest.Persons() {
		subjects = append(subjects, subject{p.About, &idverify.Request{
			Name:     p.Name,
			IDNumber: p.IDNumber,
			Evidence: accounts.StandInEvidence(),
		}})
	}
	return subjects
}
