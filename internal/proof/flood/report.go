package main

import (
	"fmt"
	"io"
	"time"
)

// report is the result for the stand-in.
type report struct {
	settings settings
	attacks  int64
	answers  int           // of the normal client
	slowest  time.Duration // of them
	wrong    []string      // answers that were wrong or did not come
	ended    bool          // the process ended
	measured bool
	before   int64 // bytes of memory
	most     int64
}

func (r *report) answered(after time.Duration) {
	r.answers++
	r.slowest = max(r.slowest, after)
}

// broken lists the violations.
func (r *report) broken() []string {
	var list []string
	if r.ended {
		list = append(list, "the stand-in ended")
	}
	if r.answers == 0 {
		list = append(list, "the usual client got no answer")
	}
	for _, text := range r.wrong {
		list = append(list, "the usual client: "+text)
	}
	if r.measured && r.most > r.settings.limit {
		list = append(list, fmt.Sprintf("it took %s, and %s are allowed", mib(r.most), mib(r.settings.limit)))
	}
	return list
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func (r *report) write(out io.Writer) error {
	fmt.Fprintf(out, "%d attacks from %d connections in %v\n", r.attacks, r.settings.connections, r.settings.duration)
	fmt.Fprintf(out, "usual client: %d answers, the slowest after %v; %d wrong or missing\n", r.answers, r.slowest.Round(time.Millisecond), len(r.wrong))
	if r.measured {
		fmt.Fprintf(out, "memory: %s before, %s at most\n", mib(r.before), mib(r.most))
	} else {
		fmt.Fprintln(out, "memory: not measured on this system")
	}
	for _, text := range r.broken() {
		fmt.Fprintln(out, "BROKEN:", text)
	}
	_, err := fmt.Fprintln(out, map[bool]string{true: "ok", false: "not ok"}[len(r.broken()) == 0])
	return err
}
