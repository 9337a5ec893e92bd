module github.com/idverify/idverify/official/aliyun

go 1.25.0

require github.com/idverify/idverify v0.0.0

require (
	github.com/go-resty/resty/v2 v2.17.2 // indirect
	github.com/segmentio/asm v1.2.1 // indirect
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	golang.org/x/net v0.43.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/time v0.12.0 // indirect
)

replace github.com/idverify/idverify => ../..
