//go:build linux

package faultmatrix

import (
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// vendorFaults are the stand-in's own, without a proxy.
func vendorFaults() []fault {
	says := func(en, zh string, f idverifytest.Fault) fault {
		return fault{phase: VendorSays, name: Text{en, zh}, says: func(*running) idverifytest.Fault { return f }}
	}
	own := func(en, zh string, f idverifytest.Fault) fault {
		said := says(en, zh, f)
		said.own = true
		return said
	}
	var once []fault
	for _, v := range vendors.All() {
		if code := notRepeated(v); code != "" {
			f := own("a code that must not be repeated", "不得重试的错误码", idverifytest.VendorError(code))
			f.not = slices.DeleteFunc(subjects(), func(s string) bool { return s == v.Name })
			once = append(once, f)
		}
	}
	hang := says(hang_.EN, hang_.ZH, idverifytest.Hang())
	hang.hangs = true
	early := says("reset before the body was read", "请求体未读就重置连接", idverifytest.ResetBeforeBody())
	early.large = true
	return append(once, []fault{
		own("too many calls", "调用过于频繁", idverifytest.RateLimited()),
		own("the calls bought are used up", "调用次数已用完", idverifytest.QuotaExceeded()),
		own("a fault of its own", "厂商自身故障", idverifytest.Unavailable()),
		own("the credentials have expired", "凭证已过期", idverifytest.ExpiredToken()),
		own("the credentials do not hold", "凭证无效", idverifytest.RevokedToken()),
		hang, early,
		says("reset after the work was done", "处理之后重置连接", idverifytest.ResetAfterBody()),
		says("an answer cut off", "应答被截断", idverifytest.Truncated()),
		says("JSON without its end", "JSON 缺少结尾", idverifytest.MalformedJSON()),
		says("an empty answer", "空应答", idverifytest.EmptyBody()),
		says("the wrong content type", "内容类型错误", idverifytest.WrongContentType()),
	}...)
}

// notRepeated is the first code of a vendor's table that must not be repeated, "" if
// there is none.
func notRepeated(v vendors.Vendor) string {
	for _, row := range v.Codes() {
		if row.NoRepeat {
			return row.VendorCode
		}
	}
	return ""
}

// unsteady is media that can be read at the first look, and then behaves differently.
type unsteady struct {
	content []byte
	size    int64                     // the announced size from the second opening on
	until   int                       // how many bytes are returned
	then    func() error              // and then this
	begin   func() (io.Reader, error) // or instead of all these

	mu     sync.Mutex
	opened int
}

func (u *unsteady) open() (io.ReadCloser, int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.opened++
	if u.opened == 1 {
		return io.NopCloser(&broken{content: u.content, then: func() error { return io.EOF }}), int64(len(u.content)), nil
	}
	if u.begin != nil {
		r, err := u.begin()
		return io.NopCloser(r), u.size, err
	}
	return io.NopCloser(&broken{content: u.content[:min(u.until, len(u.content))], then: u.then}), u.size, nil
}

// broken returns its content, and then the result of then.
type broken struct {
	content []byte
	then    func() error
}

func (b *broken) Read(p []byte) (int, error) {
	if len(b.content) == 0 {
		return 0, b.then()
	}
	n := copy(p, b.content)
	b.content = b.content[n:]
	return n, nil
}

var errDisk = errors.New("EXAMPLE: input/output error in /EXAMPLE/" + vendorHost)

func ends() error { return io.EOF }

// mediaFaults are files that change or fail between the first look and the last byte.
// A fault of the media strikes every time.
func mediaFaults() []fault {
	// after returns a part of the content, in percent, and then calls then.
	after := func(en, zh string, percent int, then func(*running) error) fault {
		return fault{phase: Media, name: Text{en, zh}, large: true, not: tokens(),
			media: func(r *running) func([]byte) idverify.Media {
				return func(content []byte) idverify.Media {
					u := &unsteady{content: content, size: int64(len(content)), until: len(content) * percent / 100,
						then: func() error { r.struck.Add(1); return then(r) }}
					return idverify.MediaFunc(u.open)
				}
			}}
	}
	ending := func(*running) error { return io.EOF }
	grown := fault{phase: Media, name: Text{"has grown while it is sent", "发送途中变长"}, large: true, not: tokens(),
		media: func(r *running) func([]byte) idverify.Media {
			return func(content []byte) idverify.Media {
				longer := append(append([]byte(nil), content...), "more"...)
				u := &unsteady{content: content, size: int64(len(content)), begin: func() (io.Reader, error) {
					r.struck.Add(1)
					return &broken{content: longer, then: ends}, nil
				}}
				return idverify.MediaFunc(u.open)
			}
		}}
	resized := fault{phase: Media, name: Text{"has another size when it is sent", "发送时大小已变"}, large: true, not: tokens(),
		media: func(r *running) func([]byte) idverify.Media {
			return func(content []byte) idverify.Media {
				u := &unsteady{content: content, size: int64(len(content)) / 2, until: len(content) / 2, then: ends}
				r.struck.Add(1)
				return idverify.MediaFunc(u.open)
			}
		}}
	gone := fault{phase: Media, name: Text{"is gone when it is sent", "发送时已被删除"}, not: tokens(),
		media: func(r *running) func([]byte) idverify.Media {
			return func(content []byte) idverify.Media {
				u := &unsteady{content: content, begin: func() (io.Reader, error) { r.struck.Add(1); return nil, errDisk }}
				return idverify.MediaFunc(u.open)
			}
		}}
	silence := func(r *running) error { <-r.over.Done(); return io.ErrUnexpectedEOF }
	hangs := after("hangs half-way", "读到一半卡住", 50, silence)
	hangs.hangs = true
	return []fault{
		after("ends half-way", "读到一半就结束", 50, ending),
		after("ends one percent early", "差百分之一就结束", 99, ending),
		grown, resized, gone,
		after("fails half-way", "读到一半出错", 50, func(*running) error { return errDisk }),
		after("fails after the last byte", "最后一个字节之后出错", 100, func(*running) error { return errDisk }),
		after("panics half-way", "读到一半 panic", 50, func(*running) error { panic(errDisk) }),
		hangs,
		after("hangs half-way, and the caller cancels", "读到一半卡住，调用方取消", 50, func(r *running) error { r.cancel(); return silence(r) }),
	}
}
