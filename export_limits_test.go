package idverify

import "context"

// PersonLimit gives the tests the per-person limit that the options make.
func PersonLimit(opts ...Option) (admit func(context.Context, Subject) error, printed any, err error) {
	var s settings
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return nil, nil, err
		}
	}
	return s.person.admit, s.person, nil
}

// NewSmallPersonStore is the memory store with room for size persons. size
// tells how many it remembers.
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

// LoseAlarm makes a limiter as late for the head's turn as one on a machine
// that has stopped for a while.
func LoseAlarm(l Limiter) { l.(*limiter).alarm.Stop() }
