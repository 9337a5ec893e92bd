//go:build linux

package main

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/faultmatrix"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// words are the texts of one language.
type words struct {
	head    string
	columns []string
	phases  map[faultmatrix.Phase]section
	pick    func(faultmatrix.Text) string
	billed  map[idverify.Billed]string

	yes, no, safe, ambiguous, never, other, passedOver string
}

type section struct{ title, about string }

// tokened is a vendor whose access token is a row of its own.
var tokened = vendors.WithTokens()

var english = words{
	head: `# Fault matrix

[中文](fault-matrix.zh-CN.md)

What becomes of a call when its exchange with the vendor breaks, for every
vendor and every phase of the exchange. Nothing here is written by hand:
` + "`go run ./internal/proof/faultmatrix/cmd`" + ` makes each fault happen, over real sockets and
TLS on loopback with the stand-in vendors of ` + "`idverifytest`" + ` behind a proxy that
breaks what it carries, and writes down what it saw. A test does the same and
fails when this page says something else.

Each fault is met in three ways:

- **by the vendor's client alone**: the error's code, or the decision; whether the
  whole request was *sent*; whether sending it *again* is *safe*, is not because it
  was sent and not answered (*ambiguous*), or would not help (*no*); what the error *says* was
  billed; and what the stand-in had put on the *bill*.
- **by a ` + "`Client`" + ` with that vendor only**, whose default policy may ask again; the
  fault strikes *once*. The legs, and the bill.
- **by a ` + "`Client`" + ` with another, healthy vendor behind**; the fault *stays*. The
  legs, and the bill of the vendor under fault + that of the other.

` + "`" + tokened.Name + "`" + ` is the verification with a token already there; ` + "`" + tokened.Tokens.Endpoint + "`" + ` is the
token's exchange before a verification, which is what *sent* and the bill speak of.
Where a fault must find the request on its way, the picture has 3 MiB.
`,
	columns: []string{"Fault", "Vendor", "Code", "Sent", "Again", "Says billed", "Bill", "One vendor, once", "Bill", "Two vendors, stays", "Bill"},
	phases: map[faultmatrix.Phase]section{
		faultmatrix.Resolve:     {"Resolving the name", "The name server is one on loopback, reached through a caller's own transport."},
		faultmatrix.Connect:     {"Connecting", "Through a caller's own transport, so that the fault can go away, and for good through the SDK's."},
		faultmatrix.Handshake:   {"TLS handshake", "When the client has said hello, with what the vendor shows, and just after, before anything of the request was read."},
		faultmatrix.Headers:     {"Request headers", "The first bytes of the request were read, and no more."},
		faultmatrix.HalfBody:    {"Half the body", "Half of the request's body was read, and no more. Vendors whose pictures are so small that the other half fits into the sockets are left out: there it is sent."},
		faultmatrix.WholeBody:   {"Whole body sent, vendor not reached", "The proxy has the whole request and keeps it. To the caller this looks like the next one."},
		faultmatrix.Unwritten:   {"The rest was not written, at every size", "The connection ends, and only then is the rest of the picture there to be written. It is looked at before the last piece: what is not written is not sent, and asked again for nothing."},
		faultmatrix.Written:     {"All was written, at every size", "The proxy has the whole request and keeps it, and the connection ends. What was written may have arrived: that stays ambiguous."},
		faultmatrix.Worked:      {"Whole body sent, vendor has worked", "The vendor has answered, and nothing of that gets through."},
		faultmatrix.AnswerHead:  {"Half the answer's headers", "The vendor has answered, and half of the headers get through."},
		faultmatrix.HalfAnswer:  {"Half the answer", "The headers get through, and half of the body."},
		faultmatrix.Answer:      {"Answers that are wrong, odd, or only unusual", "The vendor has worked unless a gateway answers or redirects for it. Answers are limited to 256 KiB here."},
		faultmatrix.AfterAnswer: {"After the answer", "A first call got its answer. Then this happens to the idle connection, and a second call is made: the row is the second call's, the bill is for both. The race itself, where the vendor closes just as the second call begins, is a matter of microseconds: it is run a thousand times beside this table, and the share of calls that end unanswered is logged. An idle time below the vendor's (`HTTP.IdleTimeout`) is the cure."},
		faultmatrix.VendorSays:  {"What the vendor says", "Faults of the stand-in itself, without a proxy: see `idverifytest.Fault`."},
		faultmatrix.Media:       {"Media that fail", "The picture or capture was looked at whole, and behaves otherwise when it is sent. The vendor behind is sent another form of evidence."},
		faultmatrix.HTTP2:       {"HTTP/2", "What HTTP/2 has and HTTP/1.1 has not, and what might end otherwise. Not here: a stream that is refused before its last byte, which net/http itself sends again, inside one leg: on the same connection after waits of its own until the time limit, on three more new ones at most."},
	},
	pick: func(t faultmatrix.Text) string { return t.EN },
	billed: map[idverify.Billed]string{
		idverify.BilledYes: "yes", idverify.BilledNo: "no", idverify.BilledUnknown: "unknown",
	},
	yes: "yes", no: "no", safe: "safe", ambiguous: "ambiguous", never: "no", other: "other", passedOver: "passed over: it checks less",
}

var chinese = words{
	head: `# 故障矩阵

[English](fault-matrix.md)

与厂商的一次交互在任意阶段出故障时，这次调用会得到什么。本页没有一行是手写的：
` + "`go run ./internal/proof/faultmatrix/cmd`" + ` 在本机回环地址上用真实的套接字和 TLS 制造每一种故障
（` + "`idverifytest`" + ` 的模拟厂商前面有一个会搞破坏的代理），再记下所见。测试会重跑一遍，
与本页不符就失败。

每种故障以三种方式遇到：

- **单独使用厂商客户端**：错误码或结论；请求是否已全部*发出*；能否*重发*：安全、
  已发出而无应答（存疑）、或没有用（否）；错误里*所称*是否计费；模拟厂商*账单*上的次数。
- **只有该厂商的 ` + "`Client`" + `**，按默认策略可能重试；故障只出现*一次*。列出每一步和账单。
- **后面还有另一家正常厂商的 ` + "`Client`" + `**；故障*一直存在*。列出每一步，账单为
  故障厂商 + 另一家。

` + "`" + tokened.Name + "`" + ` 指已有 access token 时的核验；` + "`" + tokened.Tokens.Endpoint + "`" + ` 指核验之前获取 token 的交互，
“发出”和账单说的仍是核验。需要请求正在途中的故障，所发图片为 3 MiB。
`,
	columns: []string{"故障", "厂商", "结果码", "已发出", "重发", "所称计费", "账单", "一家厂商，故障一次", "账单", "两家厂商，故障持续", "账单"},
	phases: map[faultmatrix.Phase]section{
		faultmatrix.Resolve:     {"域名解析", "解析服务器在回环地址上，经由调用方自己的传输层访问。"},
		faultmatrix.Connect:     {"建立连接", "经由调用方自己的传输层，故障可以消失；标明“始终”的经由 SDK 自带的传输层。"},
		faultmatrix.Handshake:   {"TLS 握手", "客户端发出 ClientHello 之后，厂商出示证书时，以及握手刚完成、请求尚未读取时。"},
		faultmatrix.Headers:     {"请求头", "只读了请求最前面的几个字节。"},
		faultmatrix.HalfBody:    {"请求体一半", "只读了请求体的一半。图片上限很小、另一半装得进套接字缓冲区的厂商不在此列：请求已发出。"},
		faultmatrix.WholeBody:   {"请求体发完，未到厂商", "代理收齐了请求而没有转交。在调用方看来与下一种无异。"},
		faultmatrix.Unwritten:   {"其余部分没有写出（各种大小）", "连接先断，图片的其余部分这时才备好。SDK 在写最后一段之前会查看连接：没有写出的就不算发出，可以免费重发。"},
		faultmatrix.Written:     {"已全部写出（各种大小）", "代理收齐了请求而没有转交，然后连接断开。写出去的可能已经到达，仍为存疑。"},
		faultmatrix.Worked:      {"请求体发完，厂商已处理", "厂商已经应答，一个字节也没有传回来。"},
		faultmatrix.AnswerHead:  {"响应头一半", "厂商已经应答，响应头只传回一半。"},
		faultmatrix.HalfAnswer:  {"应答一半", "响应头传回来了，应答体只有一半。"},
		faultmatrix.Answer:      {"错误、古怪或只是少见的应答", "除注明网关回答和重定向的以外，厂商都已处理。这里应答上限为 256 KiB。"},
		faultmatrix.AfterAnswer: {"应答之后", "第一次调用得到应答之后，空闲连接出了故障，再调用一次：表中是第二次的结果，账单为两次合计。厂商恰在第二次调用开始时断开的竞争只差几微秒：生成本表时会另跑一千次，把无应答的比例写入日志。治本的办法是让空闲时间（`HTTP.IdleTimeout`）短于厂商。"},
		faultmatrix.VendorSays:  {"厂商自己的说法", "模拟厂商自身的故障，不经代理，见 `idverifytest.Fault`。"},
		faultmatrix.Media:       {"图片或采集文件出错", "发送之前检查时完好，发送时变了样。另一家厂商所用的是另一种核验材料。"},
		faultmatrix.HTTP2:       {"HTTP/2", "HTTP/1.1 没有的故障，以及结果可能不同的故障。未列入：最后一个字节发出之前被拒绝的流，net/http 会在同一步内自行重发：在原连接上按自己的间隔重发，直到时限；换新连接最多三次。"},
	},
	pick: func(t faultmatrix.Text) string { return t.ZH },
	billed: map[idverify.Billed]string{
		idverify.BilledYes: "是", idverify.BilledNo: "否", idverify.BilledUnknown: "未知",
	},
	yes: "是", no: "否", safe: "安全", ambiguous: "存疑", never: "否", other: "另一家", passedOver: "跳过：检查项较少",
}
