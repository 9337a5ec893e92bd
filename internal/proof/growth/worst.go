package growth

import (
	"fmt"
	"strings"
)

// JSON is values of about a size: the worst that we know of each kind, and some that
// only look like them. Every reader of JSON is tested with all of them.
func JSON() map[string]func(size int) string {
	return map[string]func(size int) string{
		"text":                   Filled(`"`, `a`, `"`),
		"text of characters":     Filled(`"`, `测`, `"`),
		"text of escapes":        Filled(`"`, `\u0000`, `"`),
		"text of the name":       Filled(`"`, strings.Repeat("测", 128), `"`),
		"text of the number":     Filled(`"`, "11010519000101001X", `"`),
		"text that is no UTF-8":  Filled(`"`, "\xff", `"`),
		"base64 with escapes":    Filled(`"`, `\/`, `"`),
		"ones":                   Filled(`[1`, `,1`, `]`),
		"ones in a text":         Filled(`"[1`, `,1`, `]"`),
		"empty texts":            Filled(`[""`, `,""`, `]`),
		"long texts in a list":   Filled(`[""`, `,"`+strings.Repeat("测", 2<<10)+`"`, `]`),
		"short lists":            Filled(`[[]`, `,[1,[2]]`, `]`),
		"objects":                Filled(`[{}`, `,{"a":1}`, `]`),
		"lists without end":      Filled(``, `[`, ``),
		"objects without end":    Filled(``, `{"a":`, ``),
		"a deep list":            func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
		"many keys":              func(n int) string { return numbered(n, `"k%d":1`) },
		"many long keys":         func(n int) string { return numbered(n, `"`+strings.Repeat("k", 110)+`%d":1`) },
		"many keys to be folded": func(n int) string { return numbered(n, `"`+strings.Repeat("ſK", 20)+`%d":1`) },
		"many foreign keys":      func(n int) string { return numbered(n, `"`+strings.Repeat("éჱ", 20)+`%d":1`) },
		"many escaped keys":      func(n int) string { return numbered(n, `"`+strings.Repeat(`\u00e9`, 15)+`%d":1`) },
		"objects of such keys":   Filled(`[{}`, `,{"éé":1,"éÉé":2,"éÉÉ":3}`, `]`),
		"the same key":           Filled(`{"a":1`, `,"a":1`, `}`),
		"a long key":             Filled(`{"`, `k`, `":1}`),
		"a long number":          Filled(`1`, `1`, ``),
		"a long fraction":        Filled(`0.1`, `1`, `e-9`),
		"numbers too large":      Filled(`[1`, `,1e999`, `]`),
		"white space":            Filled(`[`, " \n\t\r", `]`),
		"a text that breaks off": Filled(`"`, `a`, ``),
		"texts that break off":   Filled(`["a"`, `,"a"`, ``),
		"no JSON":                Filled(``, `x`, ``),
	}
}

// Filled is a text of about a size with this beginning and end, and the unit repeated
// in between.
func Filled(begin, unit, end string) func(size int) string {
	return func(size int) string {
		return begin + strings.Repeat(unit, max(0, size-len(begin)-len(end))/len(unit)) + end
	}
}

// numbered is an object of about a size; %d makes each member different.
func numbered(size int, member string) string {
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		text.WriteByte(",{"[min(1, 1/(i+1))])
		fmt.Fprintf(&text, member, i)
	}
	return text.String() + "}"
}
