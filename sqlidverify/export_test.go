package sqlidverify

import "context"

// NextBlock is how many rows a worker reserves next.
var NextBlock = nextBlock

// Reserve reserves rows, as Run does.
func (q *Queue) Reserve(t interface{ Context() context.Context }, worker string, n int) (keys []string, isOver bool, err error) {
	return q.reserve(t.Context(), worker, n, nil)
}
