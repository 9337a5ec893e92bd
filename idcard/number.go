package idcard

import (
	"time"
	"unique"
)

// Number is an identity number that satisfied every rule. Its zero value is no number: it has no kind, no sex and an
// empty or zero value for everything else. Two Numbers are equal (==) if they are the same number, so that a Number can
// be a map key.
type Number struct {
	// The text is kept behind a pointer because fmt prints unexported fields by
	// reflection, without calling Format: for the verb %p, and for a Number in an
	// unexported field of another struct. It does not follow pointers there. A
	// unique.Handle is such a pointer, and still compares by what it points to.
	text unique.Handle[string]
	// Two words, because go-spew takes a struct of one pointer for what it points to, and asks that for its String: the
	// digits of the number would be read as an address and a length, which ends the process.
	_ struct{}
}

// Parse returns the number in s, or an [*Error] that names the rule it broke. Full-width characters and a lower-case x
// are folded, and white space and invisible characters around the number are dropped, as [Trim] says. The birth date
// must not be after today by the system's clock.
func Parse(s string) (Number, error) {
	return ParseAt(s, time.Now())
}

// ParseAt is [Parse] with the clock given: the birth date must not be after the day that now is in UTC+8. A zero now
// refuses every birth date.
func ParseAt(s string, now time.Time) (Number, error) {
	text, err := fold(s)
	if err != nil {
		return Number{}, err
	}
	if err := check(text, now); err != nil {
		return Number{}, err
	}
	return Number{text: unique.Make(text)}, nil
}

// Reveal returns the whole number, 18 ASCII characters with an upper-case X, for sending it where it must go. Every
// other way of turning a Number into text masks it. The zero Number gives the empty string.
func (n Number) Reveal() string {
	if n == (Number{}) {
		return ""
	}
	return n.text.Value()
}

// Kind says which document the number belongs to; it is empty for the zero Number.
func (n Number) Kind() Kind {
	if n == (Number{}) {
		return ""
	}
	return kindOf(n.Reveal())
}

// AddressCode returns the 6-digit address code, by GB/T 2260 as it stood when the number was assigned. It is where the
// holder was first registered, not where they live or were born. It is empty for a foreign permanent resident, who has
// none.
func (n Number) AddressCode() string {
	switch n.Kind() {
	case "", KindForeignPermanentResident:
		return ""
	default:
		return n.Reveal()[:addressLen]
	}
}

// Province returns a 2-digit code: the province of the address code, or, for a foreign permanent resident, the province
// where the permit was applied for, unchecked. A residence permit has 81, 82 or 83.
func (n Number) Province() string {
	switch n.Kind() {
	case "":
		return ""
	case KindForeignPermanentResident:
		return n.Reveal()[1:3]
	default:
		return n.Reveal()[:provinceLen]
	}
}

// ProvinceName returns the Chinese name of [Number.Province], such as 北京市. It is empty if a foreign permanent
// resident's number has digits there that are no province.
func (n Number) ProvinceName() string {
	return provinceName(n.Province())
}

// Nationality returns the 3-digit ISO 3166-1 code in a foreign permanent resident's number, unchecked. It is empty for
// the other kinds.
func (n Number) Nationality() string {
	if n.Kind() != KindForeignPermanentResident {
		return ""
	}
	return n.Reveal()[3:6]
}

// BirthDate returns midnight of the birth date in UTC+8, and the zero time for the zero Number.
func (n Number) BirthDate() time.Time {
	if n == (Number{}) {
		return time.Time{}
	}
	date, _ := birthDate(n.Reveal())
	return date
}

// Age returns the full years lived by the day that on is in UTC+8. It increases on the birthday itself, as in civil
// law (criminal law counts from the day after). For a person born on 29 February it increases on 1 March in common
// years. Age is -1 on a day before the birth date, and for the zero Number, so that it does not count as an infant.
func (n Number) Age(on time.Time) int {
	birth := n.BirthDate()
	if n == (Number{}) || birth.After(on) {
		return -1
	}
	on = on.In(china)
	age := on.Year() - birth.Year()
	if on.Month() < birth.Month() || on.Month() == birth.Month() && on.Day() < birth.Day() {
		age--
	}
	return age
}

// MayBeRounded reports whether the last three characters are zeros, as when a
// spreadsheet treats the number as numeric and keeps 15 digits. For one in eleven
// such numbers the check digit still fits: then it is another person's number.
// About one in a thousand correct numbers ends in 000.
func (n Number) MayBeRounded() bool {
	return isRounded(n.Reveal())
}

// Sex returns the sex that the number encodes for every kind in position 17: odd is male, even is female. It is empty
// for the zero Number.
func (n Number) Sex() Sex {
	if n == (Number{}) {
		return ""
	}
	if value(n.Reveal()[16])%2 == 1 {
		return SexMale
	}
	return SexFemale
}
