package idverify

import "context"

// TryPersons returns the limit per person that the options make.
func TryPersons(opts ...Option) (admit func(context.Context, Subject) error, printed any, err error) {
	c := &Client{}
	for _, opt := range opts {
		if err := opt(&c.settings); err != nil {
			return nil, nil, err
		}
	}
	admit = func(ctx context.Context, s Subject) error {
		if c.person == nil {
			return nil
		}
		_, err := c.takeTry(ctx, s)
		return err
	}
	return admit, c.person, nil
}

// NewSmallPersonStore makes a memory store with room for size persons. size returns
// how many it remembers.
func NewSmallPersonStore(room int) (store PersonStore, size func() int) {
	m := newMemoryPersonStore(room)
	return m, func() int {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.persons) != m.order.Len() {
			panic("a person is in one list and not in the other")
		}
		for at := m.order.Front(); at != nil; at = at.Next() {
			if len(at.Value.(*triedPerson).tries) > maxPersonTries {
				panic("more tries are kept than any limit counts")
			}
		}
		return m.order.Len()
	}
}

// LoseAlarm makes a limiter miss the head's turn, as on a machine that was
// suspended for a while.
func LoseAlarm(l Limiter) { l.(*limiter).alarm.Stop() }

// DigitOf is the value of a decimal digit.
func DigitOf(r rune) rune { return digitOf(r) }
