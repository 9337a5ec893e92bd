package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// client asks all vendors as a service does.
type client struct {
	providers []idverify.Provider
	transport *http.Transport
	patience  time.Duration
}

func newClient(addr string, patience time.Duration) (*client, error) {
	transport := &http.Transport{}
	by := &http.Client{Transport: transport}
	at := func(vendor string) idverify.HTTP {
		return idverify.HTTP{BaseURL: idverifytest.BaseURLAt("http://"+addr, vendor), Client: by, Timeout: patience}
	}
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: at(idverifytest.Linkface)})
	if err != nil {
		return nil, err
	}
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: at(idverifytest.BaiduV4)})
	if err != nil {
		return nil, err
	}
	tc, err := tencent.New(tencent.Config{
		AppID: idverifytest.TencentAppID, SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
		HTTP: at(idverifytest.Tencent)})
	if err != nil {
		return nil, err
	}
	return &client{[]idverify.Provider{lf, bd, tc}, transport, patience}, nil
}

// ask asks each vendor about the person who passes and about one who does not.
// Each answer, and each missing one, goes to the report.
func (c *client) ask(ctx context.Context, r *report) {
	for _, p := range c.providers {
		for person, want := range map[idverifytest.Person]idverify.Code{
			idverifytest.Match(): idverify.CodeMatch, idverifytest.FaceMismatch(): idverify.CodeFaceMismatch,
		} {
			begun := time.Now()
			res, err := p.Verify(ctx, &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, Evidence: []idverify.Evidence{
				linkface.Capture(idverify.Bytes(idverifytest.Capture())), idverify.Photo(idverify.Bytes(idverifytest.Photo())),
			}})
			switch {
			case ctx.Err() != nil: // the run is over
				return
			case err != nil:
				r.wrong = append(r.wrong, err.Error())
			case res.Code != want:
				r.wrong = append(r.wrong, fmt.Sprintf("%s: %s for %s", p.Name(), res.Code, want))
			default:
				r.answered(time.Since(begun))
			}
		}
	}
}

func (c *client) close() { c.transport.CloseIdleConnections() }
