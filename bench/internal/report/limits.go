package report

import (
	"fmt"
	"strings"
)

// limits say of targets that were missed what was tried, and what is in the way.
// Those of targets that are met are not printed.
var limits = []struct{ target, why string }{
	{"CPU, multipart, 30 KB, against net/http by hand",
		"At this size a call is the kernel, net/http and some twenty microseconds of our own: checking the request, signing, " +
			"reading the answer strictly, judging it. resty costs about as much again; it is kept for what it is to the design."},
	{"CPU, multipart, 100 KB, against net/http by hand",
		"Between two cores that also serve, medians of this size move by a few hundredths from run to run."},
}

// LimitList is what is said of the targets that were missed.
func (r *Results) LimitList() string {
	var text strings.Builder
	for _, t := range r.Targets() {
		if t.Verdict != missed {
			continue
		}
		for _, l := range limits {
			if l.target == t.What {
				fmt.Fprintf(&text, "- **%s** (%s). %s\n", t.What, t.Goal, l.why)
			}
		}
	}
	return text.String()
}
