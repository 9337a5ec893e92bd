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

// tokened is a vendor whose access token has its own row.
var tokened = vendors.WithTokens()

var english = words{
	head: `# Fault matrix

[中文](fault-matrix.zh-CN.md)

How a call ends when its exchange with the vendor fails, for every vendor and every
phase of the exchange. This page is generated:
` + "`go run ./internal/proof/faultmatrix/cmd`" + ` makes each fault happen, over real sockets and
TLS on loopback, with a proxy between the client and the stand-in vendors of
` + "`idverifytest`" + `, and writes down what it saw. A test does the same and fails when this
page says something else.

Each fault is shown in three ways:

- **The vendor's client alone**: the error's code, or the decision; whether the whole
  request was *sent*; whether sending it *again* is safe, is not because it was sent and
  not answered (ambiguous), or would not help (no); what the error *says* was billed; and
  what the stand-in put on its *bill*.
- **A ` + "`Client`" + ` with that vendor only**, which may ask again by its default policy. The
  fault happens *once*. The attempts, and the bill.
- **A ` + "`Client`" + ` with another, healthy vendor behind it**. The fault *stays*. The
  attempts, and the bill of the vendor with the fault + that of the other.

` + "`" + tokened.Name + "`" + ` is a verification with an access token at hand; ` + "`" + tokened.Tokens.Endpoint + "`" + ` is the
exchange for a token before a verification (*sent* and the bill are about the
verification). Where a fault has to happen while the request is on its way, the picture
has 3 MiB.
`,
	columns: []string{"Fault", "Vendor", "Code", "Sent", "Again", "Says billed", "Bill", "One vendor, once", "Bill", "Two vendors, stays", "Bill"},
	phases: map[faultmatrix.Phase]section{
		faultmatrix.Resolve:     {"Resolving the name", "The name server is on loopback and is reached through a caller's own transport."},
		faultmatrix.Connect:     {"Connecting", "Through a caller's own transport, so that the fault can end; for good through the SDK's."},
		faultmatrix.Handshake:   {"TLS handshake", "After the client's hello, with the vendor's certificate, and just after the handshake, before anything of the request was read."},
		faultmatrix.Headers:     {"Request headers", "The first bytes of the request were read, and no more."},
		faultmatrix.HalfBody:    {"Half the body", "Half of the request's body was read, and no more. Vendors that take only small pictures are left out: the other half fits into the sockets' buffers, so that the request is sent."},
		faultmatrix.WholeBody:   {"Whole body sent, vendor not reached", "The proxy has the whole request and does not pass it on. To the caller this looks as if the vendor had worked."},
		faultmatrix.Unwritten:   {"The rest was not written, at every size", "The connection ends before the rest of the picture can be written. The SDK looks at the connection before the last piece: what is not written is not sent, and is repeated free of charge."},
		faultmatrix.Written:     {"All was written, at every size", "The proxy has the whole request and does not pass it on, and the connection ends. What was written may have arrived: it stays ambiguous."},
		faultmatrix.Worked:      {"Whole body sent, vendor has worked", "The vendor has answered, and nothing of the answer gets through."},
		faultmatrix.AnswerHead:  {"Half the answer's headers", "The vendor has answered, and half of the headers get through."},
		faultmatrix.HalfAnswer:  {"Half the answer", "The headers get through, and half of the body."},
		faultmatrix.Answer:      {"Wrong, odd or merely unusual answers", "The vendor has done the work, unless a gateway answers or redirects in its place. Answers are limited to 256 KiB here."},
		faultmatrix.AfterAnswer: {"After the answer", "A first call got its answer. Then this happens to the idle connection, and a second call is made: the row is the second call's, the bill is for both. That the vendor closes just as the second call begins is a matter of microseconds: this race is run a thousand times beside this table, and the share of unanswered calls is logged. The cure is an idle time below the vendor's (`HTTP.IdleTimeout`)."},
		faultmatrix.VendorSays:  {"What the vendor says", "Faults of the stand-in itself, without a proxy: see `idverifytest.Fault`."},
		faultmatrix.Media:       {"Media that fail", "The picture or capture was whole when it was checked, and is not when it is sent. The vendor behind is sent another form of evidence."},
		faultmatrix.HTTP2:       {"HTTP/2", "Faults that HTTP/1.1 does not have, and those that may end otherwise. Left out: a stream that is refused before its last byte. net/http sends it again by itself, inside one attempt: on the same connection until the time limit, on at most three new ones."},
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

与厂商的交互在各个阶段出故障时，调用会得到什么结果。本页由程序生成：` + "`go run ./internal/proof/faultmatrix/cmd`" + ` 在本机回环地址上用真实的套接字和 TLS 制造每一种故障（代理位于客户端与 ` + "`idverifytest`" + ` 的模拟厂商之间），再记录结果。测试会重跑一遍，与本页不一致就失败。

每种故障分三种情形：

- **单独使用厂商客户端**：结果码；请求是否已全部*发出*；能否*重发*（“安全”；“结果不明”，即已发出而没有应答；“否”，即重发没有用）；错误里*所称*是否计费；模拟厂商*账单*上的次数。
- **只有这一家厂商的 ` + "`Client`" + `**，按默认策略可能重试；故障只出现*一次*。列出每次尝试和账单。
- **后面还有另一家正常厂商的 ` + "`Client`" + `**；故障*一直存在*。列出每次尝试，账单为“故障厂商 + 另一家”。

` + "`" + tokened.Name + "`" + ` 指已有 access token 时的核验；` + "`" + tokened.Tokens.Endpoint + "`" + ` 指核验之前获取 token 的交互，“发出”和账单说的仍是核验。要在请求发送途中出现的故障，所发图片为 3 MiB。
`,
	columns: []string{"故障", "厂商", "结果码", "已发出", "重发", "所称计费", "账单", "一家厂商，故障一次", "账单", "两家厂商，故障持续", "账单"},
	phases: map[faultmatrix.Phase]section{
		faultmatrix.Resolve:     {"域名解析", "解析服务器在回环地址上，经由调用方自己的传输层访问。"},
		faultmatrix.Connect:     {"建立连接", "经由调用方自己的传输层，故障可以消失；标明“始终”的经由 SDK 自带的传输层。"},
		faultmatrix.Handshake:   {"TLS 握手", "客户端发出 ClientHello 之后，厂商出示证书时，以及握手刚完成、请求尚未读取时。"},
		faultmatrix.Headers:     {"请求头", "只读了请求最前面的几个字节。"},
		faultmatrix.HalfBody:    {"请求体发了一半", "只读了请求体的一半。图片上限很小、另一半装得进套接字缓冲区的厂商不在此列：请求已发出。"},
		faultmatrix.WholeBody:   {"请求体发完，没有到达厂商", "代理收齐了请求，但没有转发给厂商。在调用方看来，与“厂商已处理”没有区别。"},
		faultmatrix.Unwritten:   {"其余部分没有写出（各种大小）", "连接先断，图片的其余部分这时才备好。SDK 在写最后一段之前会查看连接：没有写出的就不算发出，可以免费重发。"},
		faultmatrix.Written:     {"已全部写出（各种大小）", "代理收齐了请求，但没有转发给厂商，然后连接断开。写出去的可能已经到达，所以仍是结果不明。"},
		faultmatrix.Worked:      {"请求体发完，厂商已处理", "厂商已经应答，一个字节也没有传回来。"},
		faultmatrix.AnswerHead:  {"响应头只收到一半", "厂商已经应答，响应头只传回一半。"},
		faultmatrix.HalfAnswer:  {"应答只收到一半", "响应头完整，应答体只有一半。"},
		faultmatrix.Answer:      {"错误、异常或少见的应答", "除注明由网关应答和重定向的以外，厂商都已处理。这里应答上限为 256 KiB。"},
		faultmatrix.AfterAnswer: {"应答之后", "第一次调用得到应答之后，空闲连接出了故障，再调用一次：表中是第二次的结果，账单为两次合计。厂商恰在第二次调用开始时断开的竞争只差几微秒：生成本表时会另跑一千次，把无应答的比例写入日志。治本的办法是让空闲时间（`HTTP.IdleTimeout`）短于厂商。"},
		faultmatrix.VendorSays:  {"厂商自己返回的故障", "模拟厂商自身的故障，不经代理，见 `idverifytest.Fault`。"},
		faultmatrix.Media:       {"图片或采集文件出错", "检查时完好，发送时已改变。另一家厂商用的是另一种核验材料。"},
		faultmatrix.HTTP2:       {"HTTP/2", "HTTP/1.1 没有的故障，以及结果可能不同的故障。未列入：最后一个字节发出之前被拒绝的流，net/http 会在同一次尝试内自行重发：在原连接上按自己的间隔重发，直到时限；换新连接最多三次。"},
	},
	pick: func(t faultmatrix.Text) string { return t.ZH },
	billed: map[idverify.Billed]string{
		idverify.BilledYes: "是", idverify.BilledNo: "否", idverify.BilledUnknown: "未知",
	},
	yes: "是", no: "否", safe: "安全", ambiguous: "结果不明", never: "否", other: "另一家", passedOver: "跳过：检查项较少",
}
