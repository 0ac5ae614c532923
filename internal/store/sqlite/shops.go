package sqlite

import (
	"context"

	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const shopColumns = `id, name, wa_connected, wa_number, wa_last, created_at`

func scanShop(s scanner) (tenant.Shop, error) {
	var sh tenant.Shop
	err := s.Scan(&sh.ID, &sh.Name, &sh.WhatsApp.Connected, &sh.WhatsApp.Number, timeInto{&sh.WhatsApp.LastConnection}, timeInto{&sh.CreatedAt})
	return sh, or(err, tenant.ErrNotFound)
}

// CreateShop implements tenant.Shops.
func (r *tenantStore) CreateShop(ctx context.Context, s tenant.Shop) error {
	return r.write(ctx, "create shop", func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO shops (`+shopColumns+`) VALUES (?, ?, ?, ?, ?, ?)`,
			s.ID, s.Name, s.WhatsApp.Connected, s.WhatsApp.Number, millis(s.WhatsApp.LastConnection), millis(s.CreatedAt))
		if duplicate(err) {
			return tenant.ErrTaken
		}
		return err
	})
}

const selectShop = `SELECT ` + shopColumns + ` FROM shops WHERE id = ?` // read for every step of a flow

// Shop implements tenant.Shops.
func (r *tenantStore) Shop(ctx context.Context, id tenant.ShopID) (tenant.Shop, error) {
	return scanShop(r.prepared[selectShop].QueryRowContext(ctx, id))
}

// RenameShop implements tenant.Shops.
func (r *tenantStore) RenameShop(ctx context.Context, id tenant.ShopID, name string) error {
	return r.exec(ctx, "rename shop", tenant.ErrNotFound, `UPDATE shops SET name = ? WHERE id = ?`, name, id)
}

// Shops implements tenant.Shops.
func (r *tenantStore) Shops(ctx context.Context, after tenant.ShopID, limit int) ([]tenant.Shop, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+shopColumns+` FROM shops WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
	return collect(rows, err, scanShop)
}
