package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// built is the program, built once if a test needs a process.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "batch.exe")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// vendors is a stand-in in this process, so that its bill survives when the program
// is killed. A gate decides how many verifications pass.
type vendors struct {
	*idverifytest.Server
	url     string
	arrived chan struct{} // one for each verification
	pass    chan struct{} // one is taken for each, before it is processed
	left    chan struct{} // one for each whose client left before it passed
}

func newVendors(t *testing.T) *vendors {
	v := &vendors{Server: idverifytest.New(),
		arrived: make(chan struct{}, 1000), pass: make(chan struct{}, 1000), left: make(chan struct{}, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "token") {
			// The server notices that a client left only after it has read the whole
			// body.
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			v.arrived <- struct{}{}
			select {
			case <-v.pass:
			case <-r.Context().Done():
				v.left <- struct{}{}
				return
			}
		}
		v.ServeHTTP(w, r)
	}))
	v.url = server.URL
	t.Cleanup(func() {
		v.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return v
}

func (v *vendors) letPass(n int) {
	for range n {
		v.pass <- struct{}{}
	}
}

func (v *vendors) waitFor(t *testing.T, n int, events <-chan struct{}) {
	t.Helper()
	for i := range n {
		select {
		case <-events:
		case <-time.After(time.Minute):
			t.Fatalf("%d of %d calls", i, n)
		}
	}
}

// people is a CSV file of different people, so that the bill shows who was asked.
func people(t *testing.T, n int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("key,name,id_number,photo\n")
	for i := range n {
		fmt.Fprintf(&text, "row-%d,测试某人,%s,face.jpg\n", i, numberOf(i))
	}
	return write(t, text.String())
}

// numberOf is a made-up ID number with its check digit.
func numberOf(i int) string {
	digits := fmt.Sprintf("110105190002%02d%03d", 1+i/500, 500+i%500)
	sum := 0
	for place, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[place]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

// process is the running program.
type process struct {
	*exec.Cmd
	stdout bytes.Buffer
	lines  chan string // of standard error
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := built()
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(path, args...), lines: make(chan string, 100)}
	p.Env = []string{} // no credentials
	p.Stdout = &p.stdout
	stderr, err := p.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	t.Cleanup(func() { _ = p.Process.Kill() })
	go func() {
		defer close(p.lines)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.lines <- lines.Text()
		}
		_, _ = io.Copy(io.Discard, stderr)
	}()
	return p
}

// until reads standard error up to a line that contains want.
func (p *process) until(t *testing.T, want string) {
	t.Helper()
	for line := range p.lines {
		if strings.Contains(line, want) {
			return
		}
	}
	t.Fatalf("standard error ended without %q", want)
}

// end waits for the program and gives its exit status.
func (p *process) end(t *testing.T) int {
	t.Helper()
	for range p.lines { // Wait closes the pipe: read it first
	}
	_ = p.Wait()
	return p.ProcessState.ExitCode()
}

// perhaps are the keys of the rows that the program calls in flight and not answered.
func (p *process) perhaps(t *testing.T, in string) []string {
	t.Helper()
	if !strings.Contains(p.stdout.String(), "in flight and not answered") {
		return nil
	}
	var keys []string
	for key, answer := range answersIn(t, in) {
		if answer["next_run"] == string(unanswered) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Holds P-PAY-16.
func TestKill_EachRowIsBilledOnce(t *testing.T) {
	const total, answered, atOnce = 60, 21, 8
	v := newVendors(t)
	in := people(t, total)
	args := []string{"-in", in, "-base", v.url, "-workers", fmt.Sprint(atOnce)}

	// Of the calls in flight at the end, three are billed and their answers held
	// back; the others have not been processed.
	v.Inject(idverifytest.BaiduV4, idverifytest.Delay(0).Times(answered), idverifytest.Delay(time.Hour).Always())
	first := launch(t, args...)
	v.letPass(answered)
	v.waitFor(t, answered+atOnce, v.arrived) // these arrive only after so many have been answered and journalled
	v.letPass(3)
	require.Eventually(t, func() bool { return v.Bill().Total() == answered+3 }, time.Minute, time.Millisecond)
	require.NoError(t, first.Process.Kill())
	first.end(t)
	v.waitFor(t, atOnce-3, v.left)
	v.Clear(idverifytest.BaiduV4)

	v.letPass(total)
	second := launch(t, args...)
	assert.Zero(t, second.end(t), second.stdout.String())
	named := second.perhaps(t, in)
	assert.Len(t, named, atOnce, second.stdout.String())
	assert.Contains(t, second.stdout.String(), fmt.Sprintf("%d rows from the journal", answered+atOnce))
	assert.Empty(t, v.Bill().Twice(), "nothing is paid for twice")
	assert.Equal(t, total-(atOnce-3), v.Bill().Total())
	answers := answersIn(t, in)
	assert.Len(t, answers, total)
	billed := map[string]bool{}
	for _, call := range v.Bill().Calls {
		billed[call.Subject] = true
	}
	for i := range total {
		key := fmt.Sprintf("row-%d", i)
		if slices.Contains(named, key) {
			assert.Equal(t, "interrupted", answers[key]["code"])
			assert.Equal(t, "unknown", answers[key]["billed"])
			assert.Equal(t, "review_by_hand", answers[key]["advice"])
			continue
		}
		assert.True(t, idverify.Code(answers[key]["code"]).IsDecision(), answers[key]["code"])
		assert.True(t, billed[v.Subject(numberOf(i))], key)
	}

	// With -repeat and their keys, these rows are sent again, and no other.
	third := launch(t, append(args, "-repeat", strings.Join(named, ","))...)
	assert.Zero(t, third.end(t), third.stdout.String())
	assert.Empty(t, third.perhaps(t, in))
	assert.Equal(t, total+3, v.Bill().Total())
	assert.Len(t, v.Bill().Twice(), 3, "rows that the vendor had billed, unknown to the program")
}

// Holds P-PAY-18.
func TestCtrlC_LosesNoAnswer(t *testing.T) {
	skipWithoutInterrupts(t)
	const total, answered, atOnce = 40, 10, 8
	v := newVendors(t)
	in := people(t, total)
	args := []string{"-in", in, "-base", v.url}
	first := launch(t, args...)
	v.letPass(answered)
	v.waitFor(t, answered+atOnce, v.arrived)
	require.NoError(t, first.Process.Signal(os.Interrupt))
	first.until(t, "no further row is sent")
	v.letPass(atOnce)
	first.until(t, "start it again in the same way")
	assert.Equal(t, 130, first.end(t))
	assert.Empty(t, first.perhaps(t, in))
	assert.Len(t, answersIn(t, in), answered+atOnce)
	assert.Equal(t, answered+atOnce, v.Bill().Total())

	v.letPass(total)
	second := launch(t, args...)
	assert.Zero(t, second.end(t), second.stdout.String())
	assert.Empty(t, second.perhaps(t, in))
	assert.Len(t, answersIn(t, in), total)
	assert.Equal(t, total, v.Bill().Total())
	assert.Empty(t, v.Bill().Twice())
}

// Holds P-PAY-18.
func TestCtrlC_SecondCancelsAndNamesCalls(t *testing.T) {
	skipWithoutInterrupts(t)
	const total, answered, atOnce = 40, 10, 8
	v := newVendors(t)
	in := people(t, total)
	args := []string{"-in", in, "-base", v.url, "-grace", "1h"}
	first := launch(t, args...)
	v.letPass(answered)
	v.waitFor(t, answered+atOnce, v.arrived)
	require.NoError(t, first.Process.Signal(os.Interrupt))
	first.until(t, "Ctrl-C again")
	require.NoError(t, first.Process.Signal(os.Interrupt))
	assert.Equal(t, 130, first.end(t))
	named := first.perhaps(t, in)
	assert.Len(t, named, atOnce, first.stdout.String())

	v.letPass(2 * total)
	second := launch(t, args...)
	assert.Zero(t, second.end(t), second.stdout.String())
	assert.Equal(t, named, second.perhaps(t, in))
	assert.Empty(t, v.Bill().Twice())
}

func TestRun_OneProcessAtATime(t *testing.T) {
	v := newVendors(t)
	in := people(t, 20)
	first := launch(t, "-in", in, "-base", v.url)
	v.waitFor(t, 8, v.arrived)
	second := launch(t, "-in", in, "-base", v.url)
	second.until(t, "another run has it open")
	assert.Equal(t, 1, second.end(t))
	v.letPass(20)
	assert.Zero(t, first.end(t), first.stdout.String())
	assert.Equal(t, 20, v.Bill().Total())
	assert.Len(t, answersIn(t, in), 20, "the second process left the first's answers unchanged")
}

func skipWithoutInterrupts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("one process cannot interrupt another")
	}
}
