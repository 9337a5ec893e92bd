package main

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// choose finds whom to ask: the vendors whose credentials are in the
// environment, or the stand-in. done ends the program's own stand-in.
func choose(s settings, getenv func(string) string, stdout io.Writer) (providers []idverify.Provider, done func(), err error) {
	providers, err = fromEnvironment(getenv)
	if err != nil {
		return nil, nil, err
	}
	done = func() {}
	if len(providers) > 0 {
		switch {
		case s.base != "":
			return nil, nil, errors.New("credentials are in the environment: -base is for the stand-in, which needs none")
		case s.in == "":
			return nil, nil, errors.New("with credentials every row may be billed: say which with -in")
		}
		return providers, done, nil
	}
	root := strings.TrimSuffix(s.base, "/")
	if root == "" {
		standIn := idverifytest.New()
		for _, vendor := range idverifytest.Vendors() {
			standIn.Inject(vendor, idverifytest.Delay(s.delay).Always())
		}
		server := httptest.NewServer(standIn)
		root, done = server.URL, func() {
			standIn.Close()
			server.Close()
		}
	}
	fmt.Fprintf(stdout, "No credentials in the environment: asking the stand-in vendors at %s. Their bill is not real.\n", root)
	providers, err = standIns(root)
	return providers, done, err
}

// standIns are the three vendors with the stand-in's test credentials.
func standIns(root string) ([]idverify.Provider, error) {
	return fromEnvironment(func(key string) string {
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
}

// fromEnvironment makes a provider for every vendor that has at least one
// credential in the environment; a set that is not whole is an error. The
// *_BASE_URL variables are optional.
func fromEnvironment(getenv func(string) string) (providers []idverify.Provider, err error) {
	add := func(p idverify.Provider, failed error) {
		if failed != nil {
			err = errors.Join(err, failed)
			return
		}
		providers = append(providers, p)
	}
	if id, secret := getenv("LINKFACE_API_ID"), getenv("LINKFACE_API_SECRET"); id+secret != "" {
		p, failed := linkface.New(linkface.Config{APIID: id, APISecret: secret, HTTP: idverify.HTTP{BaseURL: getenv("LINKFACE_BASE_URL")}})
		add(p, failed)
	}
	if key, secret := getenv("BAIDU_API_KEY"), getenv("BAIDU_SECRET_KEY"); key+secret != "" {
		p, failed := baiduv4.New(baiduv4.Config{APIKey: key, SecretKey: secret, HTTP: idverify.HTTP{BaseURL: getenv("BAIDU_BASE_URL")}})
		add(p, failed)
	}
	app, id, key := getenv("TENCENT_APP_ID"), getenv("TENCENT_SECRET_ID"), getenv("TENCENT_SECRET_KEY")
	if app+id+key != "" {
		p, failed := tencent.New(tencent.Config{AppID: app, SecretID: id, SecretKey: key, HTTP: idverify.HTTP{BaseURL: getenv("TENCENT_BASE_URL")}})
		add(p, failed)
	}
	return providers, err
}
