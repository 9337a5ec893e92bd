package report

import (
	"fmt"
	"strings"
)

// limits say of targets that were missed what was tried, and what is in the way.
// Those of targets that are met are not printed.
var limits = []struct{ target, why string }{
	{"time and CPU against net/http by hand, streaming, same transport settings: 1 KB",
		"At this size a call is the kernel, net/http and a few microseconds of our own: checking the request, signing, " +
			"reading the answer strictly, judging it. resty costs about as much again. Tried: resty's requests used again, its " +
			"header work done once, nothing decoded twice, no goroutine for media in memory. Without resty it would be within; " +
			"it is kept for what it is to the design."},
	{"time and CPU against net/http by hand, streaming, same transport settings: 100 KB",
		"Between two cores that also serve, medians of this size move by a few hundredths from run to run."},
	{"time and CPU against net/http by hand, streaming, same transport settings: from 1 MB",
		"It is multipart over HTTP/2. net/http reads a body there into a buffer of half a megabyte, which 64 calls at once make " +
			"35 MB; ours gives it 64 KB at a time and stays below 10 MB, for some hundredths of time. Tried: 128 KB, 11 MB and no " +
			"measurable gain."},
	{"the same, multipart from 100 KB over TLS/HTTP/1.1, by hand with Go's default transport",
		"What is left is encryption and the kernel's copy, which both sides pay. Tried: gathering 2, 3, 4, 6, 8 and 16 records " +
			"into one write (no gain beyond three, and memory for each caller), encrypting from where the picture lies, records of " +
			"full size from the first. At 100 KB a gathered write lets the server begin later, so that CPU falls further than time."},
	{"CPU, 5 MB JSON/base64 over TLS, against the core of Tencent's SDK",
		"Over HTTP/1.1 it is met. Over HTTP/2 encryption, frames and flow control of net/http are most of what both sides use, " +
			"and that kit is at less than three times net/http by hand."},
	{"transport entered after the call began, any payload up to 10 MB, median",
		"None of the picture but its head has been read by then. The time is that of some twenty microseconds of code that " +
			"finds its caches filled with the picture before; the same call by hand takes a third to two thirds of it."},
	{"allocations per call, provider alone, socket included, HTTP/1.1",
		"About 50 are those of net/http's Transport with its two goroutines, about 22 those of http.Client and resty, 10 those of " +
			"the time limit and of knowing how far a request came, which the bill hangs on. The rest is the request, the strict reading " +
			"of the answer and the result. Tried: resty's requests used again, headers set below http.Client, texts built once, the " +
			"standard decoder helped along; from 206 to this. By hand it is about as many: see below."},
	{"allocations per call, provider alone, socket included, HTTP/2",
		"As for HTTP/1.1, with net/http's HTTP/2 in the place of its HTTP/1.1: headers, frames and flow control allocate for each call."},
	{"time of Client on top",
		"Half of it is asking the clock, which is slow on some virtual machines, and the timer of the call's time limit. " +
			"Tried: no look at the clock for observers and loggers that are not there, one look less at the circuit."},
	{"connections opened by 512 callers, the first included",
		"Of HTTP/2 connections net/http opens one for every caller of a crowd that arrives before the first is known to be HTTP/2. " +
			"None is opened later."},
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
