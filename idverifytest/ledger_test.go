package idverifytest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/proof/long"
)

// billed puts a call on the bill, as an exchange does.
func (s *Server) billed(vendor, number string) {
	s.settle(&Exchange{Vendor: vendor}, reply{billed: true}, number)
}

func TestBill_CountsBeyondItsList(t *testing.T) {
	if !long.Asked() {
		t.Skip("a hundred thousand calls are for the long form")
	}
	s := New()
	const calls = maxSubjects + 20_000
	for i := range calls {
		s.billed("a", fmt.Sprint(i))
	}
	// The list has no call of the first subject any more, but it is still compared.
	s.billed("b", "0")
	bill := s.Bill()
	assert.Equal(t, calls+1, bill.Total())
	assert.Equal(t, map[string]int{"a": calls, "b": 1}, bill.ByVendor())
	assert.Len(t, bill.Calls, maxBilled)
	assert.Equal(t, "b", bill.Calls[maxBilled-1].Vendor)
	assert.Equal(t, calls+1-maxBilled, bill.Forgotten())
	assert.Equal(t, []string{s.Subject("0")}, bill.Twice())
	assert.Equal(t, 20_000, bill.Uncompared())
	assert.Len(t, s.bill.times, maxSubjects)
	assert.LessOrEqual(t, cap(s.bill.last), 2*maxBilled)

	s.Reset()
	assert.Zero(t, s.Bill().Total())
	assert.Zero(t, s.Bill().Forgotten())
	assert.Zero(t, s.Bill().Uncompared())
}

// A Bill does not change after it was returned.
func TestBill_ReturnsACopy(t *testing.T) {
	s := New()
	s.billed("a", "1")
	before := s.Bill()
	before.ByVendor()["a"] = 7
	s.billed("a", "1")
	assert.Equal(t, 1, before.Total())
	assert.Empty(t, before.Twice())
	after := s.Bill()
	after.Twice()[0] = "changed"
	assert.Equal(t, []string{s.Subject("1")}, after.Twice())
	assert.Zero(t, Bill{Calls: after.Calls}.Forgotten())
	assert.Zero(t, Bill{Calls: after.Calls}.Uncompared())
}
