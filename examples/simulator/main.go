// Simulator serves the stand-in vendors, for services in any language and for
// front ends.
//
//	go run ./examples/simulator -addr 127.0.0.1:8089
//
// It prints each vendor's address, the test credentials, the people it knows and the
// evidence that needs no picture; with -json as one JSON object on one line. An
// interrupt stops it.
//
// It speaks plain http, which Go clients of this SDK accept only on the loopback
// interface. To reach it in another container, put TLS in front.
//
// It uses at most 64 MiB of memory whatever it receives, and serves 256 connections
// at a time: see [idverifytest.Server.Serve].
//
// Over HTTP the people choose the outcome. Faults, scores and the bill are for
// Go tests, which start [idverifytest.Server] themselves.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/idverify/idverify/idverifytest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	debug.SetMemoryLimit(48 << 20) // free memory is collected before the program takes more
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(out)
	addr := flags.String("addr", "127.0.0.1:8089", "`address` to listen on; port 0 picks a free one")
	asJSON := flags.Bool("json", false, "print one JSON object on one line")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%d arguments that belong to no flag; see -h", flags.NArg())
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	standIn := idverifytest.New()
	defer standIn.Close()
	context.AfterFunc(ctx, standIn.Close)

	about := describe("http://" + reachable(listener.Addr()))
	if *asJSON {
		err = json.NewEncoder(out).Encode(about)
	} else {
		err = about.print(out)
	}
	if err != nil {
		return err
	}
	return standIn.Serve(listener)
}

// reachable is an address that a client on this machine can call: the address of a
// listener on all interfaces cannot be called.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && (tcp.IP == nil || tcp.IP.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return addr.String()
}

// description is what -json prints. Its field names are stable.
type description struct {
	Vendors map[string]vendor `json:"vendors"`
	Persons []person          `json:"persons"`
	// Evidence works for every vendor that takes addresses.
	Evidence map[string]string `json:"evidence"`
}

type vendor struct {
	BaseURL     string            `json:"base_url"`
	Credentials map[string]string `json:"credentials"` // by the vendor's own parameter names
	// Evidence is what the vendor accepts instead of a picture, by its own parameter
	// names.
	Evidence map[string]string `json:"evidence,omitempty"`
}

type person struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Code     string `json:"code"`
	// Codes is the code of each vendor for the person.
	Codes   map[string]string `json:"codes"`
	About   string            `json:"about"`
	AboutZH string            `json:"about_zh"`
}

func describe(root string) description {
	d := description{
		Vendors: map[string]vendor{},
		Evidence: map[string]string{
			"media_url":       idverifytest.MediaURL,
			"unreachable_url": idverifytest.UnreachableURL,
			"timeout_url":     idverifytest.TimeoutURL,
		},
	}
	for _, name := range idverifytest.Vendors() {
		d.Vendors[name] = vendor{
			BaseURL:     idverifytest.BaseURLAt(root, name),
			Credentials: idverifytest.Credentials(name),
			Evidence:    idverifytest.SampleEvidence(name),
		}
	}
	for _, p := range idverifytest.Persons() {
		codes := map[string]string{}
		for _, v := range idverifytest.Vendors() {
			codes[v] = string(p.CodeAt(v))
		}
		d.Persons = append(d.Persons, person{p.Name, p.IDNumber, string(p.Code), codes, p.About, p.AboutZH})
	}
	return d
}

func (d description) print(out io.Writer) error {
	fmt.Fprintln(out, "Stand-in vendors. Made-up people, nothing is billed. Stop with Ctrl-C.")
	for _, name := range idverifytest.Vendors() {
		v := d.Vendors[name]
		fmt.Fprintf(out, "\n%s\n  base URL  %s\n", name, v.BaseURL)
		if err := errors.Join(printSorted(out, v.Credentials), printSorted(out, v.Evidence)); err != nil {
			return err
		}
	}
	fmt.Fprint(out, "\nEvidence without a picture\n")
	if err := printSorted(out, d.Evidence); err != nil {
		return err
	}
	fmt.Fprint(out, "\nPeople\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range d.Persons {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", p.IDNumber, p.outcome(), p.About, p.Name)
	}
	return table.Flush()
}

// outcome is the person's code, followed by the codes of vendors that differ.
func (p person) outcome() string {
	var others []string
	for _, vendor := range idverifytest.Vendors() {
		if code := p.Codes[vendor]; code != p.Code {
			others = append(others, vendor+": "+code)
		}
	}
	if len(others) == 0 {
		return p.Code
	}
	return p.Code + " (" + strings.Join(others, ", ") + ")"
}

func printSorted(out io.Writer, values map[string]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(table, "  %s\t%s\n", key, values[key])
	}
	return table.Flush()
}
