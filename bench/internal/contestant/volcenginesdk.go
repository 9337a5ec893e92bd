package contestant

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/volcengine/volc-sdk-golang/base"

	"github.com/idverify/idverify/bench/internal/vendor"
	"github.com/idverify/idverify/bench/internal/work"
)

// newVolcengineSDK is the core of volc-sdk-golang as its own services use it: a list
// of interfaces, encoding/json for the body, CtxJson. Its list lacks the interface,
// so it is added.
func newVolcengineSDK(s Setup) (Call, error) {
	if s.Body != work.Volcengine {
		return nil, errors.New("contestant: the Volcengine core posts JSON")
	}
	scheme, host, _ := strings.Cut(s.BaseURL, "://")
	query, err := url.ParseQuery(volcengineQuery)
	if err != nil {
		return nil, err
	}
	client := base.NewClient(&base.ServiceInfo{
		Timeout: timeLimit, Scheme: scheme, Host: host, Header: http.Header{},
		Credentials: base.Credentials{
			AccessKeyID: work.VolcengineKey.ID, SecretAccessKey: work.VolcengineKey.Secret, Service: "cv", Region: "cn-north-1",
		},
	}, map[string]*base.ApiInfo{vendor.VolcengineAction: {Method: http.MethodPost, Path: vendor.RootPath, Query: query}})
	photo := s.whole()
	return func(ctx context.Context) error {
		picture, err := photo()
		if err != nil {
			return err
		}
		text, err := json.Marshal(volcengineQuestion(picture))
		if err != nil {
			return err
		}
		answer, _, err := client.CtxJson(ctx, vendor.VolcengineAction, nil, string(text))
		if err != nil {
			return err
		}
		var a volcengineAnswer
		if err := json.Unmarshal(answer, &a); err != nil {
			return err
		}
		return a.verdict()
	}, nil
}
