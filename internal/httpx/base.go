package httpx

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// ConfigError names a field of Config that cannot be used. It never holds the
// field's value.
type ConfigError struct{ Field, Problem string }

func (e *ConfigError) Error() string { return e.Field + " " + e.Problem }

// maxBase is the longest base URL in bytes.
const maxBase = 4 << 10

func parseBase(raw string) (string, error) {
	refuse := func(problem string) (string, error) { return "", &ConfigError{"BaseURL", problem} }
	if len(raw) > maxBase {
		return refuse(fmt.Sprintf("is longer than %d bytes", maxBase))
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("is not a URL")
	case u.Hostname() == "":
		return refuse("has no host")
	case u.User != nil:
		return refuse("must not contain a user or password")
	case strings.ContainsAny(raw, "?#"):
		return refuse("must not have a query or fragment")
	case !validPort(u.Port()):
		return refuse("has a port that is none")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse("must be https; http is for loopback addresses only")
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse("must be https")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// hostPort is the address that net/http dials for a valid base URL.
func hostPort(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
