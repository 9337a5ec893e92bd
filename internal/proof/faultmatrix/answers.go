//go:build linux

package faultmatrix

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// answerFaults are answers that arrive but are wrong or unusual. The vendor has
// worked on the request unless the name says that a gateway answered.
func answerFaults() []fault {
	worked := func(en, zh string, strike func(*wire) bool) fault {
		return fault{phase: Answer, name: Text{en, zh}, plan: plan{upTo: atAnswer, strike: strike}}
	}
	gateway := func(en, zh, answer string) fault {
		return fault{phase: Answer, name: Text{en + ", from a gateway", "网关回答：" + zh}, plan: plan{upTo: atEnd, strike: instead(answer)}}
	}
	const page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	const html = "Content-Type: text/html\r\n"
	all := []fault{
		gateway("a page of HTML and 502", "502 和 HTML 页面", respond("502 Bad Gateway", html, page)),
		worked("a page of HTML and 502", "502 和 HTML 页面", instead(respond("502 Bad Gateway", html, page))),
		worked("a page of HTML and 504", "504 和 HTML 页面", instead(respond("504 Gateway Timeout", html, page))),
		worked("a page of HTML and 200", "200 和 HTML 页面", instead(respond("200 OK", html, page))),
		gateway("429 with Retry-After", "429 和 Retry-After", respond("429 Too Many Requests", "Retry-After: 7\r\n"+html, page)),
		gateway("503 with Retry-After", "503 和 Retry-After", respond("503 Service Unavailable", "Retry-After: 7\r\n"+html, page)),
		worked("503 with Retry-After", "503 和 Retry-After", instead(respond("503 Service Unavailable", "Retry-After: 7\r\n"+html, page))),
		gateway("413", "413", respond("413 Content Too Large", html, page)),
		gateway("401 without a word", "401，无内容", respond("401 Unauthorized", "WWW-Authenticate: Basic\r\n", "")),
		gateway("407", "407", respond("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "")),
		gateway("101 Switching Protocols", "101 Switching Protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
	}
	for _, status := range []string{"301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"} {
		all = append(all, fault{phase: Answer, name: Text{"a redirect, " + status, "重定向 " + status},
			plan: plan{upTo: atEnd, strike: func(w *wire) bool {
				return instead(respond(status, "Location: https://"+w.call.decoyAt+"/\r\n", ""))(w)
			}}})
	}
	return append(append(all, contents(worked)...), framings(worked)...)
}

func same(b []byte) []byte { return b }

// numbers are the members without which an answer decides nothing: the scores of
// vendors that send a score with a pass.
func numbers() []string {
	const given = "0.54321012345"
	var all []string
	for _, v := range vendors.All() {
		before, _, found := strings.Cut(v.Scored(map[idverify.CheckKind]string{idverify.CheckSimilarity: given}), given)
		if name := before[strings.LastIndexAny(before, "{,")+1:]; found {
			all = append(all, name)
		}
		if v.Tokens != nil {
			all = append(all, fmt.Sprintf("%q:", v.Tokens.Decides))
		}
	}
	return all
}

// contents are answers with a wrong body.
func contents(worked func(en, zh string, strike func(*wire) bool) fault) []fault {
	score := func(b []byte, to string) []byte {
		for _, name := range numbers() {
			head, tail, found := bytes.Cut(b, []byte(name))
			if end := bytes.IndexAny(tail, ",}"); found && end >= 0 {
				return bytes.Join([][]byte{head, []byte(name + to), tail[end:]}, nil)
			}
		}
		return b
	}
	return []fault{
		worked("JSON without its end", "JSON 缺少结尾", rewrite("200 OK", asJSON, func(b []byte) []byte { return b[:len(b)-2] })),
		worked("JSON twice", "JSON 重复两遍", rewrite("200 OK", asJSON, func(b []byte) []byte { return append(bytes.Clone(b), b...) })),
		worked("JSON in an array", "JSON 外面套了数组", rewrite("200 OK", asJSON, func(b []byte) []byte { return []byte("[" + string(b) + "]") })),
		worked("null", "null", rewrite("200 OK", asJSON, func([]byte) []byte { return []byte("null") })),
		worked("an empty object", "空对象", rewrite("200 OK", asJSON, func([]byte) []byte { return []byte("{}") })),
		worked("an empty body", "空应答", rewrite("200 OK", asJSON, func([]byte) []byte { return nil })),
		worked("204", "204", instead("HTTP/1.1 204 No Content\r\n\r\n")),
		worked("the right body and status 500", "内容正确而状态 500", rewrite("500 Internal Server Error", asJSON, same)),
		worked("the right body as text/html", "内容正确而类型为 text/html", rewrite("200 OK", "Content-Type: text/html\r\n", same)),
		worked("the right body without a type", "内容正确而没有类型", rewrite("200 OK", "", same)),
		worked("the right body as a picture", "内容正确而类型为图片", rewrite("200 OK", "Content-Type: image/jpeg\r\n", same)),
		worked("the right body after a byte order mark", "内容正确而前面有 BOM", rewrite("200 OK", asJSON, func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) })),
		worked("the right body, said to be packed as utf-8", "内容正确而压缩方式写成 utf-8", rewrite("200 OK", asJSON+"Content-Encoding: utf-8\r\n", same)),
		worked("a score of null", "分数为 null", rewrite("200 OK", asJSON, func(b []byte) []byte { return score(b, "null") })),
		worked("a score beyond its scale", "分数超出范围", rewrite("200 OK", asJSON, func(b []byte) []byte { return score(b, "1e9") })),
		worked("a score that is said twice", "分数出现两次", rewrite("200 OK", asJSON, func(b []byte) []byte {
			for _, name := range numbers() {
				if bytes.Contains(b, []byte(name)) {
					return bytes.Replace(b, []byte(name), []byte(name+"1,"+name), 1)
				}
			}
			return b
		})),
		worked("gzip, asked for and right", "gzip 压缩，内容正确", rewrite("200 OK", asJSON+"Content-Encoding: gzip\r\n", zipped)),
		worked("gzip that is none", "声称 gzip 而不是", rewrite("200 OK", asJSON+"Content-Encoding: gzip\r\n", same)),
		worked("gzip that is cut off", "gzip 被截断", rewrite("200 OK", asJSON+"Content-Encoding: gzip\r\n", func(b []byte) []byte { z := zipped(b); return z[:len(z)/2] })),
		worked("a gzip bomb", "gzip 炸弹", rewrite("200 OK", asJSON+"Content-Encoding: gzip\r\n", func(b []byte) []byte { return zipped(padded(b)) })),
		worked("an encoding that was not asked for", "未请求过的压缩方式", rewrite("200 OK", asJSON+"Content-Encoding: br\r\n", func(b []byte) []byte { return zipped(b) })),
		worked("an answer beyond the limit", "应答超过上限", func(w *wire) bool {
			return instead(respond("200 OK", asJSON, string(padded(w.answer))))(w)
		}),
		worked("an answer without end", "没完没了的应答", func(w *wire) bool {
			endless := w.write([]byte("HTTP/1.1 200 OK\r\n" + asJSON + "Transfer-Encoding: chunked\r\n\r\n"))
			for endless {
				endless = w.write([]byte("4000\r\n" + strings.Repeat(" ", 0x4000) + "\r\n"))
			}
			return w.hang()
		}),
	}
}

// framings are answers with unusual or wrong HTTP framing.
func framings(worked func(en, zh string, strike func(*wire) bool) fault) []fault {
	informed := func(times int) func(*wire) bool {
		return func(w *wire) bool {
			hint := "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX-Filler: " + strings.Repeat("x", 900) + "\r\n\r\n"
			w.write([]byte(strings.Repeat(hint, times)), w.head, w.answer)
			return times < 10
		}
	}
	framed := func(head string, body func(*wire) string) func(*wire) bool {
		return func(w *wire) bool { return hastily(head + "\r\n" + body(w))(w) }
	}
	// Bytes after an answer could be taken for the next answer. If that is the
	// verification after the token, the outcome is uncertain.
	desynced := func(en, zh string, strike func(*wire) bool) fault {
		f := worked(en, zh, strike)
		f.not = tokens()
		return f
	}
	whole := func(w *wire) string { return string(w.answer) }
	return []fault{
		worked("103 before the answer", "应答之前有 103", informed(1)),
		worked("a flood of 103", "103 泛滥", informed(200)),
		worked("a head without end", "没完没了的响应头", func(w *wire) bool {
			endless := w.write([]byte("HTTP/1.1 200 OK\r\n"))
			for endless {
				endless = w.write([]byte(strings.Repeat("X-Filler: "+strings.Repeat("x", 1000)+"\r\n", 16)))
			}
			return w.hang()
		}),
		worked("chunked, and right", "chunked，内容正确", func(w *wire) bool {
			return w.write(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", asJSON, len(w.answer), w.answer))
		}),
		worked("chunked, with a length that is none", "chunked，长度非法", framed("HTTP/1.1 200 OK\r\n"+asJSON+"Transfer-Encoding: chunked\r\n",
			func(w *wire) string { return "zz\r\n" + whole(w) + "\r\n0\r\n\r\n" })),
		worked("chunked, closed before the last chunk", "chunked，最后一块之前断开", func(w *wire) bool {
			w.write(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", asJSON, len(w.answer), w.answer))
			return w.finish()
		}),
		worked("no length, closed at the end", "没有长度，以断开结束", func(w *wire) bool {
			w.write([]byte("HTTP/1.1 200 OK\r\n"+asJSON+"\r\n"), w.answer)
			return w.finish()
		}),
		worked("no length, closed half-way", "没有长度，中途断开", func(w *wire) bool {
			w.write([]byte("HTTP/1.1 200 OK\r\n"+asJSON+"\r\n"), w.answer[:len(w.answer)/2])
			return w.finish()
		}),
		worked("no length, torn off without TLS's goodbye", "没有长度，TLS 未道别就断开", func(w *wire) bool {
			w.write([]byte("HTTP/1.1 200 OK\r\n"+asJSON+"\r\n"), w.answer)
			_ = w.raw.(interface{ CloseWrite() error }).CloseWrite()
			return w.hang()
		}),
		worked("two lengths that differ", "两个不同的长度", framed("HTTP/1.1 200 OK\r\n"+asJSON+"Content-Length: 5\r\nContent-Length: 500\r\n", whole)),
		desynced("a length that is too short", "长度偏短", framed("HTTP/1.1 200 OK\r\n"+asJSON+"Content-Length: 20\r\n", whole)),
		worked("a status line of HTTP/0.9", "HTTP/0.9 的应答", func(w *wire) bool {
			w.write(w.answer)
			return w.finish()
		}),
		worked("a status that is none", "非法状态码", framed("HTTP/1.1 2x0 OK\r\n"+asJSON, whole)),
		desynced("two answers at once", "一次来两个应答", func(w *wire) bool {
			w.write(w.head, w.answer, w.head, w.answer)
			return w.hang()
		}),
	}
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b) // into memory, which never fails
	_ = w.Close()
	return z.Bytes()
}

// padded is a valid JSON answer that is too large.
func padded(b []byte) []byte {
	return append(bytes.Repeat([]byte(" "), 2*answerLimit), b...)
}
