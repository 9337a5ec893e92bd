package providerkit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/providerkit"
)

func TestAnswer_JSONTypes(t *testing.T) {
	type inner struct {
		Score providerkit.Score  `json:"score"`
		Rungs providerkit.Rungs  `json:"rungs"`
		Note  providerkit.Remark `json:"note"`
	}
	var said struct {
		Code providerkit.Text         `json:"code"`
		Data providerkit.Inner[inner] `json:"data"`
	}
	read := func(answer string) error {
		said.Code, said.Data = "", providerkit.Inner[inner]{}
		_, err := asked(t, config(serve(t, answering(answer))), providerkit.Steps{Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			if err := a.JSON(&said); err != nil {
				return nil, err
			}
			return a.Coded(providerkit.Said{Code: "no"})
		}})
		return err
	}
	assert.NoError(t, read(`{"code":7,"data":{"score":"1.5","rungs":{"1e-4":69.5},"note":["x"]},"more":1}`))
	assert.Equal(t, []any{providerkit.Text("7"), 1.5, 69.5, providerkit.Remark("")},
		[]any{said.Code, *said.Data.Fields.Score.Pointer(), *said.Data.Fields.Rungs.Pointer(1e-4), said.Data.Fields.Note})
	for _, none := range []string{`null`, `[]`, `""`, `{}`, `{"score":null}`, `{"score":true}`} {
		assert.NoError(t, read(`{"code":"x","data":`+none+`}`), none)
		assert.Nil(t, said.Data.Fields.Score.Pointer(), none)
		assert.Nil(t, said.Data.Fields.Rungs.Pointer(1e-4), none)
	}
	for _, broken := range []string{`[]`, `{"code":{}}`, `{"code":"x","CODE":"y"}`, `{"data":{"score":1,"Score":2}}`, `{} {}`, `<html>`, ``} {
		assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(read(broken)), broken)
	}
}
