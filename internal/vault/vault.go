package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"recado/internal/tenant"
)

// FreshFor is how long unwrapped keys are used before the store is read again: how long a process may still use a key
// that another one has shredded.
const FreshFor = 5 * time.Minute

// defaultCached is how many shops' keys are kept unwrapped: 4 KiB each.
const defaultCached = 2048

// Options are what a Vault needs.
type Options struct {
	Store    KeyStore
	Current  Master
	Previous []Master         // still accepted
	Cached   int              // unwrapped keys in memory; 0 means 2048
	Now      func() time.Time // nil is time.Now
}

// Vault provides the keys of shops. It is safe for concurrent use.
type Vault struct {
	store   KeyStore
	keyring keyring
	cache   *cache
}

// New returns a vault.
func New(o Options) *Vault {
	if o.Cached <= 0 {
		o.Cached = defaultCached
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Vault{store: o.Store, keyring: append(keyring{o.Current}, o.Previous...), cache: newCache(o.Cached, o.Now)}
}

// Keys returns the shop's keys for the purpose, created when it has none.
func (v *Vault) Keys(ctx context.Context, shop tenant.ShopID, p Purpose) (*Keys, error) {
	k, err := v.Existing(ctx, shop, p)
	if !errors.Is(err, ErrNoKey) {
		return k, err
	}
	n := Name{Shop: shop, Purpose: p}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	wrapped, err := v.keyring.current().wrap(n, key)
	if err != nil {
		return nil, err
	}
	if wrapped, err = v.store.PutIfAbsent(ctx, n, wrapped); err != nil {
		return nil, fmt.Errorf("store key %s: %w", n, err)
	}
	return v.unwrap(n, wrapped)
}

// Existing returns the shop's keys for a reader: ErrNoKey when the shop has none, or they were shredded.
func (v *Vault) Existing(ctx context.Context, shop tenant.ShopID, p Purpose) (*Keys, error) {
	n := Name{Shop: shop, Purpose: p}
	if k := v.cache.get(n); k != nil {
		return k, nil
	}
	wrapped, err := v.store.Get(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("read key %s: %w", n, err)
	}
	return v.unwrap(n, wrapped)
}

func (v *Vault) unwrap(n Name, wrapped []byte) (*Keys, error) {
	key, err := v.keyring.unwrap(n, wrapped)
	if err != nil {
		return nil, err
	}
	k, err := newKeys(string(n.Shop), key)
	if err != nil {
		return nil, err
	}
	v.cache.put(n, k)
	return k, nil
}

// Shred deletes all keys of a shop: values that were sealed under them can never be opened again.
func (v *Vault) Shred(ctx context.Context, shop tenant.ShopID) error {
	for _, p := range []Purpose{Records, Sessions} {
		n := Name{Shop: shop, Purpose: p}
		if err := v.store.Delete(ctx, n); err != nil {
			return fmt.Errorf("destroy key %s: %w", n, err)
		}
		v.cache.drop(n)
	}
	return nil
}

// Check returns ErrUnknownMaster or ErrCorrupt when a stored key cannot be unwrapped. A program that starts with the
// wrong master key notices before it serves.
func (v *Vault) Check(ctx context.Context) error {
	return v.forEachKey(ctx, func(e Entry) error {
		_, err := v.keyring.unwrap(e.Name, e.Wrapped)
		return err
	})
}

// page is how many wrapped keys are read at a time.
const pageSize = 500

func (v *Vault) forEachKey(ctx context.Context, visit func(Entry) error) error {
	for after := (Name{}); ; {
		list, err := v.store.List(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("list keys: %w", err)
		}
		for _, e := range list {
			if err := visit(e); err != nil {
				return err
			}
			after = e.Name
		}
		if len(list) < pageSize {
			return nil
		}
	}
}
