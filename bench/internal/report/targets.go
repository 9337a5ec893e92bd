package report

import (
	"fmt"
	"strings"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/work"
)

// Target is what idverify is held to, and what was found.
type Target struct {
	What    string `json:"what"`
	Goal    string `json:"goal"`
	Figure  string `json:"figure"`
	Verdict string `json:"verdict"`
}

const (
	met         = "met"
	missed      = "not met"
	notMeasured = "not measured"
)

// finding is one value of those that a target is about.
type finding struct {
	value float64
	where string
}

// atMost holds all findings to a limit, and shows the worst of them.
func atMost(what, goal string, limit float64, format string, findings []finding) Target {
	t := Target{What: what, Goal: goal, Figure: "–", Verdict: notMeasured}
	if len(findings) == 0 {
		return t
	}
	worst, within := findings[0], 0
	for _, f := range findings {
		if f.value > worst.value {
			worst = f
		}
		if f.value <= limit {
			within++
		}
	}
	t.Figure, t.Verdict = fmt.Sprintf(format, worst.value)+" ("+worst.where+")", missed
	if within == len(findings) {
		t.Verdict = met
	}
	if len(findings) > 1 {
		t.Figure = "worst " + t.Figure + fmt.Sprintf("; %d of %d within", within, len(findings))
	}
	return t
}

const ratioFormat = "%.3f"

// Targets judges the run.
func (r *Results) Targets() []Target {
	var targets []Target
	for _, band := range []struct {
		what        string
		least, most int
		limit       float64
	}{
		{"1 KB", 0, work.KB, 1.10},
		{"100 KB", work.KB + 1, 100 * work.KB, 1.03},
		{"from 1 MB", 100*work.KB + 1, work.TenMB, 1.00},
	} {
		targets = append(targets, atMost(
			"time and CPU against net/http by hand, streaming, same transport settings: "+band.what,
			fmt.Sprintf("≤ %.2f", band.limit), band.limit, ratioFormat,
			r.ratios(contestant.ByHand, func(c Case) bool { return c.Size >= band.least && c.Size <= band.most }, Ratios.timeAndCPU)))
	}
	return append(append(targets, r.againstOthers()...), r.absolute()...)
}

func (r *Results) againstOthers() []Target {
	defaults := func(c Case) bool {
		return c.Body == work.Multipart && c.Transport == work.HTTP1TLS && c.Size >= 100*work.KB
	}
	large := func(c Case) bool {
		return c.Body == work.JSON && c.Transport != work.HTTP1 && c.Size == 5*work.MB
	}
	return []Target{
		atMost("the same, multipart from 100 KB over TLS/HTTP/1.1, by hand with Go's default transport",
			"≤ 0.85", 0.85, ratioFormat, r.ratios(contestant.HandDefault, defaults, Ratios.timeAndCPU)),
		atMost("CPU, 5 MB JSON/base64 over TLS, against net/http by hand with the standard encoder",
			"≤ 0.60", 0.60, ratioFormat, r.ratios(contestant.ByHand, large, Ratios.onlyCPU)),
		atMost("CPU, 5 MB JSON/base64 over TLS, against the core of Tencent's SDK",
			"≤ 1/6 = 0.167", 1.0/6, ratioFormat, r.ratios(contestant.TencentSDK, large, Ratios.onlyCPU)),
		atMost("CPU, 5 MB JSON/base64 over TLS, against the core of Baidu's SDK",
			"≤ 1/6 = 0.167", 1.0/6, ratioFormat, r.ratios(contestant.BaiduSDK, large, Ratios.onlyCPU)),
	}
}

func (r *Results) absolute() []Target {
	http1 := func(t work.Transport) bool { return t != work.HTTP2TLS }
	http2 := func(t work.Transport) bool { return t == work.HTTP2TLS }
	every := func(work.Transport) bool { return true }
	bytes := r.figures(http1, func(f Figures) float64 { return f.Bytes / work.KB })
	return []Target{
		atMost("transport entered after the call began, any payload up to 10 MB, median",
			"≤ 100 µs", 100, "%.0f µs", r.figures(every, func(f Figures) float64 { return f.Entry })),
		atMost("bytes allocated per call, any payload from 1 KB to 10 MB, HTTP/1.1",
			"≤ 10 KB", 10, "%.1f KB", bytes),
		atMost("the same for all of them", "± 1 KB", 1, "± %.1f KB", spread(bytes)),
		atMost("allocations per call, provider alone, socket included, HTTP/1.1",
			"≤ 90", 90, "%.0f", r.figures(http1, func(f Figures) float64 { return f.Allocs })),
		atMost("allocations per call, provider alone, socket included, HTTP/2",
			"≤ 90", 90, "%.0f", r.figures(http2, func(f Figures) float64 { return f.Allocs })),
		atMost("allocations of Client on top", "≤ 12", 12, "%.1f", r.overhead(func(o Overhead) float64 { return o.Allocs })),
		atMost("time of Client on top", "≤ 2 µs", 2, "%.2f µs", r.overhead(func(o Overhead) float64 { return o.Time })),
		atMost("peak memory growth, 64 concurrent calls with a 5 MB file each, HTTP/1.1",
			"≤ 10 MB in all", 10, "%.1f MB", r.memory(http1)),
		atMost("peak memory growth, 64 concurrent calls with a 5 MB file each, HTTP/2",
			"≤ 10 MB in all", 10, "%.1f MB", r.memory(http2)),
		atMost("connections opened by 512 callers, the first included",
			"≤ 1.1 × 512 = 563", 1.1*512, "%.0f", r.opened()),
	}
}

// ratios are those of idverify to another, in the cases that are asked for.
func (r *Results) ratios(to contestant.Name, want func(Case) bool, of func(Ratios) []finding) []finding {
	var found []finding
	for _, c := range r.Cases {
		ratios, both := c.Idverify[to]
		if !both || !want(c) {
			continue
		}
		for _, f := range of(ratios) {
			found = append(found, finding{f.value, f.where + ", " + c.String()})
		}
	}
	return found
}

func (r Ratios) timeAndCPU() []finding {
	return append([]finding{{r.Time, "time"}}, r.onlyCPU()...)
}

func (r Ratios) onlyCPU() []finding {
	if r.CPU == 0 {
		return nil
	}
	return []finding{{r.CPU, "CPU"}}
}

func (r *Results) figures(want func(work.Transport) bool, of func(Figures) float64) []finding {
	var found []finding
	for _, c := range r.Cases {
		if f, ok := c.Of(contestant.Idverify); ok && want(c.Transport) {
			found = append(found, finding{of(f), c.String()})
		}
	}
	return found
}

// spread is how far findings lie from the middle between the least and the
// most of them.
func spread(findings []finding) []finding {
	if len(findings) == 0 {
		return nil
	}
	least, most := findings[0], findings[0]
	for _, f := range findings {
		if f.value < least.value {
			least = f
		}
		if f.value > most.value {
			most = f
		}
	}
	return []finding{{(most.value - least.value) / 2, fmt.Sprintf("%.1f at %s, %.1f at %s", least.value, least.where, most.value, most.where)}}
}

func (r *Results) overhead(of func(Overhead) float64) []finding {
	var found []finding
	for _, o := range r.Overhead {
		found = append(found, finding{of(o), o.Vendor})
	}
	return found
}

func (r *Results) memory(want func(work.Transport) bool) []finding {
	var found []finding
	for _, m := range r.Memory {
		if m.Name == contestant.Idverify && m.Callers == 64 && want(m.Transport) {
			found = append(found, finding{m.Grown, fmt.Sprintf("%s/%s", m.Body, m.Transport)})
		}
	}
	return found
}

func (r *Results) opened() []finding {
	var found []finding
	for _, c := range r.Crowds {
		if c.Name == contestant.Idverify && c.Callers == 512 {
			found = append(found, finding{float64(c.Opened), string(c.Transport)})
		}
	}
	return found
}

// TargetTable is the targets as a Markdown table.
func (r *Results) TargetTable() string {
	var text strings.Builder
	text.WriteString("| Target | Goal | Found | |\n| --- | --- | --- | --- |\n")
	for _, t := range r.Targets() {
		verdict := t.Verdict
		if verdict == missed {
			verdict = "**" + verdict + "**"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", t.What, t.Goal, t.Figure, verdict)
	}
	return text.String()
}
