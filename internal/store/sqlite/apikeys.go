package sqlite

import (
	"context"
	"time"

	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const apiKeyColumns = `id, shop, name, role, prefix, hash, created_by, created_at, last_used`

func scanAPIKey(s scanner) (tenant.APIKey, error) {
	var k tenant.APIKey
	err := s.Scan(&k.ID, &k.Shop, &k.Name, &k.Role, &k.Prefix, &k.Hash, &k.CreatedBy, timeInto{&k.CreatedAt}, timeInto{&k.LastUsedAt})
	return k, or(err, tenant.ErrNotFound)
}

// CreateAPIKey implements tenant.APIKeys.
func (r *tenantStore) CreateAPIKey(ctx context.Context, k tenant.APIKey) error {
	return r.write(ctx, "create API key", func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO api_keys (`+apiKeyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			k.ID, k.Shop, k.Name, k.Role, k.Prefix, k.Hash, k.CreatedBy, millis(k.CreatedAt), millis(k.LastUsedAt))
		switch {
		case duplicate(err):
			return tenant.ErrTaken
		case dangling(err):
			return tenant.ErrNotFound
		}
		return err
	})
}

// APIKeyByHash implements tenant.APIKeys.
func (r *tenantStore) APIKeyByHash(ctx context.Context, hash []byte) (tenant.APIKey, error) {
	return scanAPIKey(r.d.reader().QueryRowContext(ctx, `SELECT `+apiKeyColumns+` FROM api_keys WHERE hash = ?`, hash))
}

// APIKeys implements tenant.APIKeys.
func (r *tenantStore) APIKeys(ctx context.Context, shop tenant.ShopID) ([]tenant.APIKey, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+apiKeyColumns+` FROM api_keys
		WHERE shop = ? ORDER BY created_at DESC, id`, shop)
	return collect(rows, err, scanAPIKey)
}

// DeleteAPIKey implements tenant.APIKeys.
func (r *tenantStore) DeleteAPIKey(ctx context.Context, shop tenant.ShopID, id string) error {
	return r.exec(ctx, "delete API key", tenant.ErrNotFound, `DELETE FROM api_keys WHERE shop = ? AND id = ?`, shop, id)
}

// TouchAPIKey implements tenant.APIKeys.
func (r *tenantStore) TouchAPIKey(ctx context.Context, id string, at time.Time) error {
	return r.exec(ctx, "touch API key", nil, `UPDATE api_keys SET last_used = ? WHERE id = ?`, millis(at), id)
}
