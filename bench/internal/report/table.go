package report

import (
	"fmt"
	"strings"

	"github.com/idverify/idverify/bench/internal/usage"
	"github.com/idverify/idverify/bench/internal/work"
)

// Table is everything as Markdown.
func (r *Results) Table() string {
	var text strings.Builder
	text.WriteString("# Measured\n\n")
	fmt.Fprintf(&text, "Machine: %s. Rounds: %d.\n", r.Machine, r.Rounds)
	if r.Quick {
		text.WriteString("\nA quick run: it shows that everything runs. Its figures are no measurement.\n")
	}
	if r.Machine.isBusy() {
		fmt.Fprintf(&text, "\n**Other work ran on this machine** (load %.1f): its figures vary more than on an idle one.\n", r.Machine.Load)
	}
	text.WriteString(how)
	if !r.hasCPU() {
		text.WriteString("\nCPU time is left out: this system does not tell it finely enough.\n")
	}
	text.WriteString("\n## Targets\n\n" + r.TargetTable())
	if why := r.LimitList(); why != "" {
		text.WriteString("\nOf those that were missed, what was tried and what is in the way:\n\n" + why)
	}
	r.writeCases(&text)
	r.writeCrowds(&text)
	r.writeMemory(&text)
	r.writeOverhead(&text)
	return text.String()
}

const how = `
Every client is a process of its own and measures itself; the server is another
process on the same machine, reads each body, checks its length and answers with
a pass. The clients take turns; a ratio is the median, over the rounds, of the
quotients within a round. 1.00 is net/http by hand over HTTP/1.1, with the transport
settings of idverify: multipart and JSON/base64 stream, and a body that is signed is
made first. The picture shows the ratios of the bodies that need no signature.
`

func (r *Results) hasCPU() bool {
	for _, c := range r.Cases {
		for _, f := range c.Contestants {
			if f.CPU > 0 {
				return true
			}
		}
	}
	return len(r.Cases) == 0
}

func (r *Results) writeCases(text *strings.Builder) {
	var before string
	for _, c := range r.Cases {
		if kind := fmt.Sprintf("%s over %s", titleOf(c.Body), transportTitle[c.Transport]); kind != before {
			fmt.Fprintf(text, "\n## One call: %s\n\n", kind)
			text.WriteString("Ratios to by-hand, then one call's own figures.\n\n")
			text.WriteString("| Photo | Client | Time | CPU | Bytes | Allocs | µs | CPU µs | KB allocated | Allocs |\n")
			text.WriteString("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
			before = kind
		}
		for _, f := range c.Contestants {
			fmt.Fprintf(text, "| %s | %s | %.2f | %s | %.2f | %.2f | %.0f | %s | %.1f | %.0f |\n",
				spaced(c.Size), f.Name, f.ToHand.Time, known("%.2f", f.ToHand.CPU), f.ToHand.Bytes, f.ToHand.Allocs,
				f.Time, known("%.0f", f.CPU), f.Bytes/work.KB, f.Allocs)
		}
	}
}

// known is empty for a figure that the system does not report.
func known(format string, value float64) string {
	if value == 0 {
		return "–"
	}
	return fmt.Sprintf(format, value)
}

var bodyTitle = map[work.Body]string{work.Multipart: "multipart", work.JSON: "JSON/base64"}

// titleOf is the name of a body: its form, or its vendor.
func titleOf(b work.Body) string {
	if name, ok := b.Vendor(); ok {
		return name
	}
	return bodyTitle[b]
}

var transportTitle = map[work.Transport]string{
	work.HTTP1:    "HTTP/1.1",
	work.HTTP1TLS: "HTTP/1.1 with TLS",
	work.HTTP2TLS: "HTTP/2 with TLS",
}

func (r *Results) writeCrowds(text *strings.Builder) {
	if len(r.Crowds) == 0 {
		return
	}
	text.WriteString("\n## Many callers: multipart, 100 KB\n\n")
	text.WriteString("Connections are those that the server accepted: for the whole crowd, its start included, and after its first round.\n\n")
	text.WriteString("| Transport | Callers | Client | Calls/s | p50 ms | p99 ms | CPU µs per call | Connections | of them later |\n")
	text.WriteString("| --- | --: | --- | --: | --: | --: | --: | --: | --: |\n")
	for _, c := range r.Crowds {
		fmt.Fprintf(text, "| %s | %d | %s | %.0f | %.1f | %.1f | %s | %d | %d |\n",
			transportTitle[c.Transport], c.Callers, c.Name, c.PerSecond, c.P50, c.P99, known("%.0f", c.CPU), c.Opened, c.Later)
	}
}

func (r *Results) writeMemory(text *strings.Builder) {
	if len(r.Memory) == 0 {
		return
	}
	fmt.Fprintf(text, "\n## Peak memory growth: %d callers at once, a file of %s each\n\n",
		r.Memory[0].Callers, spaced(r.Memory[0].Size))
	fmt.Fprintf(text, "By %s, of a process that has made one call.\n\n", usage.MemorySource)
	text.WriteString("| Body | Transport | Client | MB in all |\n| --- | --- | --- | --: |\n")
	for _, m := range r.Memory {
		fmt.Fprintf(text, "| %s | %s | %s | %.1f |\n", bodyTitle[m.Body], transportTitle[m.Transport], m.Name, m.Grown)
	}
}

func (r *Results) writeOverhead(text *strings.Builder) {
	if len(r.Overhead) == 0 {
		return
	}
	text.WriteString("\n## Client over one provider, without a network\n\n")
	text.WriteString("`Client.Verify` less the provider's `Verify`, with a transport that answers from memory.\n\n")
	text.WriteString("| Vendor | µs | Allocs |\n| --- | --: | --: |\n")
	for _, o := range r.Overhead {
		fmt.Fprintf(text, "| %s | %.2f | %.1f |\n", o.Vendor, o.Time, o.Allocs)
	}
}
