package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// Rotation is the result of Rotate.
type Rotation struct {
	Keys    int    // in the store
	Rotated int    // now wrapped by the current master key, by this call
	Current string // the current master key's id
}

// Rotate wraps every key by the current master key. It may run while programs that hold both master keys go on, may be
// interrupted and repeated, and returns nil only after it has seen every key open under the current master alone.
func (v *Vault) Rotate(ctx context.Context) (Rotation, error) {
	r := Rotation{Current: v.keyring.current().ID()}
	err := v.forEachKey(ctx, func(e Entry) error {
		rotated, err := v.rewrap(ctx, e)
		if rotated {
			r.Rotated++
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("rotate: %w", err)
	}
	only := v.keyring[:1]
	err = v.forEachKey(ctx, func(e Entry) error {
		r.Keys++
		_, err := only.unwrap(e.Name, e.Wrapped)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("verify rotation: %w", err)
	}
	return r, nil
}

// rewrap reports whether it replaced the key. A key that changed in between is read and tried again.
func (v *Vault) rewrap(ctx context.Context, e Entry) (bool, error) {
	for !v.keyring.current().hasWrapped(e.Wrapped) {
		key, err := v.keyring.unwrap(e.Name, e.Wrapped)
		if err != nil {
			return false, err
		}
		next, err := v.keyring.current().wrap(e.Name, key)
		if err != nil {
			return false, err
		}
		if back, err := v.keyring[:1].unwrap(e.Name, next); err != nil || !bytes.Equal(back, key) {
			return false, fmt.Errorf("wrap key %s: it does not open again: %w", e.Name, errors.Join(err, ErrCorrupt))
		}
		err = v.store.Replace(ctx, e.Name, e.Wrapped, next)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, ErrChanged) {
			return false, fmt.Errorf("replace key %s: %w", e.Name, err)
		}
		e.Wrapped, err = v.store.Get(ctx, e.Name)
		if errors.Is(err, ErrNoKey) {
			return false, nil // shredded meanwhile
		}
		if err != nil {
			return false, fmt.Errorf("read key %s: %w", e.Name, err)
		}
	}
	return false, nil
}
