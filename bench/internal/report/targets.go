package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/work"
)

// Target is a goal for idverify, and the result.
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

// finding is one value that a target is about.
type finding struct {
	value float64
	where string
}

// atMost compares all findings with a limit, and shows the worst of them.
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

// byHand are the goals for CPU time over TLS compared with net/http by hand, by body
// and size. CPU time is what a server pays for, and other programs on the machine
// disturb it least.
var byHand = []struct {
	body work.Body
	size int
	goal float64
}{
	{work.Multipart, 30 * work.KB, 1.05},
	{work.Multipart, 100 * work.KB, 1.00},
	{work.Multipart, work.MB, 0.88},
	{work.Multipart, 5 * work.MB, 0.88},
	{work.JSON, 30 * work.KB, 1.00},
	{work.JSON, 100 * work.KB, 0.75},
	{work.JSON, work.MB, 0.60},
	{work.JSON, 5 * work.MB, 0.55},
}

// Targets compares the run with all goals.
func (r *Results) Targets() []Target {
	var targets []Target
	for _, g := range byHand {
		targets = append(targets, r.cpu(fmt.Sprintf("CPU, %s, %s, against net/http by hand", bodyTitle[g.body], spaced(g.size)),
			contestant.ByHand, work.Case{Body: g.body, Transport: work.HTTP1TLS, Size: g.size}, g.goal))
	}
	for _, v := range work.Signed {
		targets = append(targets, r.signed(v.Body)...)
	}
	large := func(body work.Body) work.Case {
		return work.Case{Body: body, Transport: work.HTTP1TLS, Size: 5 * work.MB}
	}
	return append(targets,
		r.cpu("CPU, multipart, 5 MB, HTTP/1.1 against idverify's own HTTP/2", contestant.IdverifyHTTP2, large(work.Multipart), 0.80),
		r.cpu("CPU, JSON/base64, 5 MB, against the core of Tencent's SDK", contestant.TencentSDK, large(work.JSON), 0.17),
		r.cpu("CPU, JSON/base64, 5 MB, against the core of Baidu's SDK", contestant.BaiduSDK, large(work.JSON), 0.17),
		atMost("bytes allocated for a call, 30 KB to 5 MB", "≤ 10 KB", 10, "%.1f KB", r.kilobytes(false)),
		atMost("bytes allocated for a call to one of the five vendors, 100 KB to 3 MB", "≤ 14,000 bytes", 14_000./work.KB, "%.1f KB", r.kilobytes(true)),
		r.sameForEverySize(),
		atMost("peak memory growth, 64 concurrent calls with a file of 5 MB each", "≤ 10 MB in all", 10, "%.1f MB", r.memory()),
		atMost("connections opened by 512 callers, the first included", "≤ 1.1 × 512 = 563", 1.1*512, "%.0f", r.opened()),
	)
}

// cpu compares the ratio of idverify's CPU time to another client's in one case with
// a goal.
func (r *Results) cpu(what string, to contestant.Name, in work.Case, goal float64) Target {
	var found []finding
	for _, c := range r.Cases {
		if ratios := c.Idverify[to]; c.Case == in && ratios.CPU > 0 {
			found = append(found, finding{ratios.CPU, c.String()})
		}
	}
	return atMost(what, fmt.Sprintf("≤ %.2f", goal), goal, "%.3f", found)
}

// signed are the goals for one of the five vendors: CPU time compared with net/http
// by hand for large photos, and with the vendor's own SDK for all photos.
func (r *Results) signed(body work.Body) []Target {
	name, _ := body.Vendor()
	var large, all []finding
	for _, c := range r.Cases {
		if c.Body != body {
			continue
		}
		if ratios := c.Idverify[contestant.ByHand]; ratios.CPU > 0 && c.Size >= largeSigned {
			large = append(large, finding{ratios.CPU, spaced(c.Size)})
		}
		if ratios := c.Idverify[contestant.Kits[body]]; ratios.CPU > 0 {
			all = append(all, finding{ratios.CPU, spaced(c.Size)})
		}
	}
	targets := []Target{atMost("CPU, "+name+", from 0.7 MB, against net/http by hand"+signing[body], "≤ 0.80", 0.80, "%.3f", large)}
	if kit := contestant.Kits[body]; kit != "" {
		targets = append(targets, atMost(fmt.Sprintf("CPU, %s, against %s", name, kit), "≤ 0.25", 0.25, "%.3f", all))
	}
	return targets
}

// largeSigned is 0.7 MB.
const largeSigned = 700 * work.KB

// signing are the bodies with a signature; the by-hand clients sign too.
var signing = map[work.Body]string{
	work.TencentFaceID: " that signs", work.Aliyun: " that signs", work.HuaweiIVS: " that signs", work.Volcengine: " that signs",
}

// kilobytes are the allocations of idverify's calls, for the five vendors or for the
// others.
func (r *Results) kilobytes(five bool) []finding {
	var found []finding
	for _, c := range r.Cases {
		_, ok := c.Body.Vendor()
		if f, took := c.Of(contestant.Idverify); took && ok == five {
			found = append(found, finding{f.Bytes / work.KB, c.String()})
		}
	}
	return found
}

// sameForEverySize compares the allocations of a call for different photo sizes. The
// runtime also allocates now and then.
func (r *Results) sameForEverySize() Target {
	least, most := map[work.Body]float64{}, map[work.Body]float64{}
	measured := map[work.Body]int{}
	for _, c := range r.Cases {
		if f, took := c.Of(contestant.Idverify); took {
			if measured[c.Body]++; measured[c.Body] == 1 {
				least[c.Body], most[c.Body] = f.Bytes, f.Bytes
			}
			least[c.Body], most[c.Body] = min(least[c.Body], f.Bytes), max(most[c.Body], f.Bytes)
		}
	}
	var found []finding
	for _, body := range slices.Sorted(maps.Keys(measured)) {
		if measured[body] > 1 {
			found = append(found, finding{(most[body] - least[body]) / work.KB, titleOf(body)})
		}
	}
	return atMost("bytes allocated for a call, the largest photo's more than the smallest's", "≤ 1 KB", 1, "%.1f KB", found)
}

func (r *Results) memory() []finding {
	var found []finding
	for _, m := range r.Memory {
		if m.Name == contestant.Idverify && m.Callers == 64 {
			found = append(found, finding{m.Grown, string(m.Body)})
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
