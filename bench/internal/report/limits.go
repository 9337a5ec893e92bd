package report

import (
	"fmt"
	"strings"
)

// limits say, for targets that may be missed, what was tried and why it does not
// help. Those of met targets are not printed.
var limits = []struct{ target, why string }{
	{"CPU, multipart, 30 KB, against net/http by hand",
		"At this size a call is the kernel, net/http and some twenty microseconds of our own: checking the request, signing, " +
			"reading the answer strictly, judging it. resty costs about as much again; it is kept for what it is to the design."},
	{"CPU, multipart, 100 KB, against net/http by hand",
		"Between two cores that also serve, medians of this size move by a few hundredths from run to run."},
	{"CPU, multipart, 1 MB, against net/http by hand", largeForm},
	{"CPU, multipart, 5 MB, against net/http by hand", largeForm},
	{"peak memory growth, 64 concurrent calls with a file of 5 MB each",
		"By hand it is about as much: see below."},
	{"CPU, JSON/base64, 100 KB, against net/http by hand", fasterProcessor},
	{"CPU, JSON/base64, 1 MB, against net/http by hand", fasterProcessor},
	{"CPU, JSON/base64, 5 MB, against net/http by hand", fasterProcessor},
	{"CPU, megvii, from 0.7 MB, against net/http by hand", largeForm},
	{"CPU, tencentfaceid, against tencent-sdk", digestPaid},
	{"CPU, volcengine, against volcengine-sdk", digestPaid},
}

const (
	digestPaid = "More than half of what idverify takes are SHA-256 over the base64 at the processor's own speed, encryption and the " +
		"kernel's copy: the kit pays them as well, and they alone are about a fifth of what it takes. Encoding twice, so that " +
		"nothing is held whole, comparing what is sent with what was signed, and the rest of a call come on top."
	largeForm = "What is left is encryption and the kernel's copy, which both sides pay. Gathering one, two, three or eight records " +
		"into one write made no difference above the noise of a busy machine; copying the photo first, as by hand, cost more."
	fasterProcessor = "What idverify saves is the standard encoder's time and a copy. Encryption and the kernel's copy are left, of a third more " +
		"bytes than the picture has, which both sides pay."
)

// LimitList is these texts for the missed targets.
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
