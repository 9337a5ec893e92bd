// Package accounts is the one list of vendors that the examples use. A new vendor is
// one entry in it.
package accounts

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/megvii"
	//lint:ignore SA1019 accounts that still have it are shown too
	"github.com/idverify/idverify/tencent"
	"github.com/idverify/idverify/tencentfaceid"
	"github.com/idverify/idverify/volcengine"
)

// account is a vendor, with the environment variables of its credentials, named after
// the vendor's own parameters.
type account struct {
	vendor      string
	baseURL     string // also a variable
	credentials map[string]string
	open        func(given map[string]string, http idverify.HTTP) (idverify.Provider, error)
}

var accounts = []account{
	{linkface.Name, "LINKFACE_BASE_URL", map[string]string{"api_id": "LINKFACE_API_ID", "api_secret": "LINKFACE_API_SECRET"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return linkface.New(linkface.Config{APIID: given["api_id"], APISecret: given["api_secret"], HTTP: http})
		}},
	{baiduv4.Name, "BAIDU_BASE_URL", map[string]string{"client_id": "BAIDU_API_KEY", "client_secret": "BAIDU_SECRET_KEY"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return baiduv4.New(baiduv4.Config{APIKey: given["client_id"], SecretKey: given["client_secret"], HTTP: http})
		}},
	{tencent.Name, "TENCENT_BASE_URL", map[string]string{"appid": "TENCENT_APP_ID", "secret_id": "TENCENT_SECRET_ID", "secret_key": "TENCENT_SECRET_KEY"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return tencent.New(tencent.Config{AppID: given["appid"], SecretID: given["secret_id"], SecretKey: given["secret_key"], HTTP: http})
		}},
	{tencentfaceid.Name, "TENCENTFACEID_BASE_URL", map[string]string{"secret_id": "TENCENTFACEID_SECRET_ID", "secret_key": "TENCENTFACEID_SECRET_KEY"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return tencentfaceid.New(tencentfaceid.Config{SecretID: given["secret_id"], SecretKey: given["secret_key"], HTTP: http})
		}},
	{aliyun.Name, "ALIYUN_BASE_URL", map[string]string{"access_key_id": "ALIYUN_ACCESS_KEY_ID", "access_key_secret": "ALIYUN_ACCESS_KEY_SECRET", "scene_id": "ALIYUN_SCENE_ID"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return aliyun.New(aliyun.Config{AccessKeyID: given["access_key_id"], AccessKeySecret: given["access_key_secret"], SceneID: given["scene_id"], HTTP: http})
		}},
	{huaweiivs.Name, "HUAWEIIVS_BASE_URL", map[string]string{"access_key": "HUAWEIIVS_ACCESS_KEY", "secret_key": "HUAWEIIVS_SECRET_KEY"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return huaweiivs.New(huaweiivs.Config{AccessKey: given["access_key"], SecretKey: given["secret_key"], HTTP: http})
		}},
	{volcengine.Name, "VOLCENGINE_BASE_URL", map[string]string{"access_key_id": "VOLCENGINE_ACCESS_KEY_ID", "secret_access_key": "VOLCENGINE_SECRET_ACCESS_KEY"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return volcengine.New(volcengine.Config{AccessKeyID: given["access_key_id"], SecretAccessKey: given["secret_access_key"], HTTP: http})
		}},
	{megvii.Name, "MEGVII_BASE_URL", map[string]string{"api_key": "MEGVII_API_KEY", "api_secret": "MEGVII_API_SECRET"},
		func(given map[string]string, http idverify.HTTP) (idverify.Provider, error) {
			return megvii.New(megvii.Config{APIKey: given["api_key"], APISecret: given["api_secret"], HTTP: http})
		}},
}

// StandIns are all vendors, with the test credentials of the stand-in at root.
func StandIns(root string) (providers []idverify.Provider, err error) {
	for _, a := range accounts {
		p, err := a.open(idverifytest.Credentials(a.vendor), idverify.HTTP{BaseURL: idverifytest.BaseURLAt(root, a.vendor)})
		if err != nil {
			return nil, err
		}
		providers = append(providers, p)
	}
	return providers, nil
}

// FromEnvironment makes a provider for every vendor that has at least one credential
// in the environment; an incomplete set is an error. The …_BASE_URL variables are
// optional. real says that at least one vendor is not a stand-in on this machine.
func FromEnvironment(getenv func(string) string) (providers []idverify.Provider, real bool, err error) {
	for _, a := range accounts {
		given, some := map[string]string{}, false
		for parameter, variable := range a.credentials {
			given[parameter] = getenv(variable)
			some = some || given[parameter] != ""
		}
		if !some {
			continue
		}
		base := getenv(a.baseURL)
		p, failed := a.open(given, idverify.HTTP{BaseURL: base})
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		providers, real = append(providers, p), real || !isLocal(base)
	}
	if err != nil {
		return nil, false, err
	}
	return providers, real, nil
}

// Variables lists the environment variables of each vendor, a line each.
func Variables() []string {
	var lines []string
	for _, a := range accounts {
		names := append(slices.Sorted(maps.Values(a.credentials)), "["+a.baseURL+"]")
		lines = append(lines, a.vendor+": "+strings.Join(names, " "))
	}
	return lines
}

// isLocal recognises a stand-in by its plain http address, which the SDK allows only
// on loopback.
func isLocal(base string) bool {
	u, err := url.Parse(base)
	return err == nil && u.Scheme == "http"
}
