// A module of its own, so that the library does not need what it is measured
// against: the software kits of two vendors. Nothing here ships to users.
module github.com/idverify/idverify/bench

go 1.25.0

replace github.com/idverify/idverify => ..

require (
	github.com/baidubce/bce-sdk-go v0.9.277
	github.com/disintegration/imaging v1.6.2
	github.com/go-resty/resty/v2 v2.17.2
	github.com/idverify/idverify v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common v1.3.209
)

require (
	github.com/segmentio/asm v1.2.1 // indirect
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/image v0.45.0 // indirect
	golang.org/x/net v0.43.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/time v0.12.0 // indirect
)
