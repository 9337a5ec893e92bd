package report_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/report"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// turn is a call that takes and uses as much as is said.
func turn(time, cpu, bytes, allocs, entry float64) worker.Report {
	return worker.Report{Time: time, CPU: cpu, HasCPU: cpu > 0, Bytes: bytes, Allocs: allocs, Entries: []float64{entry}}
}

// rounds have an idverify that is as fast as by-hand times ratio, on a machine
// that grows slower from round to round.
func rounds(ratio, cpu float64) []report.Round {
	var all []report.Round
	for _, slow := range []float64{1, 2, 5} {
		all = append(all, report.Round{
			contestant.ByHand:   turn(slow*1e-3, slow*cpu, 40000, 80, 20e-6),
			contestant.Idverify: turn(slow*1e-3*ratio, slow*cpu*ratio, 9000, 85, 50e-6),
			contestant.Resty:    turn(slow*4e-3, slow*cpu*4, 2e6, 300, 900e-6),
		})
	}
	return all
}

func results(ratio, cpu float64) *report.Results {
	r := &report.Results{Machine: report.Machine{Processor: `Made & "Up" <CPU>`, Cores: 2, System: "linux/amd64", Go: "go1", Date: "1900-01-01"}, Rounds: 3}
	for _, transport := range []work.Transport{work.HTTP1, work.HTTP2TLS} {
		for _, size := range []int{work.KB, 100 * work.KB, work.MB} {
			r.Cases = append(r.Cases, report.Sum(work.Case{Body: work.Multipart, Transport: transport, Size: size}, rounds(ratio, cpu)))
		}
	}
	r.Crowds = []report.Crowd{{Name: contestant.Idverify, Transport: work.HTTP1, Callers: 512, Opened: 563}}
	r.Memory = []report.Memory{{Case: work.Case{Body: work.JSON, Transport: work.HTTP1, Size: work.MB}, Name: contestant.Idverify, Callers: 64, Grown: 10.1}}
	r.Overhead = []report.Overhead{{Vendor: "tencent", Time: 1.9, Allocs: 12}}
	return r
}

func TestSumPairsTheRounds(t *testing.T) {
	c := report.Sum(work.Case{}, rounds(0.5, 1e-4))
	figures, ok := c.Of(contestant.Idverify)
	require.True(t, ok)
	assert.InDelta(t, 0.5, figures.ToHand.Time, 1e-9)
	assert.InDelta(t, 0.5, figures.ToHand.CPU, 1e-9)
	assert.InDelta(t, 1000, figures.Time, 1e-9, "the median round, in µs")
	assert.InDelta(t, 50, figures.Entry, 1e-9)
	assert.Equal(t, 9000.0, figures.Bytes)
	assert.InDelta(t, 0.125, c.Idverify[contestant.Resty].Time, 1e-9)
	_, took := c.Of(contestant.BaiduSDK)
	assert.False(t, took)
}

func verdicts(r *report.Results) map[string]string {
	found := map[string]string{}
	for _, target := range r.Targets() {
		found[target.What] = target.Verdict
	}
	return found
}

func TestTargetsAreJudged(t *testing.T) {
	const byHand = "time and CPU against net/http by hand, streaming, same transport settings: "
	for _, test := range []struct {
		ratio                  float64
		small, medium, atLeast string
	}{
		{1.00, "met", "met", "met"},
		{1.02, "met", "met", "not met"},
		{1.09, "met", "not met", "not met"},
		{1.11, "not met", "not met", "not met"},
	} {
		found := verdicts(results(test.ratio, 1e-4))
		assert.Equal(t, test.small, found[byHand+"1 KB"], test.ratio)
		assert.Equal(t, test.medium, found[byHand+"100 KB"], test.ratio)
		assert.Equal(t, test.atLeast, found[byHand+"from 1 MB"], test.ratio)
	}
	found := verdicts(results(1, 1e-4))
	assert.Equal(t, "met", found["connections opened by 512 callers, the first included"])
	assert.Equal(t, "met", found["allocations of Client on top"])
	assert.Equal(t, "met", found["the same for all of them"])
	assert.Equal(t, "not met", found["peak memory growth, 64 concurrent calls with a 5 MB file each, HTTP/1.1"])
	assert.Equal(t, "not measured", found["peak memory growth, 64 concurrent calls with a 5 MB file each, HTTP/2"])
	assert.Equal(t, "not measured", found["CPU, 5 MB JSON/base64 over TLS, against the core of Baidu's SDK"])
}

func TestNothingMeasuredIsNothingMet(t *testing.T) {
	for _, target := range new(report.Results).Targets() {
		assert.Equal(t, "not measured", target.Verdict, target.What)
	}
}

func TestTheWorstCaseIsNamed(t *testing.T) {
	r := results(1.0, 1e-4)
	r.Cases[2] = report.Sum(r.Cases[2].Case, rounds(1.5, 1e-4))
	for _, target := range r.Targets() {
		if strings.HasSuffix(target.What, "from 1 MB") {
			assert.Contains(t, target.Figure, "1.500")
			assert.Contains(t, target.Figure, "multipart/http1/1MB")
			assert.Contains(t, target.Figure, "2 of 4 within")
		}
	}
}

// wellFormed fails unless the text is XML to its end.
func wellFormed(t *testing.T, text string) {
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

func TestThePictureIsWellFormed(t *testing.T) {
	for _, r := range []*report.Results{results(0.9, 1e-4), results(40, 0), {Quick: true}} {
		for _, theme := range []report.Theme{report.Light, report.Dark} {
			picture := r.Plot(theme)
			wellFormed(t, picture)
			assert.NotContains(t, picture, "NaN")
			assert.NotContains(t, picture, "Inf")
			assert.NotContains(t, picture, "%!")
		}
	}
	assert.Contains(t, results(1, 1e-4).Plot(report.Light), "CPU time of one call")
	assert.Contains(t, results(1, 0).Plot(report.Light), "Time of one call", "CPU time is not known")
}

func TestEverythingIsWritten(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	r := results(0.9, 0)
	require.NoError(t, r.Write(folder))
	for _, name := range []string{"plot-light.svg", "plot-dark.svg"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		wellFormed(t, string(text))
	}
	table, err := os.ReadFile(filepath.Join(folder, "table.md"))
	require.NoError(t, err)
	for _, want := range []string{`Made & "Up" <CPU>, 2 cores`, "multipart over HTTP/1.1", "by-hand", "CPU time is left out", "**not met**"} {
		assert.Contains(t, string(table), want)
	}
	assert.NotContains(t, string(table), "%!")

	text, err := os.ReadFile(filepath.Join(folder, "table.json"))
	require.NoError(t, err)
	var numbers struct {
		Cases   []json.RawMessage `json:"cases"`
		Targets []report.Target   `json:"targets"`
	}
	require.NoError(t, json.Unmarshal(text, &numbers))
	assert.Len(t, numbers.Cases, 6)
	assert.Len(t, numbers.Targets, len(r.Targets()))
}
