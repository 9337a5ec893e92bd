package main

import (
	"slices"
	"strings"
)

// kind is what became of a name, and the heading of the changelog that says so.
type kind string

const (
	added      kind = "Added"
	changed    kind = "Changed"
	deprecated kind = "Deprecated"
	removed    kind = "Removed"
)

// change is what happened to a name between two lists.
type change struct {
	name string
	kind kind
	was  []string // what was said of it, and is no more
	is   []string // what is said of it, and was not
}

// breaking reports whether programs that compiled may compile no more.
func (c change) breaking() bool { return c.kind == changed || c.kind == removed }

// diff lists the names that are not what they were, in their order.
func diff(before, after []fact) []change {
	was, is := byName(before), byName(after)
	var all []change
	for _, name := range names(before, after) {
		c := change{name: name, was: without(was[name], is[name]), is: without(is[name], was[name])}
		switch {
		case len(was[name]) == 0:
			c.kind = added
		case len(is[name]) == 0:
			c.kind = removed
		case len(c.was) == 0 && slices.Equal(c.is, []string{deprecation}):
			c.kind = deprecated
		case len(c.was)+len(c.is) > 0:
			c.kind = changed
		default:
			continue
		}
		all = append(all, c)
	}
	return all
}

func byName(facts []fact) map[string][]string {
	all := map[string][]string{}
	for _, f := range facts {
		all[f.name] = append(all[f.name], f.says)
	}
	return all
}

func names(lists ...[]fact) []string {
	var all []string
	for _, facts := range lists {
		for _, f := range facts {
			all = append(all, f.name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func without(these, others []string) []string {
	return slices.DeleteFunc(slices.Clone(these), func(s string) bool { return slices.Contains(others, s) })
}

// owner is what a name belongs to: the type of a field or method, the package
// of a type. A package belongs to nothing.
func owner(name string) string {
	return name[:max(0, strings.LastIndex(name, "."))]
}
