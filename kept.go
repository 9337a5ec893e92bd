package idverify

import "slices"

// today returns a kept decision as today's rules would make it, or nil when they
// would decide differently.
func (c *Client) today(kept *Stored) *Result {
	v := c.vendorOf(&kept.Result)
	if v == nil || kept.Settings != v.settings() {
		return nil
	}
	res, e := holdToContract(v.Name(), kept.Result.clone(), nil)
	if e != nil || !v.stillEarned(res) {
		return nil
	}
	own := *res
	own.Origin = OriginStore
	return &own
}

// vendorOf returns the vendor that decided, nil when the Client has none of that
// name.
func (c *Client) vendorOf(res *Result) *vendor {
	for _, v := range c.vendors {
		if v.Name() == res.Vendor {
			return v
		}
	}
	return nil
}

// settings are what a decision of the provider depends on besides its rules.
func (v *vendor) settings() string {
	if p, ok := v.Provider.(interface{ DecidesBy() string }); ok {
		return p.DecidesBy()
	}
	return ""
}

// stillEarned reports whether today's rules come to the same decision, and judges
// the checks again by them. A pass needs every check that the vendor's rules need
// today; New made sure that these include the kinds of WithRequiredChecks. If the
// rule was milder then, or the decision was made under a threshold milder than the
// vendor's, the vendor is asked again, because the warnings would differ.
func (v *vendor) stillEarned(res *Result) bool {
	rules, published := rulesOf(v.Provider)
	if !published {
		return true // nothing says otherwise
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
			return false // this kind is not checked any more
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

// judgesAgain returns a kept check as the rule decides it today, and whether the
// outcome is the same. A score is compared with today's threshold. A threshold that
// came with an answer, or a vendor's verdict, cannot be obtained again: it stands
// when today's rule would accept the same from an answer.
func (r Rule) judgesAgain(then Check) (now Check, same bool) {
	switch {
	case then.DecidedBy == DecidedByVendor:
		// A vendor's no is a no under every rule.
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
