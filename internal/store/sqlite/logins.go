package sqlite

import (
	"bytes"
	"context"
	"time"

	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const loginColumns = `id, user, hash, created_at, used_at, expires_at`

func scanLogin(s scanner) (tenant.Login, error) {
	var l tenant.Login
	err := s.Scan(&l.ID, &l.User, &l.Hash, timeInto{&l.CreatedAt}, timeInto{&l.UsedAt}, timeInto{&l.ExpiresAt})
	return l, or(err, tenant.ErrNotFound)
}

// CreateLogin implements tenant.Logins.
func (r *tenantStore) CreateLogin(ctx context.Context, l tenant.Login) error {
	return r.write(ctx, "create login", func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO logins (`+loginColumns+`) VALUES (?, ?, ?, ?, ?, ?)`,
			l.ID, l.User, l.Hash, millis(l.CreatedAt), millis(l.UsedAt), millis(l.ExpiresAt))
		if dangling(err) {
			return tenant.ErrNotFound
		}
		return err
	})
}

const selectLogin = `SELECT ` + loginColumns + ` FROM logins WHERE id = ? AND expires_at > ?`

// Login implements tenant.Logins.
func (r *tenantStore) Login(ctx context.Context, id tenant.LoginID, now time.Time) (tenant.Login, error) {
	return scanLogin(r.d.reader().QueryRowContext(ctx, selectLogin, id, millis(now)))
}

// RotateLogin implements tenant.Logins.
func (r *tenantStore) RotateLogin(ctx context.Context, id tenant.LoginID, old, next []byte, at, until time.Time) (l tenant.Login, err error) {
	reused := false
	err = r.write(ctx, "rotate login", func(ctx context.Context, tx *native.Conn) error {
		if l, err = scanLogin(tx.QueryRowContext(ctx, selectLogin, id, millis(at))); err != nil {
			return err
		}
		if reused = !bytes.Equal(l.Hash, old); reused { // no error here: it would undo the deletion
			_, err := tx.ExecContext(ctx, `DELETE FROM logins WHERE id = ?`, id)
			return err
		}
		l.Hash, l.UsedAt, l.ExpiresAt = next, moment(millis(at)), moment(millis(until))
		_, err := tx.ExecContext(ctx, `UPDATE logins SET hash = ?, used_at = ?, expires_at = ? WHERE id = ?`,
			next, millis(at), millis(until), id)
		return err
	})
	switch {
	case err != nil:
		return tenant.Login{}, err
	case reused:
		return tenant.Login{}, tenant.ErrReused
	}
	return l, nil
}

// DeleteLogin implements tenant.Logins.
func (r *tenantStore) DeleteLogin(ctx context.Context, id tenant.LoginID) error {
	return r.exec(ctx, "delete login", nil, `DELETE FROM logins WHERE id = ?`, id)
}

// DeleteExpiredLogins implements tenant.Logins.
func (r *tenantStore) DeleteExpiredLogins(ctx context.Context, now time.Time) error {
	return r.exec(ctx, "delete expired logins", nil, `DELETE FROM logins WHERE expires_at <= ?`, millis(now))
}
