package aliyun

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// failure handles an answer with a Code other than 200: a number of the service's or
// an error name of its gateway. A yes in the same answer is a contradiction.
func failure(call *exchange.Call, said exchange.Said) (*idverify.Result, error) {
	said.Code, said.Reasons = rowOf(said.Code), reasons(call, said)
	if row, listed := table.Find(said.Code); !listed && call.ServerFailed() && !isNumber(said.Code) {
		said.Code = wordOfFailure
	} else if row.Code == idverify.CodeRateLimited {
		said.RetryAfter = timeLeft(call.Header("X-Ratelimit-User-Api"), call.Header("X-Ratelimit-User"))
	}
	return call.Verdict(said)
}

// growing are the gateway's error names that keep their meaning whatever follows the
// first dot; the vendor adds new ones from time to time.
var growing = []string{"Throttling", "Forbidden", "InvalidSecurityToken", "InvalidAccessKeyId",
	wordOfMissing, wordOfParameter, wordOfFailure, "ServiceUnavailable"}

// wider are the beginnings of error names that keep their meaning whatever follows.
var wider = map[string]string{"Missing": wordOfMissing, wordOfParameter: wordOfParameter}

// rowOf returns the code under which an error name is listed in the table, or the
// name itself.
func rowOf(code string) string {
	if _, listed := table.Find(code); listed {
		return code
	}
	if head, _, _ := strings.Cut(code, "."); slices.Contains(growing, head) {
		return head
	}
	for beginning, word := range wider {
		if strings.HasPrefix(code, beginning) {
			return word
		}
	}
	return code
}

// reasons narrow a code: the parameter named in the message, and whether the vendor
// had to fetch the picture.
func reasons(call *exchange.Call, said exchange.Said) []string {
	message := strings.ToLower(said.Message)
	var all []string
	for _, field := range []string{reasonName, reasonNumber} {
		if strings.Contains(message, strings.ToLower(field)) {
			all = append(all, field)
		}
	}
	switch call.Evidence.(type) {
	case idverify.PhotoURLEvidence, OSSObjectEvidence:
		all = append(all, reasonFetched)
	}
	return all
}

// isAboutSignature reports whether the message contains the text that the gateway
// itself signed.
func isAboutSignature(code string) bool {
	code = strings.TrimSpace(code)
	return code == "SignatureDoesNotMatch" || code == "IncompleteSignature"
}

func isNumber(code string) bool { return strings.Trim(code, "0123456789") == "" }

// timeLeft returns how long a limit still lasts according to the gateway's headers,
// such as "Limit:50,Remain:0,TimeLeft:800", in milliseconds.
func timeLeft(headers ...string) time.Duration {
	for _, header := range headers {
		for field := range strings.SplitSeq(header, ",") {
			name, value, _ := strings.Cut(field, ":")
			if !strings.EqualFold(strings.TrimSpace(name), "TimeLeft") {
				continue
			}
			if ms, err := strconv.ParseUint(strings.TrimSpace(value), 10, 26); err == nil { // at most 18 hours
				return time.Duration(ms) * time.Millisecond
			}
		}
	}
	return 0
}
