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

// holdEvidence reads the content of all evidence once. It gives a digest of it,
// in order and with its kinds, and copies of the evidence whose media can be read
// to their end only if they are what they were. Media that cannot be read, or not
// within patience, enter as unreadable and stay so in the copy: that is for the
// vendor that wants them. It fails with an [*Error] for evidence that shows no
// content, and for a context that is done.
func holdEvidence(ctx context.Context, all []Evidence, patience time.Duration) (held []Evidence, sum [sha256.Size]byte, err error) {
	c := &contentDigest{ctx: ctx, patience: patience, all: sha256.New()}
	for _, ev := range all {
		shown, ok := ev.(ContentEvidence)
		if !ok {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "evidence of a type that shows no content cannot be bound to a call")
		}
		c.part(partKind, []byte(ev.EvidenceKind()))
		c.shown = false
		own := shown.EvidenceContent(c.text, c.media)
		if ctx.Err() != nil {
			return nil, sum, left(ctx, "", "")
		}
		if !c.shown {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "EvidenceContent showed no content")
		}
		if !isCopy(own, ev) {
			return nil, sum, refused(CodeInvalidRequest, "Evidence", "EvidenceContent gave no copy of the evidence")
		}
		held = append(held, own)
	}
	return held, [sha256.Size]byte(c.all.Sum(nil)), nil
}

// isCopy reports whether own may stand for ev in a call with a key: it has its kind,
// and shows its content as well.
func isCopy(own, ev Evidence) bool {
	if isNil(own) {
		return false
	}
	_, shows := own.(ContentEvidence)
	return shows && own.EvidenceKind() == ev.EvidenceKind()
}

// The parts that a digest of evidence is made of.
const (
	partKind       = 'k'
	partContent    = 'c' // a text or media
	partUnreadable = 'u'
)

type contentDigest struct {
	ctx      context.Context
	patience time.Duration
	all      hash.Hash
	shown    bool // something of the evidence at hand
}

// part writes what it is, how long it is, and what is in it: two lists of parts
// that differ are written differently.
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
