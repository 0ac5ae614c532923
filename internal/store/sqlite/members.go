package sqlite

import (
	"context"

	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

func putMember(ctx context.Context, tx *native.Conn, shop tenant.ShopID, user tenant.UserID, role tenant.Role) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO memberships (shop, user, role) VALUES (?, ?, ?)
		ON CONFLICT (shop, user) DO UPDATE SET role = excluded.role`, shop, user, role)
	if dangling(err) {
		return tenant.ErrNotFound
	}
	return err
}

// PutMember implements tenant.Members.
func (r *tenantStore) PutMember(ctx context.Context, shop tenant.ShopID, user tenant.UserID, role tenant.Role) error {
	return r.write(ctx, "put member", func(ctx context.Context, tx *native.Conn) error {
		return putMember(ctx, tx, shop, user, role)
	})
}

// RemoveMember implements tenant.Members.
func (r *tenantStore) RemoveMember(ctx context.Context, shop tenant.ShopID, user tenant.UserID) error {
	return r.write(ctx, "remove member", func(ctx context.Context, tx *native.Conn) error {
		err := execAffected(ctx, tx, tenant.ErrNotFound, `DELETE FROM memberships WHERE shop = ? AND user = ?`, shop, user)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM users WHERE id = ? AND NOT admin
			AND NOT EXISTS (SELECT 1 FROM memberships WHERE user = users.id)`, user)
		return err
	})
}

// Members implements tenant.Members.
func (r *tenantStore) Members(ctx context.Context, shop tenant.ShopID) ([]tenant.Member, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT u.id, u.email, u.name, m.role
		FROM memberships m JOIN users u ON u.id = m.user WHERE m.shop = ? ORDER BY u.email`, shop)
	return collect(rows, err, func(s scanner) (m tenant.Member, err error) {
		return m, s.Scan(&m.User, &m.Email, &m.Name, &m.Role)
	})
}
