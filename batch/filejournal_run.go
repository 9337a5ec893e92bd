package batch

import (
	"context"
	"sync"
)

// BeginRun implements [RunJournal].
func (j *FileJournal) BeginRun(_ context.Context, binding string) (end func(), err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return nil, err
	}
	switch {
	case j.lost:
		return nil, errShrunk
	case j.running:
		return nil, errRunning
	}
	if err := j.stands(); err != nil {
		return nil, j.mark(err)
	}
	switch {
	case j.binding != "" && j.binding != binding:
		return nil, errOtherBinding
	case j.binding == "" && len(j.rows) > 0:
		return nil, errNoBinding
	}
	if j.binding == "" {
		if err := j.bind(binding); err != nil {
			return nil, err
		}
	}
	j.running = true
	return sync.OnceFunc(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.running = false
	}), nil
}

// bind writes the binding. It reaches the disk with the first row. j.mu is held.
func (j *FileJournal) bind(binding string) error {
	text, err := journalLine{Binding: binding}.encode()
	if err != nil {
		return err
	}
	if err := j.put(text); err != nil {
		return err
	}
	j.binding = binding
	return nil
}
