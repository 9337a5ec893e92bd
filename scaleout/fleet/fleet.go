//go:build unix

// Package fleet starts the processes of a service, and kills or stops them at any
// moment.
package fleet

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/idverify/idverify/scaleout/worker"
)

// Fleet is a number of processes. Its methods may be called concurrently.
type Fleet struct {
	dir     string
	program string
	hear    func(member int, e worker.Event)

	mu      sync.Mutex
	lives   []*life                        // by member
	orders  map[int]map[int]worker.Command // standing commands, by id and member
	setups  []worker.Setup
	waiting map[int]*answer // by the command's id
	ids     int
	births  int
	crashes []error
	closing bool
}

// life is a member from its start to its end.
type life struct {
	member  int
	name    string
	command *exec.Cmd
	killed  bool // by us
	in      io.WriteCloser
	sending sync.Mutex
	ended   chan struct{}
	ready   chan struct{}
}

// answer collects the events that members send for a command.
type answer struct {
	left   map[*life]bool
	events []worker.Event
	done   chan struct{}
}

// New starts a process for each setup: this program again, with the environment
// variable that makes it a worker. hear is called for every event, by several
// goroutines.
func New(dir string, setups []worker.Setup, hear func(member int, e worker.Event)) (*Fleet, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &Fleet{dir: dir, program: self, hear: hear, lives: make([]*life, len(setups)), orders: map[int]map[int]worker.Command{}, setups: setups, waiting: map[int]*answer{}}
	f.mu.Lock()
	defer f.mu.Unlock()
	for member := range setups {
		if err := f.begin(member); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Size is the number of members.
func (f *Fleet) Size() int { return len(f.setups) }

// begin starts a new process for a member. f.mu is held.
func (f *Fleet) begin(member int) error {
	f.births++
	setup := f.setups[member]
	setup.Name = fmt.Sprintf("%s-%d", setup.Name, f.births)
	file := func(what string) string {
		return filepath.Join(f.dir, fmt.Sprintf("%s-%d.%s", f.setups[member].Name, member, what))
	}
	setup.Log, setup.Spans, setup.Metrics = file("log"), file("spans"), file("metrics")
	l := &life{member: member, name: setup.Name, ended: make(chan struct{}), ready: make(chan struct{})}
	line := append(slices.Clone(setup.Under), f.program)
	l.command = exec.Command(line[0], line[1:]...)
	l.command.Env = append(os.Environ(), worker.Variable+"=1")
	l.command.SysProcAttr = attributes()
	errors, err := os.OpenFile(file("err"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer errors.Close()
	l.command.Stderr = errors
	if l.in, err = l.command.StdinPipe(); err != nil {
		return err
	}
	out, err := l.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := l.command.Start(); err != nil {
		return err
	}
	f.lives[member] = l
	go f.listen(l, out)
	go l.send(setup)
	for id, orders := range f.orders {
		if order, ok := orders[member]; ok {
			f.waiting[id].left[l] = true
			go l.send(order)
		}
	}
	return nil
}

// send writes a line. A stopped process reads nothing, so nobody waits for the write
// while holding a lock of the fleet.
func (l *life) send(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	if _, first := v.(worker.Setup); !first {
		select {
		case <-l.ready:
		case <-l.ended:
			return
		}
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	_, _ = l.in.Write(append(line, '\n')) // a process that is gone cannot read it
}

func (f *Fleet) listen(l *life, out io.Reader) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // ignores an incomplete last line
		}
		var e worker.Event
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		if e.Ready {
			close(l.ready)
			continue
		}
		f.hear(l.member, e)
		f.note(l, e)
	}
	err := l.command.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	defer close(l.ended)
	if f.closing {
		for id := range f.waiting {
			f.settle(id, l, true)
		}
		return
	}
	if !l.killed {
		f.crashes = append(f.crashes, fmt.Errorf("%s ended by itself: %w", l.name, err))
	}
	for id := range f.waiting {
		_, standing := f.orders[id]
		f.settle(id, l, !standing)
	}
	if err := f.begin(l.member); err != nil {
		f.crashes = append(f.crashes, err)
	}
}

// note passes an event to the caller that waits for the command's answer.
func (f *Fleet) note(l *life, e worker.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.waiting[e.ID]
	if !ok {
		return
	}
	if _, standing := f.orders[e.ID]; !standing || e.Done {
		a.events = append(a.events, e)
	}
	if e.Done {
		f.settle(e.ID, l, true)
	}
}

// settle counts one member as finished. A standing command is not finished when its
// member dies, because the member's new process continues it. f.mu is held.
func (f *Fleet) settle(id int, l *life, over bool) {
	a := f.waiting[id]
	if !a.left[l] {
		return
	}
	delete(a.left, l)
	if len(a.left) > 0 || !over {
		return
	}
	delete(f.waiting, id)
	delete(f.orders, id)
	close(a.done)
}

// Pending is a command in progress.
type Pending struct{ answer *answer }

// Done is closed when every member has finished the command, or is gone.
func (p *Pending) Done() <-chan struct{} { return p.answer.done }

// Wait waits for the command and returns its events.
func (p *Pending) Wait() []worker.Event {
	<-p.answer.done
	return p.answer.events
}

// Tell sends commands to members, one to each, all under one id. A standing command
// is also sent to their new processes, and only its last event is kept.
func (f *Fleet) Tell(commands map[int]worker.Command, standing bool) *Pending {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ids++
	a := &answer{left: map[*life]bool{}, done: make(chan struct{})}
	f.waiting[f.ids] = a
	for member, c := range commands {
		c.ID = f.ids
		l := f.lives[member]
		a.left[l] = true
		if standing {
			if f.orders[f.ids] == nil {
				f.orders[f.ids] = map[int]worker.Command{}
			}
			f.orders[f.ids][member] = c
		}
		go l.send(c)
	}
	return &Pending{answer: a}
}

// TellAll sends one command to every member.
func (f *Fleet) TellAll(c worker.Command, standing bool) *Pending {
	commands := map[int]worker.Command{}
	for member := range f.Size() {
		commands[member] = c
	}
	return f.Tell(commands, standing)
}

// Ask makes members ask questions at the same moment; each takes the next number in
// turn. No members means all.
func (f *Fleet) Ask(a worker.Ask, numbers []int, members ...int) *Pending {
	if len(members) == 0 {
		for member := range f.Size() {
			members = append(members, member)
		}
	}
	a.At = time.Now().Add(100 * time.Millisecond)
	commands := map[int]worker.Command{}
	for i, n := range numbers {
		member := members[i%len(members)]
		if commands[member].Ask == nil {
			own := a
			commands[member] = worker.Command{Ask: &own}
		}
		commands[member].Ask.Numbers = append(commands[member].Ask.Numbers, n)
	}
	return f.Tell(commands, false)
}

// Kill kills a member without warning. Its new process has started when Kill returns.
func (f *Fleet) Kill(member int) {
	f.mu.Lock()
	l := f.lives[member]
	l.killed = true
	_ = l.command.Process.Kill()
	f.mu.Unlock()
	<-l.ended
}

// Crashes are the errors of members that ended by themselves.
func (f *Fleet) Crashes() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.crashes)
}

// Halt stops a member with SIGSTOP until Resume.
func (f *Fleet) Halt(member int) { f.signal(member, syscall.SIGSTOP) }

// Resume lets a stopped member continue.
func (f *Fleet) Resume(member int) { f.signal(member, syscall.SIGCONT) }

func (f *Fleet) signal(member int, s syscall.Signal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.lives[member].command.Process.Signal(s)
}

// Close ends all members and waits for them.
func (f *Fleet) Close() {
	f.mu.Lock()
	f.closing = true
	lives := f.lives
	f.mu.Unlock()
	for _, l := range lives {
		_ = l.command.Process.Signal(syscall.SIGCONT)
		_ = l.in.Close() // which ends the process
	}
	for _, l := range lives {
		select {
		case <-l.ended:
		case <-time.After(5 * time.Second):
			_ = l.command.Process.Kill()
			<-l.ended
		}
	}
}
