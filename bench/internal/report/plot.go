package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/work"
)

// Theme is the colours of a picture. Colour-blind readers can tell them apart, and
// every line also has its own mark.
type Theme struct {
	ground, text, faint, grid string
	lines                     map[contestant.Name]string
}

// The themes.
var (
	Light = Theme{
		ground: "#ffffff", text: "#1f2328", faint: "#59636e", grid: "#d9dee3",
		lines: map[contestant.Name]string{
			contestant.Idverify: "#0062a3", contestant.IdverifyHTTP2: "#6e7781", contestant.Resty: "#a65a00",
			contestant.TencentSDK: "#007a58", contestant.BaiduSDK: "#a8327d",
		},
	}
	Dark = Theme{
		ground: "#0d1117", text: "#e6edf3", faint: "#9aa4af", grid: "#2d333b",
		lines: map[contestant.Name]string{
			contestant.Idverify: "#5cb8f5", contestant.IdverifyHTTP2: "#9aa4af", contestant.Resty: "#f0a020",
			contestant.TencentSDK: "#2fbf93", contestant.BaiduSDK: "#e58ac0",
		},
	}
)

// drawn are the lines; the most important is drawn last.
var drawn = []contestant.Name{
	contestant.BaiduSDK, contestant.TencentSDK, contestant.Resty, contestant.IdverifyHTTP2, contestant.Idverify,
}

var lineTitle = map[contestant.Name]string{
	contestant.Idverify:      "idverify",
	contestant.IdverifyHTTP2: "idverify, HTTP/2",
	contestant.Resty:         "resty",
	contestant.TencentSDK:    "Tencent SDK core",
	contestant.BaiduSDK:      "Baidu SDK core",
}

const (
	width, height         = 980, 460
	panelWidth, panelHigh = 408.0, 240.0
	left, top             = 62.0, 132.0
	gapX                  = 62.0
	inset                 = 22.0 // from a panel's edge to its first and last photo
)

var plottedSizes = []int{30 * work.KB, 100 * work.KB, work.MB, 5 * work.MB}

// plot is an unfinished picture.
type plot struct {
	strings.Builder
	theme     Theme
	low, high float64 // ends of the ratios' axis
	ratio     func(Ratios) float64
}

// Plot draws the CPU time of each client as a multiple of by-hand's, or the elapsed
// time if the system does not report CPU time.
func (r *Results) Plot(theme Theme) string {
	p := &plot{theme: theme, ratio: func(x Ratios) float64 { return x.CPU }}
	what := "CPU time of one call"
	if !r.hasCPU() {
		what, p.ratio = "Time of one call", func(x Ratios) float64 { return x.Time }
	}
	p.scale(r.Cases)
	p.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
		width, height, width, height)
	p.add(`<title id="title">%s, net/http by hand = 1</title>`, what)
	p.add(`<desc id="desc">%s</desc>`, escape(r.described()))
	p.add(`<rect width="%d" height="%d" fill="%s"/>`, width, height, theme.ground)
	p.label(left, 34, 20, theme.text, "start", "bold", what+", as a multiple of net/http used by hand")
	p.label(left, 56, 13, theme.faint, "start", "normal", "Lower is better. By hand: streaming, same transport settings. Ratios have a logarithmic axis.")
	p.legend()
	for column, body := range []work.Body{work.Multipart, work.JSON} {
		p.panel(left+float64(column)*(panelWidth+gapX), top, r.Cases, body, work.HTTP1TLS)
	}
	p.label(left, height-38, 12, theme.faint, "start", "normal", "Size of the photo across. Every client in a process of its own; medians of paired rounds.")
	line := r.Machine.String()
	if r.Quick {
		line += ". A quick run: no measurement."
	}
	p.label(left, height-18, 12, theme.faint, "start", "normal", line)
	p.add("</svg>")
	return p.String()
}

func (r *Results) described() string {
	var text strings.Builder
	for _, c := range r.Cases {
		if f, ok := c.Of(contestant.Idverify); ok && bodyTitle[c.Body] != "" {
			fmt.Fprintf(&text, "%s: CPU %s, time %.2f. ", c, known("%.2f", f.ToHand.CPU), f.ToHand.Time)
		}
	}
	return "idverify to net/http by hand. " + text.String()
}

func (p *plot) add(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *plot) label(x, y float64, size int, colour, anchor, weight, text string) {
	p.add(`<text x="%.1f" y="%.1f" font-size="%d" fill="%s" text-anchor="%s" font-weight="%s">%s</text>`,
		x, y, size, colour, anchor, weight, escape(text))
}

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder never fails
	return out.String()
}

// scale sets the axis for all ratios, in powers of two.
func (p *plot) scale(cases []Case) {
	p.low, p.high = -1, 1
	for _, c := range cases {
		if _, ok := c.Body.Vendor(); ok {
			continue // not drawn
		}
		for _, f := range c.Contestants {
			if v := p.ratio(f.ToHand); v > 0 {
				p.low = min(p.low, math.Floor(math.Log2(v)))
				p.high = max(p.high, math.Ceil(math.Log2(v)))
			}
		}
	}
}

func (p *plot) legend() {
	x := left
	p.add(`<line x1="%.1f" y1="80" x2="%.1f" y2="80" stroke="%s" stroke-width="2" stroke-dasharray="5 4"/>`, x, x+24, p.theme.text)
	p.label(x+30, 84, 13, p.theme.text, "start", "normal", "net/http by hand = 1")
	x += 190
	for i := len(drawn) - 1; i >= 0; i-- {
		name := drawn[i]
		p.add(`<line x1="%.1f" y1="80" x2="%.1f" y2="80" stroke="%s" stroke-width="%s"/>`, x, x+24, p.theme.lines[name], stroke(name))
		p.mark(name, x+12, 80)
		p.label(x+30, 84, 13, p.theme.text, "start", "normal", lineTitle[name])
		x += 46 + 7.0*float64(len(lineTitle[name]))
	}
}

func stroke(name contestant.Name) string {
	if name == contestant.Idverify {
		return "3"
	}
	return "1.8"
}

// spaced is a size with a space before its unit.
func spaced(size int) string {
	name := work.SizeName(size)
	return name[:len(name)-2] + " " + name[len(name)-2:]
}

// panel is one body over one transport.
func (p *plot) panel(x, y float64, cases []Case, body work.Body, transport work.Transport) {
	p.label(x, y-10, 14, p.theme.text, "start", "bold", bodyTitle[body]+", "+transportTitle[transport])
	for exponent := p.low; exponent <= p.high; exponent++ {
		at := p.at(y, math.Exp2(exponent))
		p.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`, x, at, x+panelWidth, at, p.theme.grid)
		p.label(x-6, at+4, 11, p.theme.faint, "end", "normal", fmt.Sprintf("%g×", math.Exp2(exponent)))
	}
	one := p.at(y, 1)
	p.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="2" stroke-dasharray="5 4"/>`, x, one, x+panelWidth, one, p.theme.text)
	for i, size := range plottedSizes {
		p.label(across(x, i), y+panelHigh+16, 11, p.theme.faint, "middle", "normal", spaced(size))
	}
	found := false
	for _, name := range drawn {
		found = p.line(x, y, name, cases, body, transport) || found
	}
	if !found {
		p.label(x+panelWidth/2, y+panelHigh/2-14, 12, p.theme.faint, "middle", "normal", "not measured")
	}
}

func (p *plot) line(x, y float64, name contestant.Name, cases []Case, body work.Body, transport work.Transport) bool {
	var points []string
	var last float64
	for i, size := range plottedSizes {
		for _, c := range cases {
			f, ok := c.Of(name)
			if !ok || c.Size != size || c.Body != body || c.Transport != transport || p.ratio(f.ToHand) <= 0 {
				continue
			}
			last = p.ratio(f.ToHand)
			points = append(points, fmt.Sprintf("%.1f,%.1f", across(x, i), p.at(y, last)))
			p.mark(name, across(x, i), p.at(y, last))
		}
	}
	if len(points) == 0 {
		return false
	}
	p.add(`<polyline points="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round"/>`,
		strings.Join(points, " "), p.theme.lines[name], stroke(name))
	return true
}

func (p *plot) at(y, ratio float64) float64 {
	return y + panelHigh*(p.high-math.Log2(ratio))/(p.high-p.low)
}

func across(x float64, i int) float64 {
	return x + inset + float64(i)*(panelWidth-2*inset)/float64(len(plottedSizes)-1)
}

// mark draws a line's mark, so that lines can be told apart without colours.
func (p *plot) mark(name contestant.Name, x, y float64) {
	colour := p.theme.lines[name]
	switch name {
	case contestant.Idverify:
		p.add(`<circle cx="%.1f" cy="%.1f" r="4.5" fill="%s"/>`, x, y, colour)
	case contestant.Resty:
		p.add(`<rect x="%.1f" y="%.1f" width="7" height="7" fill="%s"/>`, x-3.5, y-3.5, colour)
	case contestant.TencentSDK:
		p.add(`<path d="M%.1f %.1fl4.5 8h-9z" fill="%s"/>`, x, y-4.5, colour)
	case contestant.BaiduSDK:
		p.add(`<path d="M%.1f %.1fl4.8 4.8-4.8 4.8-4.8-4.8z" fill="%s"/>`, x, y-4.8, colour)
	default:
		p.add(`<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s" stroke="%s" stroke-width="1.8"/>`, x, y, p.theme.ground, colour)
	}
}
