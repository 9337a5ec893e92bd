package idverify

import "slices"

// today is a copy of a kept decision as it would be made today, nil when it would
// not be made.
func (c *Client) today(kept *Stored) *Result {
	v := c.vendorOf(&kept.Result)
	if v == nil || kept.Settings != v.settings() {
		return nil
	}
	res, e := settle(v.Name(), kept.Result.clone(), nil)
	if e != nil || !v.stillEarned(res) {
		return nil
	}
	own := *res
	own.Origin = OriginStore
	return &own
}

// vendorOf is the vendor that decided, nil when there is none of its name.
func (c *Client) vendorOf(res *Result) *vendor {
	for _, v := range c.vendors {
		if v.Name() == res.Vendor {
			return v
		}
	}
	return nil
}

// settings are what a decision of the provider depends on beside its rules.
func (v *vendor) settings() string {
	if p, ok := v.Provider.(interface{ DecidesBy() string }); ok {
		return p.DecidesBy()
	}
	return ""
}

// stillEarned reports whether today's rules decide as was decided then, and judges
// the checks by them. A pass needs every check that it needs today, with which New
// has compared those of WithRequiredChecks. A rule milder
// than then, or a decision under a threshold that was milder than the vendor's, is
// asked anew: its warnings would be others.
func (v *vendor) stillEarned(res *Result) bool {
	rules, published := rulesOf(v.Provider)
	if !published {
		return true // nothing says that it is not
	}
	passed := res.Passed()
	today := map[CheckKind]Rule{}
	for _, rule := range rules {
		today[rule.Kind] = rule
		if _, checked := res.Check(rule.Kind); !checked && passed {
			return false
		}
	}
	for i, then := range res.Checks {
		rule, ruled := today[then.Kind]
		if !ruled {
			return false // it is not checked any more
		}
		now, same := rule.judgesAgain(then)
		if !same {
			return false
		}
		if now.Threshold != then.Threshold && slices.Contains(res.Warnings, WarnThresholdBelowRecommended) {
			return false
		}
		res.Checks[i] = now
	}
	return true
}

// judgesAgain is a kept check as the rule decides it today, and whether that is what
// was decided then. A score is held to today's threshold. A threshold that came with
// an answer, and a vendor's verdict, come only once: they stand when today's rule
// would take the same from an answer.
func (r Rule) judgesAgain(then Check) (now Check, same bool) {
	switch {
	case then.DecidedBy == DecidedByVendor:
		// A vendor's no is a no whatever our rule is.
		isScaled := then.Value == nil || then.Scale == r.Scale
		return then, isScaled && (r.DecidedBy == DecidedByVendor || !then.Passed)
	case then.DecidedBy.known() != r.DecidedBy.known():
		return then, false
	case then.DecidedBy == DecidedByAnswer:
		return then, then.FAR != nil && *then.FAR == r.Rate && then.Comparator == r.Pass && then.Scale == r.Scale
	}
	now, err := r.Check(*then.Value) // settle has seen that there is one
	isStrict := r.Pass.asStrict(now.Threshold, then.Threshold)
	return now, err == nil && isStrict && now.Scale == then.Scale && now.Comparator == then.Comparator && now.Passed == then.Passed
}
