package idverifytest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// bentPersons is the memory store, with one behaviour that can be changed.
type bentPersons struct {
	idverify.PersonStore
	take     func(s idverify.PersonStore, ctx context.Context, try idverify.Try) (idverify.Taken, error)
	giveBack func(s idverify.PersonStore, try idverify.Try) error
	cut      *cable
}

func (b *bentPersons) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	if b.cut != nil {
		if err := b.cut.err(ctx, try.Person); err != nil {
			return idverify.Taken{}, err
		}
	}
	if b.take != nil {
		return b.take(b.PersonStore, ctx, try)
	}
	return b.PersonStore.Take(ctx, try)
}

func (b *bentPersons) Return(ctx context.Context, try idverify.Try) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, try.Person); err != nil {
			return err
		}
	}
	if b.giveBack != nil {
		return b.giveBack(b.PersonStore, try)
	}
	return b.PersonStore.Return(ctx, try)
}

func personHarness(b *bentPersons) PersonStoreHarness {
	b.PersonStore = idverify.NewMemoryPersonStore()
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	return PersonStoreHarness{StoreSetting: s, New: func(testing.TB) idverify.PersonStore { return b }}
}

func TestTestPersonStore_AcceptsMemoryStore(t *testing.T) {
	TestPersonStore(t, personHarness(&bentPersons{cut: &cable{}}))
}

// Holds P-PAY-13.
func TestTestPersonStore_DetectsWrongStores(t *testing.T) {
	bent := func(bend func(*idverify.Try)) *bentPersons {
		return &bentPersons{take: func(s idverify.PersonStore, ctx context.Context, try idverify.Try) (idverify.Taken, error) {
			bend(&try)
			return s.Take(ctx, try)
		}}
	}
	var all []wrong
	add := func(what, rule string, b *bentPersons) {
		all = append(all, wrong{what, personHarness(b).rules(), rule})
	}
	add("lets one more pass", "admits exactly the limit of concurrent tries", bent(func(try *idverify.Try) { try.Limit++ }))
	add("lets one less pass", "admits exactly the limit of concurrent tries", bent(func(try *idverify.Try) { try.Limit-- }))
	add("never slides", "counts in a sliding window", bent(func(try *idverify.Try) { try.Window = 1000 * time.Hour }))
	add("says a wrong wait", "counts in a sliding window", &bentPersons{take: func(s idverify.PersonStore, ctx context.Context, try idverify.Try) (idverify.Taken, error) {
		taken, err := s.Take(ctx, try)
		taken.RetryAfter = min(taken.RetryAfter, time.Millisecond)
		return taken, err
	}})
	add("has one window for all", "applies each try's own limit and window", bent(func(try *idverify.Try) { try.Window = time.Hour }))
	add("counts a try twice", "counts a try once", bent(func(try *idverify.Try) { try.ID = digits(32) }))
	add("counts refused tries", "does not count a refused try", &bentPersons{take: func(s idverify.PersonStore, ctx context.Context, try idverify.Try) (idverify.Taken, error) {
		taken, err := s.Take(ctx, try)
		if !taken.OK {
			refused := try
			refused.Limit = 1000
			_, _ = s.Take(ctx, refused)
		}
		return taken, err
	}})
	add("gives nothing back", "frees the place of a returned try", &bentPersons{giveBack: func(idverify.PersonStore, idverify.Try) error { return nil }})
	add("has one person", "keeps two persons apart", bent(func(try *idverify.Try) { try.Person = "" }))
	add("does not look at the context", "refuses a try after the context has ended", &bentPersons{take: func(s idverify.PersonStore, ctx context.Context, try idverify.Try) (idverify.Taken, error) {
		return s.Take(context.WithoutCancel(ctx), try)
	}})
	add("tells the person", outageRule, &bentPersons{cut: &cable{tells: true}})
	add("hangs", outageRule, &bentPersons{cut: &cable{hangs: true}})
	all = append(all, subtlyWrongPersonStores()...)
	assertSeen(t, personHarness(&bentPersons{cut: &cable{}}).rules(), all)
	assert.Empty(t, broken(t, personHarness(&bentPersons{cut: &cable{}}).rules()))
}
