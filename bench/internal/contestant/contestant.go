// Package contestant has the clients that do the same work: idverify, net/http used
// by hand, resty, and the cores of vendors' SDKs. Each is used as its own documents
// show, with its default settings.
package contestant

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/idverify/idverify/bench/internal/work"
)

// Name is the name of a contestant.
type Name string

// The contestants.
const (
	Idverify      Name = "idverify"
	IdverifyHTTP2 Name = "idverify-http2" // the same with HTTP.HTTP2, on a server that supports it
	ByHand        Name = "by-hand"        // net/http, with the transport settings of idverify
	Resty         Name = "resty"
	TencentSDK    Name = "tencent-sdk"
	BaiduSDK      Name = "baidu-sdk"
	AlibabaSDK    Name = "alibaba-sdk"
	HuaweiSDK     Name = "huawei-sdk"
	VolcengineSDK Name = "volcengine-sdk"
)

// Kits are the official SDK cores of the vendors that sign. Megvii has none.
var Kits = map[work.Body]Name{
	work.TencentFaceID: TencentSDK,
	work.Aliyun:        AlibabaSDK,
	work.HuaweiIVS:     HuaweiSDK,
	work.Volcengine:    VolcengineSDK,
}

// Setup configures a contestant.
type Setup struct {
	Body    work.Body `json:"body"`
	BaseURL string    `json:"base_url"`
	Size    int       `json:"size"`
	File    string    `json:"file,omitempty"`  // the photo; empty means in memory
	HTTP2   bool      `json:"http2,omitempty"` // set for idverify, and offered by the server
}

// Call makes one call. It fails unless the answer is a pass.
type Call func(ctx context.Context) error

var makers = map[Name]func(Setup) (Call, error){
	Idverify:      newIdverify,
	IdverifyHTTP2: newIdverify,
	ByHand:        newByHand,
	Resty:         newResty,
	TencentSDK:    newTencentSDK,
	BaiduSDK:      newBaiduSDK,
	AlibabaSDK:    newAlibabaSDK,
	HuaweiSDK:     newHuaweiSDK,
	VolcengineSDK: newVolcengineSDK,
}

// New makes a contestant, which can be called concurrently.
func New(name Name, setup Setup) (Call, error) {
	maker, known := makers[name]
	if !known {
		return nil, fmt.Errorf("contestant: no %q", name)
	}
	return maker(setup)
}

var errNoPass = errors.New("contestant: the answer is no pass")

// source opens a photo.
type source func() (io.ReadCloser, error)

// photo opens the photo: its file, or memory.
func (s Setup) photo() source {
	if s.File != "" {
		return func() (io.ReadCloser, error) { return os.Open(s.File) }
	}
	photo := work.Photo(s.Size)
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(photo)), nil }
}

// whole is the complete photo for clients that need it in memory. A file is read anew
// for each call.
func (s Setup) whole() func() ([]byte, error) {
	if s.File != "" {
		return func() ([]byte, error) { return os.ReadFile(s.File) }
	}
	photo := work.Photo(s.Size)
	return func() ([]byte, error) { return photo, nil }
}
