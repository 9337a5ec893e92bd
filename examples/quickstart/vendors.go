package main

import (
	"net/url"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// account is a vendor with the variables that its credentials stand in, by the
// vendor's own parameter names.
type account struct {
	vendor, baseURL string
	variables       map[string]string
	open            func(keys map[string]string, baseURL string) (idverify.Provider, error)
}

var accounts = []account{
	{"linkface", "LINKFACE_BASE_URL", map[string]string{"api_id": "LINKFACE_API_ID", "api_secret": "LINKFACE_API_SECRET"},
		func(keys map[string]string, base string) (idverify.Provider, error) {
			return linkface.New(linkface.Config{APIID: keys["api_id"], APISecret: keys["api_secret"], HTTP: idverify.HTTP{BaseURL: base}})
		}},
	{"baiduv4", "BAIDU_BASE_URL", map[string]string{"client_id": "BAIDU_API_KEY", "client_secret": "BAIDU_SECRET_KEY"},
		func(keys map[string]string, base string) (idverify.Provider, error) {
			return baiduv4.New(baiduv4.Config{APIKey: keys["client_id"], SecretKey: keys["client_secret"], HTTP: idverify.HTTP{BaseURL: base}})
		}},
	{"tencent", "TENCENT_BASE_URL", map[string]string{"appid": "TENCENT_APP_ID", "secret_id": "TENCENT_SECRET_ID", "secret_key": "TENCENT_SECRET_KEY"},
		func(keys map[string]string, base string) (idverify.Provider, error) {
			return tencent.New(tencent.Config{AppID: keys["appid"], SecretID: keys["secret_id"], SecretKey: keys["secret_key"], HTTP: idverify.HTTP{BaseURL: base}})
		}},
}

// standIns are all vendors with the stand-in's test credentials.
func standIns(root string) (providers []idverify.Provider, err error) {
	for _, a := range accounts {
		p, err := a.open(idverifytest.Credentials(a.vendor), idverifytest.BaseURLAt(root, a.vendor))
		if err != nil {
			return nil, err
		}
		providers = append(providers, p)
	}
	return providers, nil
}

// fromEnvironment makes a provider for every vendor that has at least one
// credential in the environment; a set that is not whole is an error. The
// *_BASE_URL variables are optional. real says that one of the vendors is not
// a stand-in on this machine.
func fromEnvironment(getenv func(string) string) (providers []idverify.Provider, real bool, err error) {
	for _, a := range accounts {
		keys, given := map[string]string{}, false
		for parameter, variable := range a.variables {
			keys[parameter] = getenv(variable)
			given = given || keys[parameter] != ""
		}
		if !given {
			continue
		}
		base := getenv(a.baseURL)
		p, err := a.open(keys, base)
		if err != nil {
			return nil, false, err
		}
		providers, real = append(providers, p), real || !isLocal(base)
	}
	return providers, real, nil
}

// isLocal tells a stand-in by its plain http address, which the SDK allows on
// loopback only.
func isLocal(base string) bool {
	u, err := url.Parse(base)
	return err == nil && u.Scheme == "http"
}
