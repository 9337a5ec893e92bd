package idverifytest

import (
	"net/url"
	"strings"
)

// download is the outcome of fetching an address.
type download int

const (
	downloaded download = iota
	notAnAddress
	unreachable
	tooSlow
)

// fetch only examines the address. Nothing is opened.
func fetch(address value) download {
	u, err := url.Parse(address.text())
	if err != nil || address.isCut() || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return notAnAddress
	}
	if !strings.HasSuffix(u.Hostname(), ".invalid") {
		return downloaded
	}
	switch {
	case strings.Contains(u.Path, "unreachable"):
		return unreachable
	case strings.Contains(u.Path, "timeout"):
		return tooSlow
	}
	return downloaded
}
