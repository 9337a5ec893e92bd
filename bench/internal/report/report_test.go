package report_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/contestant"
	"github.com/idverify/idverify/bench/internal/report"
	"github.com/idverify/idverify/bench/internal/work"
	"github.com/idverify/idverify/bench/internal/worker"
)

// turn is a report with these figures.
func turn(time, cpu, bytes, allocs float64) worker.Report {
	return worker.Report{Time: time, CPU: cpu, HasCPU: cpu > 0, Bytes: bytes, Allocs: allocs}
}

// rounds have an idverify that takes by-hand's time multiplied by ratio, on a machine
// that becomes slower from round to round.
func rounds(ratio, cpu float64) []report.Round {
	var all []report.Round
	for _, slow := range []float64{1, 2, 5} {
		all = append(all, report.Round{
			contestant.ByHand:        turn(slow*1e-3, slow*cpu, 40000, 80),
			contestant.Idverify:      turn(slow*1e-3*ratio, slow*cpu*ratio, 9000, 85),
			contestant.IdverifyHTTP2: turn(slow*2e-3, slow*cpu*1.6, 11000, 95),
			contestant.Resty:         turn(slow*4e-3, slow*cpu*4, 2e6, 300),
		})
	}
	return all
}

func results(ratio, cpu float64) *report.Results {
	r := &report.Results{Machine: report.Machine{Processor: `Made & "Up" <CPU>`, Cores: 2, System: "linux/amd64", Go: "go1", Date: "1900-01-01"}, Rounds: 3}
	for _, body := range []work.Body{work.Multipart, work.JSON} {
		for _, size := range []int{30 * work.KB, 100 * work.KB, 5 * work.MB} {
			r.Cases = append(r.Cases, report.Sum(work.Case{Body: body, Transport: work.HTTP1TLS, Size: size}, rounds(ratio, cpu)))
		}
	}
	r.Crowds = []report.Crowd{{Name: contestant.Idverify, Transport: work.HTTP1TLS, Callers: 512, Opened: 563}}
	r.Memory = []report.Memory{{Case: work.Case{Body: work.JSON, Transport: work.HTTP1TLS, Size: work.MB}, Name: contestant.Idverify, Callers: 64, Grown: 10.1}}
	r.Overhead = []report.Overhead{{Vendor: "tencent", Time: 1.9, Allocs: 12}}
	return r
}

func TestSum_PairsRounds(t *testing.T) {
	c := report.Sum(work.Case{}, rounds(0.5, 1e-4))
	figures, ok := c.Of(contestant.Idverify)
	require.True(t, ok)
	assert.InDelta(t, 0.5, figures.ToHand.Time, 1e-9)
	assert.InDelta(t, 0.5, figures.ToHand.CPU, 1e-9)
	assert.InDelta(t, 1000, figures.Time, 1e-9, "the median round, in µs")
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

func TestTargets_AreJudged(t *testing.T) {
	const byHand = "CPU, %s, against net/http by hand"
	for _, test := range []struct {
		ratio float64
		met   []string
	}{
		{0.54, []string{"multipart, 30 KB", "multipart, 100 KB", "multipart, 5 MB", "JSON/base64, 30 KB", "JSON/base64, 100 KB", "JSON/base64, 5 MB"}},
		{0.87, []string{"multipart, 30 KB", "multipart, 100 KB", "multipart, 5 MB", "JSON/base64, 30 KB"}},
		{0.99, []string{"multipart, 30 KB", "multipart, 100 KB", "JSON/base64, 30 KB"}},
		{1.04, []string{"multipart, 30 KB"}},
		{1.06, nil},
	} {
		found := verdicts(results(test.ratio, 1e-4))
		for _, of := range []string{"multipart, 30 KB", "multipart, 100 KB", "multipart, 5 MB", "JSON/base64, 30 KB", "JSON/base64, 100 KB", "JSON/base64, 5 MB"} {
			want := map[bool]string{true: "met", false: "not met"}[slices.Contains(test.met, of)]
			assert.Equal(t, want, found[fmt.Sprintf(byHand, of)], "%s at %g", of, test.ratio)
		}
		assert.Equal(t, "not measured", found[fmt.Sprintf(byHand, "multipart, 1 MB")])
	}
	assert.Equal(t, "met", verdicts(results(1.28, 1e-4))["CPU, multipart, 5 MB, HTTP/1.1 against idverify's own HTTP/2"])
	assert.Equal(t, "not met", verdicts(results(1.3, 1e-4))["CPU, multipart, 5 MB, HTTP/1.1 against idverify's own HTTP/2"])
	found := verdicts(results(1, 1e-4))
	assert.Equal(t, "met", found["connections opened by 512 callers, the first included"])
	assert.Equal(t, "met", found["bytes allocated for a call, 30 KB to 5 MB"])
	assert.Equal(t, "not met", found["peak memory growth, 64 concurrent calls with a file of 5 MB each"])
	assert.Equal(t, "not measured", found["CPU, JSON/base64, 5 MB, against the core of Baidu's SDK"])
	assert.Equal(t, "not measured", verdicts(results(1, 0))[fmt.Sprintf(byHand, "multipart, 30 KB")], "CPU time is not known")
}

func TestTargets_FiveVendorsByHandAndOfficialSDK(t *testing.T) {
	five := func(ratio float64) map[string]string {
		r := new(report.Results)
		for _, size := range []int{100 * work.KB, 700 * work.KB} {
			all := rounds(ratio, 1e-4)
			for _, round := range all {
				round[contestant.AlibabaSDK] = turn(1, round[contestant.ByHand].CPU*3.2, 1e6, 900)
			}
			r.Cases = append(r.Cases, report.Sum(work.Case{Body: work.Aliyun, Transport: work.HTTP1TLS, Size: size}, all))
		}
		return verdicts(r)
	}
	const byHand, byKit = "CPU, aliyun, from 0.7 MB, against net/http by hand that signs", "CPU, aliyun, against alibaba-sdk"
	const bytes = "bytes allocated for a call to one of the five vendors, 100 KB to 3 MB"
	assert.Equal(t, "met", five(0.79)[byHand])
	assert.Equal(t, "met", five(0.79)[byKit])
	assert.Equal(t, "met", five(0.79)[bytes])
	assert.Equal(t, "not met", five(0.81)[byHand])
	assert.Equal(t, "not met", five(0.81)[byKit])
	assert.Equal(t, "not measured", five(0.79)["CPU, volcengine, against volcengine-sdk"])
	assert.Equal(t, "not measured", five(0.79)["bytes allocated for a call, 30 KB to 5 MB"], "of others")
	assert.Contains(t, five(0.79), "CPU, megvii, from 0.7 MB, against net/http by hand", "it signs nothing")
}

func TestTargets_PhotoBytes(t *testing.T) {
	const same = "bytes allocated for a call, the largest photo's more than the smallest's"
	r := results(1, 1e-4)
	assert.Equal(t, "met", verdicts(r)[same])
	r.Cases[2].Contestants[1].Bytes += 1100
	assert.Equal(t, "not met", verdicts(r)[same])
}

func TestTargets_NotMeasuredIsNotMet(t *testing.T) {
	for _, target := range new(report.Results).Targets() {
		assert.Equal(t, "not measured", target.Verdict, target.What)
	}
}

func TestTargets_NameWorstCase(t *testing.T) {
	r := results(1.0, 1e-4)
	r.Cases[2].Contestants[1].Bytes = 20 * work.KB
	for _, target := range r.Targets() {
		if target.What == "bytes allocated for a call, 30 KB to 5 MB" {
			assert.Equal(t, "worst 20.0 KB (multipart/http1-tls/5MB); 5 of 6 within", target.Figure)
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

func TestChart_IsWellFormed(t *testing.T) {
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

func TestWrite_WritesEverything(t *testing.T) {
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
	for _, want := range []string{`Made & "Up" <CPU>, 2 cores`, "multipart over HTTP/1.1 with TLS", "by-hand", "CPU time is left out", "**not met**"} {
		assert.Contains(t, string(table), want)
	}
	assert.NotContains(t, string(table), "%!")
	assert.NotContains(t, string(table), "Other work ran")
	r.Machine.Load = 7.25
	assert.Contains(t, r.Table(), "Other work ran on this machine** (load 7.2)")
	r.Machine.Load = 0

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
