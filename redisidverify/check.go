package redisidverify

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// FindingKind says what is wrong with a server.
type FindingKind string

// The kinds of findings.
const (
	// FoundOldVersion: Redis is older than 6.2, and the scripts may not work.
	FoundOldVersion FindingKind = "old_version"
	// FoundEviction: keys are evicted when memory is short. All keys of this package
	// have a time to live, so they are evicted first: maxmemory-policy must be
	// noeviction.
	FoundEviction FindingKind = "eviction"
	// FoundNoAppendOnlyFile: a restart forgets the tries of persons.
	FoundNoAppendOnlyFile FindingKind = "no_append_only_file"
	// FoundReplica: the server is a replica, and refuses writes.
	FoundReplica FindingKind = "replica"
	// FoundUnknown: the server does not report one of these settings.
	FoundUnknown FindingKind = "unknown"
)

// Finding is one problem of a server, in words.
type Finding struct {
	Kind   FindingKind
	Detail string
}

// Informer is the part of a client that Check needs.
type Informer interface {
	Info(ctx context.Context, sections ...string) *redis.StringCmd
}

// checkLimit is the longest time that Check takes.
const checkLimit = 2 * time.Second

// Check reads INFO of the server, of every primary of a ClusterClient and of every
// shard of a Ring. It returns the settings that are unsuitable for this package,
// nothing if all is well. It takes at most two seconds. Its error contains no
// address. Call it at the start, and log its findings; the stores work in any case.
func Check(ctx context.Context, client Informer) ([]Finding, error) {
	if isNil(client) {
		return nil, misconfigured("client", "the client must not be nil")
	}
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	type answer struct {
		info []string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		defer cancel()
		got := answer{err: errFailed}
		defer func() {
			_ = recover() // from a hook that the user put into the client
			answered <- got
		}()
		got.info, got.err = infoOf(ctx, client)
	}()
	select {
	case got := <-answered:
		if got.err != nil {
			return nil, ended(got.err)
		}
		return findings(got.info), nil
	case <-ctx.Done():
	}
	select {
	case got := <-answered: // the question has the same context
		if got.err == nil {
			return findings(got.info), nil
		}
		return nil, ended(got.err)
	default:
		return nil, ctx.Err()
	}
}

// ended makes a harmless error for a call whose limit has passed, or whose caller has
// left.
func ended(err error) error {
	for _, end := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, end) {
			return end
		}
	}
	return harmless(err)
}

// infoOf asks each server that accepts writes.
func infoOf(ctx context.Context, client Informer) ([]string, error) {
	var mu sync.Mutex
	var all []string
	one := func(ctx context.Context, c *redis.Client) error {
		info, err := c.Info(ctx).Result()
		mu.Lock()
		defer mu.Unlock()
		all = append(all, info)
		return err
	}
	var err error
	switch c := client.(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(ctx, one)
	case *redis.Ring:
		err = c.ForEachShard(ctx, one)
	default:
		var info string
		info, err = client.Info(ctx).Result()
		all = []string{info}
	}
	return all, err
}

// findings are the findings of all servers, without duplicates.
func findings(servers []string) (all []Finding) {
	seen := map[Finding]bool{}
	for _, info := range servers {
		for _, f := range findingsOf(info) {
			if !seen[f] {
				seen[f] = true
				all = append(all, f)
			}
		}
	}
	return all
}

func findingsOf(info string) (found []Finding) {
	facts := map[string]string{}
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			facts[name] = value
		}
	}
	add := func(kind FindingKind, detail string) { found = append(found, Finding{kind, detail}) }
	for _, fact := range []struct {
		name   string
		fits   func(value string) bool
		kind   FindingKind
		detail string
	}{
		{"redis_version", isNewEnough, FoundOldVersion, "Redis is older than 6.2"},
		{"maxmemory_policy", is("noeviction"), FoundEviction, "maxmemory-policy is not noeviction: Redis may evict tokens, rates and tries"},
		{"aof_enabled", is("1"), FoundNoAppendOnlyFile, "appendonly is off: a restart forgets the tries of persons"},
		{"role", is("master"), FoundReplica, "the server is a replica: nothing can be written"},
	} {
		switch value, known := facts[fact.name]; {
		case !known:
			add(FoundUnknown, "INFO does not say "+fact.name)
		case !fact.fits(value):
			add(fact.kind, fact.detail)
		}
	}
	return found
}

func is(want string) func(string) bool { return func(value string) bool { return value == want } }

// isNewEnough reports whether a version is 6.2 or later.
func isNewEnough(version string) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(second)
	return err == nil && (major > 6 || major == 6 && err2 == nil && minor >= 2)
}
