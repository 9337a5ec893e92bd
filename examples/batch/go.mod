// A module of its own, so that the library does not need what only this
// program does: github.com/schollz/progressbar/v3 draws the bar. It is
// maintained (v3.19.1 is of June 2026), safe for concurrent use, its go.mod asks
// for Go 1.25 as ours does (github.com/cheggaaa/pb/v3 asks for 1.26), and
// github.com/vbauerster/mpb/v8 is made for several bars at once.
// golang.org/x/text reads the GB18030 of Chinese spreadsheets; it is Go's own.
module github.com/idverify/idverify/examples/batch

go 1.25.0

replace github.com/idverify/idverify => ../..

require (
	github.com/idverify/idverify v0.0.0-00010101000000-000000000000
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
	golang.org/x/text v0.41.0
)

require (
	github.com/go-resty/resty/v2 v2.17.2 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/segmentio/asm v1.2.1 // indirect
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.43.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/term v0.44.0 // indirect
	golang.org/x/time v0.12.0 // indirect
)
