package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// vendor is the data of one vendor in the tables.
type vendor struct {
	vendors.Vendor
	rules []idverify.Rule
}

func withRules(all []vendors.Vendor) []vendor {
	var list []vendor
	for _, v := range all {
		p, err := v.New(vendors.Account{})
		if err != nil {
			panic(err) // the account is the stand-in's
		}
		list = append(list, vendor{v, p.Rules()})
	}
	return list
}

// part is one generated table.
type part struct {
	name  string
	write func(io.Writer, words)
}

// partsOf are the tables about these vendors.
func partsOf(all []vendor) []part {
	list := []part{
		{"vendors", func(out io.Writer, w words) { writeVendors(out, w, all) }},
		{"codes", writeCodes},
		{"advices", writeAdvices},
		{"photos", func(out io.Writer, w words) { writePhotos(out, w, all) }},
	}
	for _, v := range all {
		list = append(list, part{codesOf + v.Name, func(out io.Writer, w words) { writeVendorCodes(out, w, v) }})
	}
	return list
}

// codesOf begins the name of a vendor's own table.
const codesOf = "codes-"

func row(out io.Writer, cells ...string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

func header(out io.Writer, cells ...string) {
	row(out, cells...)
	row(out, strings.Split(strings.Repeat("---,", len(cells)-1)+"---", ",")...)
}

func writeVendors(out io.Writer, w words, all []vendor) {
	header(out, w.vendorHeader...)
	for _, v := range all {
		for i, r := range v.rules {
			name, evidence := "`"+v.Name+"`", v.Documented
			if i > 0 {
				name, evidence = "", ""
			}
			row(out, name, evidence, w.checks[r.Kind], scale(r), passes(r, w), rates(r, w))
		}
	}
}

// scale is the range of the score, "–" for a verdict without a score.
func scale(r idverify.Rule) string {
	if r.Scale == (idverify.Scale{}) {
		return "–"
	}
	return number(r.Scale.Min) + "–" + number(r.Scale.Max)
}

// passes says which condition passes.
func passes(r idverify.Rule, w words) string {
	switch r.DecidedBy {
	case idverify.DecidedByVendor:
		return w.vendorDecides
	case idverify.DecidedByAnswer:
		return fmt.Sprintf(w.answerDecides, r.Pass, r.Rate)
	}
	return string(r.Pass) + " " + number(r.Threshold)
}

// rates lists every published pair of threshold and rate, or says that there is none.
// Only similarity has a false accept rate.
func rates(r idverify.Rule, w words) string {
	if r.Kind != idverify.CheckSimilarity {
		return "–"
	}
	var pairs []string
	for _, step := range r.FAR {
		if r.DecidedBy == idverify.DecidedByAnswer {
			pairs = append(pairs, fmt.Sprintf("%.0e", step.Rate))
			continue
		}
		pairs = append(pairs, fmt.Sprintf("%s: %.0e", number(step.Threshold), step.Rate))
	}
	if pairs == nil {
		return w.notPublished
	}
	list := strings.Join(pairs, ", ")
	if r.DecidedBy == idverify.DecidedByAnswer {
		return fmt.Sprintf(w.inEachAnswer, list)
	}
	return list
}

func writeCodes(out io.Writer, w words) {
	header(out, w.codeHeader...)
	for _, c := range idverify.Codes() {
		kind := w.errorWord
		if c.IsDecision() {
			kind = w.decisionWord
		}
		row(out, "`"+string(c)+"`", kind, w.codes[c], "`"+string(c.Advice())+"`")
	}
}

func writeAdvices(out io.Writer, w words) {
	header(out, w.adviceHeader...)
	for _, a := range idverify.Advices() {
		row(out, "`"+string(a)+"`", w.advices[a])
	}
}

func writeVendorCodes(out io.Writer, w words, v vendor) {
	header(out, w.vendorCodeHeader...)
	for _, c := range v.Codes() {
		code := "`" + c.VendorCode + "`"
		if c.VendorReason != "" {
			code += " · " + c.VendorReason
		}
		if c.HTTPStatus != 0 {
			code += fmt.Sprintf(" (HTTP %d)", c.HTTPStatus)
		}
		repeatable := w.no
		switch {
		case c.Repeatable():
			repeatable = w.yes
		case c.NoRepeat:
			repeatable = w.never
		}
		row(out, code, "`"+string(c.Code)+"`", "`"+string(c.Code.Advice())+"`", w.billed[c.Billed], "`"+string(c.Delivery)+"`", repeatable, w.note(c))
	}
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
