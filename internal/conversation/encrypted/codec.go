package encrypted

import (
	"fmt"

	"recado/internal/vault"
)

// codec seals and opens values for one call of a verb. The first failure stays in
// err and makes everything after it empty, so that a verb checks err once, at its end.
type codec struct {
	keys *vault.Keys
	memo []memoEntry
	err  error
}

// memoEntry is a seal that was made or opened: a call has the same address several
// times, and a store returns most of its input.
type memoEntry struct{ kind, field, plain, sealed string }

// maxMemo bounds the search: a longer one is slower than a seal.
const maxMemo = 16

// sealToken makes the token of s: equal texts of a kind have equal tokens. "" stays "".
func (b *codec) sealToken(kind, s string) string {
	if s == "" || b.err != nil {
		return ""
	}
	for _, p := range b.memo {
		if p.plain == s && p.kind == kind && p.field == "" {
			return p.sealed
		}
	}
	t, err := b.keys.Token(kind, s)
	return b.sealedAs(memoEntry{kind, "", s, t}, err)
}

// openToken is the inverse of sealToken.
func (b *codec) openToken(kind, t string) string {
	if t == "" || b.err != nil {
		return ""
	}
	if p, ok := b.lookup(kind, "", t); ok {
		return p.plain
	}
	s, err := b.keys.OpenToken(kind, t)
	return b.openedAs(memoEntry{kind, "", s, t}, err)
}

// seal encrypts data and binds it to its kind and field.
func (b *codec) seal(kind, field, data string) string {
	if b.err != nil {
		return ""
	}
	s, err := b.keys.SealText(kind, field, []byte(data))
	return b.sealedAs(memoEntry{kind, field, data, s}, err)
}

// open is the inverse of seal.
func (b *codec) open(kind, field, s string) string {
	if b.err != nil {
		return ""
	}
	if p, ok := b.lookup(kind, field, s); ok {
		return p.plain
	}
	data, err := b.keys.OpenText(kind, field, s)
	return b.openedAs(memoEntry{kind, field, string(data), s}, err)
}

func (b *codec) lookup(kind, field, sealed string) (memoEntry, bool) {
	for _, p := range b.memo {
		if p.sealed == sealed && p.kind == kind && p.field == field {
			return p, true
		}
	}
	return memoEntry{}, false
}

func (b *codec) sealedAs(p memoEntry, err error) string { return b.remember(p, err).sealed }

func (b *codec) openedAs(p memoEntry, err error) string { return b.remember(p, err).plain }

func (b *codec) remember(p memoEntry, err error) memoEntry {
	if b.fail(err) {
		return memoEntry{}
	}
	if len(b.memo) < maxMemo {
		b.memo = append(b.memo, p)
	}
	return p
}

func (b *codec) fail(err error) bool {
	if b.err == nil {
		b.err = err
	}
	return b.err != nil
}

// sealJSON seals a JSON document into a JSON string; none stays none.
func (b *codec) sealJSON(kind, field string, doc []byte) []byte {
	if len(doc) == 0 {
		return doc
	}
	return []byte(`"` + b.seal(kind, field, string(doc)) + `"`)
}

// openJSON is the inverse of sealJSON.
func (b *codec) openJSON(kind, field string, doc []byte) []byte {
	n := len(doc)
	if n == 0 {
		return doc
	}
	if n < 2 || doc[0] != '"' || doc[n-1] != '"' {
		b.fail(fmt.Errorf("%w: %s is not sealed", vault.ErrCorrupt, kind))
		return nil
	}
	return []byte(b.open(kind, field, string(doc[1:n-1])))
}

// mapSlice returns a copy of list with f applied; nil stays nil.
func mapSlice[T any](list []T, f func(T) T) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
