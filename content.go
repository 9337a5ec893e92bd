package idverify

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/media"
)

// holdEvidence reads the content of all evidence once. It returns a digest over
// kinds and contents in order, and copies of the evidence whose media fail at the
// end of a read if their content has changed since. Media that cannot be read, or
// not within patience, count as unreadable in digest and copy, and fail only at a
// vendor that needs them. It fails with an [*Error] for evidence that does not show
// its content, and when the context has ended.
func holdEvidence(ctx context.Context, all []Evidence, patience time.Duration) (held []Evidence, sum [sha256.Size]byte, err error) {
	c := &contentDigest{ctx: ctx, patience: patience, all: sha256.New()}
	for _, ev := range all {
		shown, ok := ev.(ContentEvidence)
		if !ok {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "evidence that is no ContentEvidence cannot be used with a key")
		}
		c.part(partKind, []byte(ev.EvidenceKind()))
		c.shown = false
		own := shown.EvidenceContent(c.text, c.media)
		if ctx.Err() != nil {
			return nil, sum, left(ctx, "", "")
		}
		if !c.shown {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "EvidenceContent called neither text nor media")
		}
		if !isCopy(own, ev) {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "EvidenceContent returned no copy of the evidence")
		}
		held = append(held, own)
	}
	return held, [sha256.Size]byte(c.all.Sum(nil)), nil
}

// isCopy reports whether own can replace ev in a call with a key: it has the same
// kind, and shows its content too.
func isCopy(own, ev Evidence) bool {
	if isNil(own) {
		return false
	}
	_, shows := own.(ContentEvidence)
	return shows && own.EvidenceKind() == ev.EvidenceKind()
}

// The kinds of parts in a digest of evidence.
const (
	partKind       = 'k'
	partContent    = 'c' // a text or media
	partUnreadable = 'u'
)

type contentDigest struct {
	ctx      context.Context
	patience time.Duration
	all      hash.Hash
	shown    bool // the evidence at hand has shown some content
}

// part writes kind, length and content, so that different lists of parts never give
// the same bytes.
func (c *contentDigest) part(what byte, content []byte) {
	c.all.Write(binary.BigEndian.AppendUint64([]byte{what}, uint64(len(content))))
	c.all.Write(content)
}

func (c *contentDigest) text(s string) {
	c.shown = true
	_, _ = c.content(media.String(s))
}

func (c *contentDigest) media(m Media) Media {
	c.shown = true
	if m.IsZero() {
		c.part(partUnreadable, nil)
		return m
	}
	seen, err := c.content(m)
	if err != nil {
		return unreadable(err)
	}
	return Media{open: seen.Open, inMemory: seen.InMemory()}
}

// content adds the digest of a text or of media.
func (c *contentDigest) content(o media.Opener) (*media.Seen, error) {
	seen, err := c.look(o)
	if err != nil {
		c.part(partUnreadable, nil)
		return nil, err
	}
	sum, _ := seen.Sum()
	c.part(partContent, sum[:])
	return seen, nil
}

func (c *contentDigest) look(o media.Opener) (*media.Seen, error) {
	if media.InMemory(o) {
		return media.Digest(c.ctx, o)
	}
	return aside.Ask(c.ctx, new(aside.Desk), c.patience, func(ctx context.Context) (*media.Seen, error) {
		return media.Digest(ctx, o)
	})
}
