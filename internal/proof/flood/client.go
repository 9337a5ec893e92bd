package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// client calls all vendors as a service does.
type client struct {
	providers []idverify.Provider
	transport *http.Transport
	patience  time.Duration
}

func newClient(addr string, patience time.Duration) (*client, error) {
	transport := &http.Transport{}
	at := func(vendor string) string { return idverifytest.BaseURLAt("http://"+addr, vendor) }
	providers, err := vendors.Providers(at, idverify.HTTP{Client: &http.Client{Transport: transport}, Timeout: patience})
	if err != nil {
		return nil, err
	}
	return &client{providers, transport, patience}, nil
}

// ask asks each vendor about the person who passes and about one who does not. It
// reports every answer, and every missing answer.
func (c *client) ask(ctx context.Context, r *report) {
	for _, p := range c.providers {
		for person, want := range map[idverifytest.Person]idverify.Code{
			idverifytest.Match(): idverify.CodeMatch, idverifytest.FaceMismatch(): idverify.CodeFaceMismatch,
		} {
			begun := time.Now()
			res, err := idverify.VerifyWith(ctx, p, &idverify.Request{Name: person.Name, IDNumber: person.IDNumber,
				Evidence: vendors.ForAll(idverify.Bytes(idverifytest.Photo()), idverify.Bytes(idverifytest.Capture()))})
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
