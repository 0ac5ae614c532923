package sqlite

import (
	"context"

	"recado/internal/store/sqlite/native"
	"recado/internal/vault"
)

// Vault keeps wrapped keys: it implements vault.KeyStore.
type Vault struct{ d *DB }

// NewVault returns the keys in d. They end with it: there is nothing to close.
func NewVault(d *DB) *Vault { return &Vault{d: d} }

// Get implements vault.KeyStore.
func (v *Vault) Get(ctx context.Context, n vault.Name) (wrapped []byte, err error) {
	err = v.d.reader().QueryRowContext(ctx, `SELECT wrapped FROM vault_keys WHERE shop = ? AND purpose = ?`, n.Shop, n.Purpose).Scan(&wrapped)
	return wrapped, or(err, vault.ErrNoKey)
}

// PutIfAbsent implements vault.KeyStore.
func (v *Vault) PutIfAbsent(ctx context.Context, n vault.Name, wrapped []byte) (stored []byte, err error) {
	err = v.d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		// An existing value is written again, so that RETURNING returns it.
		return tx.QueryRowContext(ctx, `INSERT INTO vault_keys (shop, purpose, wrapped) VALUES (?, ?, ?)
			ON CONFLICT (shop, purpose) DO UPDATE SET wrapped = wrapped RETURNING wrapped`, n.Shop, n.Purpose, wrapped).Scan(&stored)
	})
	return stored, err
}

// Replace implements vault.KeyStore.
func (v *Vault) Replace(ctx context.Context, n vault.Name, from, to []byte) error {
	return v.d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		return execAffected(ctx, tx, vault.ErrChanged, `UPDATE vault_keys SET wrapped = ? WHERE shop = ? AND purpose = ? AND wrapped = ?`,
			to, n.Shop, n.Purpose, from)
	})
}

// List implements vault.KeyStore.
func (v *Vault) List(ctx context.Context, after vault.Name, limit int) ([]vault.Entry, error) {
	rows, err := v.d.reader().QueryContext(ctx, `SELECT shop, purpose, wrapped FROM vault_keys
		WHERE (shop, purpose) > (?, ?) ORDER BY shop, purpose LIMIT ?`, after.Shop, after.Purpose, limit)
	return collect(rows, err, func(s scanner) (e vault.Entry, err error) {
		return e, s.Scan(&e.Shop, &e.Purpose, &e.Wrapped)
	})
}

// Delete implements vault.KeyStore. The row's bytes are overwritten in the file (secure_delete); the log holds them until
// its next turn, at the latest until the database is closed.
func (v *Vault) Delete(ctx context.Context, n vault.Name) error {
	return v.d.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		return run(ctx, tx, step{`DELETE FROM vault_keys WHERE shop = ? AND purpose = ?`, []any{n.Shop, n.Purpose}})
	})
}

var _ vault.KeyStore = (*Vault)(nil)
