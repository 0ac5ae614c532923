package encrypted

import (
	"context"
	"errors"
	"fmt"

	"recado/internal/conversation"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// Store is a conversation.Store over another one. It is safe for concurrent use
// when that is.
type Store struct {
	inner conversation.Store
	vault *vault.Vault
}

// New returns inner with everything private sealed by the shops' keys in v.
func New(inner conversation.Store, v *vault.Vault) *Store { return &Store{inner: inner, vault: v} }

var _ conversation.Store = (*Store)(nil)

// box seals and opens for one call. The first failure stays in err and makes
// everything after it empty; whoever uses a box looks at err in the end.
type box struct {
	keys *vault.Keys
	seen []pair
	err  error
}

// pair remembers a seal: a call meets the same address several times, and a
// store returns most of what it was given.
type pair struct{ kind, field, plain, sealed string }

// maxSeen bounds the search: more is slower than to compute.
const maxSeen = 16

// sealing returns the box of whoever writes.
func (s *Store) sealing(ctx context.Context, shop tenant.ShopID) (*box, error) {
	k, err := s.vault.Keys(ctx, shop, vault.Records)
	if err != nil {
		return nil, fmt.Errorf("seal records of shop %s: %w", shop, err)
	}
	return &box{keys: k}, nil
}

// opening returns the box of whoever only reads. Records without a key were shredded.
func (s *Store) opening(ctx context.Context, shop tenant.ShopID) (*box, error) {
	k, err := s.vault.Existing(ctx, shop, vault.Records)
	if errors.Is(err, vault.ErrNoKey) {
		err = fmt.Errorf("%w: %w", vault.ErrCorrupt, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open records of shop %s: %w", shop, err)
	}
	return &box{keys: k}, nil
}

// token hides s, "" stays "".
func (b *box) token(kind, s string) string {
	if s == "" || b.err != nil {
		return ""
	}
	for _, p := range b.seen {
		if p.plain == s && p.kind == kind && p.field == "" {
			return p.sealed
		}
	}
	t, err := b.keys.Token(kind, s)
	return b.sealedAs(pair{kind, "", s, t}, err)
}

// named recovers what token hid.
func (b *box) named(kind, t string) string {
	if t == "" || b.err != nil {
		return ""
	}
	if p, ok := b.known(kind, "", t); ok {
		return p.plain
	}
	s, err := b.keys.OpenToken(kind, t)
	return b.openedAs(pair{kind, "", s, t}, err)
}

// seal protects data for its place.
func (b *box) seal(kind, field, data string) string {
	if b.err != nil {
		return ""
	}
	s, err := b.keys.SealText(kind, field, []byte(data))
	return b.sealedAs(pair{kind, field, data, s}, err)
}

// open is the inverse of seal.
func (b *box) open(kind, field, s string) string {
	if b.err != nil {
		return ""
	}
	if p, ok := b.known(kind, field, s); ok {
		return p.plain
	}
	data, err := b.keys.OpenText(kind, field, s)
	return b.openedAs(pair{kind, field, string(data), s}, err)
}

func (b *box) known(kind, field, sealed string) (pair, bool) {
	for _, p := range b.seen {
		if p.sealed == sealed && p.kind == kind && p.field == field {
			return p, true
		}
	}
	return pair{}, false
}

func (b *box) sealedAs(p pair, err error) string { return b.saw(p, err).sealed }

func (b *box) openedAs(p pair, err error) string { return b.saw(p, err).plain }

func (b *box) saw(p pair, err error) pair {
	if b.failed(err) {
		return pair{}
	}
	if len(b.seen) < maxSeen {
		b.seen = append(b.seen, p)
	}
	return p
}

func (b *box) failed(err error) bool {
	if b.err == nil {
		b.err = err
	}
	return b.err != nil
}

// sealJSON seals a JSON document into a JSON string; none stays none.
func (b *box) sealJSON(kind, field string, doc []byte) []byte {
	if len(doc) == 0 {
		return doc
	}
	return []byte(`"` + b.seal(kind, field, string(doc)) + `"`)
}

// openJSON is the inverse of sealJSON.
func (b *box) openJSON(kind, field string, doc []byte) []byte {
	n := len(doc)
	if n == 0 {
		return doc
	}
	if n < 2 || doc[0] != '"' || doc[n-1] != '"' {
		b.failed(fmt.Errorf("%w: %s is not sealed", vault.ErrCorrupt, kind))
		return nil
	}
	return []byte(b.open(kind, field, string(doc[1:n-1])))
}

// each maps a list in place of a copy; nil stays nil.
func each[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
