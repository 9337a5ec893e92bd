package idverify

import (
	"fmt"
	"slices"
)

// WithRungs returns the rule with the thresholds that came with an answer: its
// threshold is the one for Rate. It fails when a rate of FAR has no threshold or two,
// when a threshold is not finite or not on the scale, and when a lower rate does not
// have a stricter threshold. Such an answer decides nothing. Rates that FAR does not
// list are ignored.
func (r Rule) WithRungs(rungs []FARStep) (Rule, error) {
	if r.DecidedBy != DecidedByAnswer {
		return r, fmt.Errorf("thresholds of an answer are for a rule that the answer decides")
	}
	if err := r.Validate(); err != nil {
		return r, err
	}
	taken := slices.Clone(r.FAR)
	for i := range taken {
		if err := taken[i].take(rungs); err != nil {
			return r, err
		}
		if !r.Scale.contains(taken[i].Threshold) {
			return r, fmt.Errorf("threshold for the rate %s is outside %s..%s", number(taken[i].Rate), number(r.Scale.Min), number(r.Scale.Max))
		}
		if taken[i].Rate == r.Rate {
			r.Threshold = taken[i].Threshold
		}
	}
	for _, a := range taken {
		for _, b := range taken {
			if a.Rate < b.Rate && r.Pass.asStrict(b.Threshold, a.Threshold) {
				return r, fmt.Errorf("threshold for the rate %s is no stricter than that for %s", number(a.Rate), number(b.Rate))
			}
		}
	}
	r.FAR, r.filled = taken, true
	return r, r.Validate()
}

// take returns the threshold of the only rung with the step's rate.
func (s *FARStep) take(rungs []FARStep) error {
	found := 0
	for _, rung := range rungs {
		if rung.Rate == s.Rate {
			s.Threshold = rung.Threshold
			found++
		}
	}
	switch found {
	case 0:
		return fmt.Errorf("threshold for the rate %s is missing", number(s.Rate))
	case 1:
		return nil
	}
	return fmt.Errorf("threshold for the rate %s is there more than once", number(s.Rate))
}

// WithRate returns the rule with the threshold for another of FAR's rates. A higher
// rate is weaker: more impostors pass. It fails for a rate that FAR does not list,
// and for a rule that is decided in another way.
func (r Rule) WithRate(rate float64) (Rule, error) {
	if r.DecidedBy != DecidedByAnswer {
		return r, fmt.Errorf("no threshold comes with the answer")
	}
	r.Rate, r.Threshold, r.filled = rate, 0, false
	return r, r.Validate()
}

// withMaxRate returns the rule at the highest listed rate that is at most rate, and
// never above the rule's own.
func (r Rule) withMaxRate(rate float64) (Rule, error) {
	if r.Rate <= rate {
		return r, r.Validate()
	}
	highest := 0.0
	for _, step := range r.FAR {
		if step.Rate <= rate {
			highest = max(highest, step.Rate)
		}
	}
	if highest == 0 {
		return r, noSuchRate(rate)
	}
	return r.WithRate(highest)
}

// validateRates validates a rule that the answer decides, before and after its
// thresholds have come.
func (r Rule) validateRates() error {
	line := r
	// The threshold is not known yet; any value between the ends of the scale will
	// do for this check.
	line.Threshold = r.Scale.Min + (r.Scale.Max-r.Scale.Min)/2
	if err := line.validateLine(); err != nil {
		return err
	}
	listed := false
	for i, step := range r.FAR {
		if !(step.Rate > 0 && step.Rate < 1) {
			return fmt.Errorf("false-accept rate must lie between 0 and 1")
		}
		if slices.ContainsFunc(r.FAR[:i], func(other FARStep) bool { return other.Rate == step.Rate }) {
			return fmt.Errorf("false-accept rate %s is listed twice", number(step.Rate))
		}
		listed = listed || step.Rate == r.Rate
	}
	switch {
	case !listed:
		return fmt.Errorf("rate must be one of the vendor's: %s", rates(r.FAR))
	case r.filled:
		return r.validateLine()
	case r.Threshold != 0:
		return fmt.Errorf("the threshold comes with the answer and must not be set")
	}
	return nil
}

func rates(steps []FARStep) string {
	list := "none"
	for i, step := range steps {
		if i == 0 {
			list = number(step.Rate)
		} else {
			list += ", " + number(step.Rate)
		}
	}
	return list
}
