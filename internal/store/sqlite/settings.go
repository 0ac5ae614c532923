package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"recado/internal/settings"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// Section implements settings.Store.
func (r *settingStore) Section(ctx context.Context, shop tenant.ShopID, section string) (data []byte, err error) {
	err = r.d.reader().QueryRowContext(ctx, `SELECT data FROM shop_settings WHERE shop = ? AND section = ?`, shop, section).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

// PutSection implements settings.Store.
func (r *settingStore) PutSection(ctx context.Context, shop tenant.ShopID, section string, data []byte) error {
	return r.write(ctx, "store settings", func(ctx context.Context, tx *native.Conn) error {
		if data == nil {
			return run(ctx, tx, step{`DELETE FROM shop_settings WHERE shop = ? AND section = ?`, []any{shop, section}})
		}
		return run(ctx, tx, step{`REPLACE INTO shop_settings (shop, section, data) VALUES (?, ?, ?)`, []any{shop, section, data}})
	})
}

// Sections implements settings.Store.
func (r *settingStore) Sections(ctx context.Context, shop tenant.ShopID, prefix string) ([]string, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT section FROM shop_settings
		WHERE shop = ?1 AND substr(section, 1, length(?2)) = ?2 ORDER BY section`, shop, prefix)
	return collect(rows, err, func(s scanner) (name string, err error) { return name, s.Scan(&name) })
}

var _ settings.Store = (*Records)(nil)
