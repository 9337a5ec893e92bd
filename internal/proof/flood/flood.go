package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify/idverifytest"
)

// flood floods a stand-in, and reports the result.
func flood(ctx context.Context, s settings) (*report, error) {
	chosen := slices.DeleteFunc(slices.Clone(attacks), func(a attack) bool { return !strings.Contains(a.name, s.only) })
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no attack is called %q", s.only)
	}
	srv, err := startServer()
	if err != nil {
		return nil, err
	}
	defer func() { _ = srv.end() }()
	usual, err := newClient(srv.addr, s.patience)
	if err != nil {
		return nil, err
	}
	defer usual.close()
	token, err := fetchToken(ctx, srv.addr)
	if err != nil {
		return nil, err
	}

	r := &report{settings: s}
	r.before, _, r.measured = srv.memory()
	attacking, stop := context.WithTimeout(ctx, s.duration)
	defer stop()
	var sent atomic.Int64
	var group sync.WaitGroup
	for i := range s.connections {
		group.Go(func() {
			random := rand.New(rand.NewPCG(s.seed, uint64(i)))
			for n := i; attacking.Err() == nil; n++ {
				if attackOnce(attacking, srv.addr, token, random, chosen[n%len(chosen)]) {
					sent.Add(1)
				}
			}
		})
	}
	for attacking.Err() == nil {
		usual.ask(ctx, r)
	}
	group.Wait()
	r.attacks = sent.Load()

	// The stand-in must also work afterwards.
	usual.ask(ctx, r)
	_, r.most, _ = srv.memory()
	select {
	case <-srv.gone:
		r.ended = true
	default:
	}
	if err := srv.end(); err != nil {
		r.ended = true
	}
	return r, nil
}

// attackOnce makes one attack on its own connection, and reports whether it could
// begin.
func attackOnce(ctx context.Context, addr, token string, random *rand.Rand, a attack) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_ = a.send(&attacker{Conn: conn, random: random, token: token}) // a closed connection is also an answer
	return true
}

func fetchToken(ctx context.Context, addr string) (string, error) {
	keys := url.Values{"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+tokenPath+"?"+keys.Encode(), nil)
	if err != nil {
		return "", err
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var said struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || said.Token == "" {
		return "", fmt.Errorf("no token: HTTP %d", answer.StatusCode)
	}
	return said.Token, nil
}
