package main

import (
	"net/url"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// standIns are the three vendors with the stand-in's test credentials.
func standIns(root string) ([]idverify.Provider, error) {
	providers, _, err := fromEnvironment(func(key string) string {
		return map[string]string{
			"LINKFACE_API_ID":     idverifytest.LinkfaceAPIID,
			"LINKFACE_API_SECRET": idverifytest.LinkfaceAPISecret,
			"LINKFACE_BASE_URL":   idverifytest.BaseURLAt(root, idverifytest.Linkface),
			"BAIDU_API_KEY":       idverifytest.BaiduAPIKey,
			"BAIDU_SECRET_KEY":    idverifytest.BaiduSecretKey,
			"BAIDU_BASE_URL":      idverifytest.BaseURLAt(root, idverifytest.BaiduV4),
			"TENCENT_APP_ID":      idverifytest.TencentAppID,
			"TENCENT_SECRET_ID":   idverifytest.TencentSecretID,
			"TENCENT_SECRET_KEY":  idverifytest.TencentSecretKey,
			"TENCENT_BASE_URL":    idverifytest.BaseURLAt(root, idverifytest.Tencent),
		}[key]
	})
	return providers, err
}

// fromEnvironment makes a provider for every vendor that has at least one
// credential in the environment; a set that is not whole is an error. The
// *_BASE_URL variables are optional. real says that one of the vendors is not
// a stand-in on this machine.
func fromEnvironment(getenv func(string) string) (providers []idverify.Provider, real bool, err error) {
	if id, secret := getenv("LINKFACE_API_ID"), getenv("LINKFACE_API_SECRET"); id+secret != "" {
		base := getenv("LINKFACE_BASE_URL")
		p, err := linkface.New(linkface.Config{APIID: id, APISecret: secret, HTTP: idverify.HTTP{BaseURL: base}})
		if err != nil {
			return nil, false, err
		}
		providers, real = append(providers, p), real || !isLocal(base)
	}
	if key, secret := getenv("BAIDU_API_KEY"), getenv("BAIDU_SECRET_KEY"); key+secret != "" {
		base := getenv("BAIDU_BASE_URL")
		p, err := baiduv4.New(baiduv4.Config{APIKey: key, SecretKey: secret, HTTP: idverify.HTTP{BaseURL: base}})
		if err != nil {
			return nil, false, err
		}
		providers, real = append(providers, p), real || !isLocal(base)
	}
	app, id, key := getenv("TENCENT_APP_ID"), getenv("TENCENT_SECRET_ID"), getenv("TENCENT_SECRET_KEY")
	if app+id+key != "" {
		base := getenv("TENCENT_BASE_URL")
		p, err := tencent.New(tencent.Config{AppID: app, SecretID: id, SecretKey: key, HTTP: idverify.HTTP{BaseURL: base}})
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
