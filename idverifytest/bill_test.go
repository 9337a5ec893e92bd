package idverifytest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func TestBill(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	match, other := idverifytest.Match(), idverifytest.FaceMismatch()
	linkface(t, srv, linkfaceFields(match)...)
	tencent(t, srv, tencentFields(other)...)
	tencent(t, srv, tencentFields(idverifytest.PersonFor(idverify.CodeNoFace))...)
	bill := srv.Bill()
	assert.Equal(t, 2, bill.Total())
	assert.Empty(t, bill.Twice())

	baidu(t, srv, token, baiduBody(match))
	bill = srv.Bill()
	assert.Equal(t, map[string]int{idverifytest.Linkface: 1, idverifytest.BaiduV4: 1, idverifytest.Tencent: 1}, bill.ByVendor())
	assert.Equal(t, 1, bill.For(idverifytest.BaiduV4))
	assert.Equal(t, []string{srv.Subject(match.IDNumber)}, bill.Twice())
	assert.Equal(t, []idverifytest.BilledCall{
		{Vendor: idverifytest.Linkface, Seq: 2, Subject: srv.Subject(match.IDNumber)},
		{Vendor: idverifytest.Tencent, Seq: 3, Subject: srv.Subject(other.IDNumber)},
		{Vendor: idverifytest.BaiduV4, Seq: 5, Subject: srv.Subject(match.IDNumber)},
	}, bill.Calls)
	assert.NotContains(t, fmt.Sprintf("%+v", bill), match.IDNumber)
	assert.NotEqual(t, idverifytest.New().Subject(match.IDNumber), srv.Subject(match.IDNumber))

	srv.Reset()
	assert.Zero(t, srv.Bill().Total())
	assert.Zero(t, srv.TokenFetches())
	assert.Equal(t, "<nil>", baidu(t, srv, token, baiduBody(match)).text("error_code"), "the token stays valid")
}

// A call that is charged for without a number is on the bill, with an empty
// subject.
func TestBill_CallWithoutNumber(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Script(idverifytest.Linkface, idverifytest.Answer{Billed: true}, idverifytest.Answer{Billed: true})
	linkface(t, srv)
	linkface(t, srv)
	bill := srv.Bill()
	assert.Equal(t, 2, bill.Total())
	assert.Equal(t, []string{"", ""}, []string{bill.Calls[0].Subject, bill.Calls[1].Subject})
	assert.Empty(t, srv.Subject(""))
	assert.Empty(t, bill.Twice())
}

func TestBill_TwiceIsSorted(t *testing.T) {
	var bill idverifytest.Bill
	var want []string
	for i := range 20 {
		subject := fmt.Sprintf("%02d", i)
		want = append(want, subject)
		bill.Calls = append(bill.Calls, idverifytest.BilledCall{Subject: subject}, idverifytest.BilledCall{Subject: subject})
	}
	assert.Equal(t, want, bill.Twice())
}
