package sqlite

import (
	"context"
	"errors"

	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const userColumns = `id, email, name, admin, password_hash, created_at`

func scanUser(s scanner) (tenant.User, error) {
	var u tenant.User
	err := s.Scan(&u.ID, &u.Email, &u.Name, &u.Admin, &u.PasswordHash, timeInto{&u.CreatedAt})
	return u, or(err, tenant.ErrNotFound)
}

func insertUser(ctx context.Context, tx *native.Conn, u tenant.User) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO users (`+userColumns+`) VALUES (?, ?, ?, ?, ?, ?)`,
		u.ID, u.Email, u.Name, u.Admin, u.PasswordHash, millis(u.CreatedAt))
	if duplicate(err) {
		return tenant.ErrTaken
	}
	return err
}

// CreateUser implements tenant.Users.
func (r *tenantStore) CreateUser(ctx context.Context, u tenant.User, in ...tenant.Membership) error {
	return r.write(ctx, "create user", func(ctx context.Context, tx *native.Conn) error {
		if err := insertUser(ctx, tx, u); err != nil {
			return err
		}
		for _, m := range in {
			if err := putMember(ctx, tx, m.Shop, u.ID, m.Role); err != nil {
				return err
			}
		}
		return nil
	})
}

// CreateFirstAdmin implements tenant.Users.
func (r *tenantStore) CreateFirstAdmin(ctx context.Context, u tenant.User) error {
	return r.write(ctx, "create first administrator", func(ctx context.Context, tx *native.Conn) error {
		var has bool
		if err := tx.QueryRowContext(ctx, hasAdmin).Scan(&has); err != nil {
			return err
		}
		if has {
			return tenant.ErrTaken
		}
		return insertUser(ctx, tx, u)
	})
}

const hasAdmin = `SELECT EXISTS (SELECT 1 FROM users WHERE admin)`

// HasAdmin implements tenant.Users.
func (r *tenantStore) HasAdmin(ctx context.Context) (has bool, err error) {
	err = r.d.reader().QueryRowContext(ctx, hasAdmin).Scan(&has)
	return has, err
}

// User implements tenant.Users.
func (r *tenantStore) User(ctx context.Context, id tenant.UserID) (tenant.User, []tenant.Membership, error) {
	return r.user(ctx, `id = ?`, string(id))
}

// UserByEmail implements tenant.Users.
func (r *tenantStore) UserByEmail(ctx context.Context, email string) (tenant.User, []tenant.Membership, error) {
	return r.user(ctx, `email = ?`, email)
}

func (r *tenantStore) user(ctx context.Context, where, arg string) (tenant.User, []tenant.Membership, error) {
	tx, err := r.d.reader().BeginTx(ctx, nil) // both queries see the same state
	if err != nil {
		return tenant.User{}, nil, err
	}
	u, err := scanUser(tx.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE `+where, arg))
	if err != nil {
		return tenant.User{}, nil, errors.Join(err, tx.Rollback())
	}
	rows, err := tx.QueryContext(ctx, `SELECT m.shop, s.name, m.role FROM memberships m JOIN shops s ON s.id = m.shop
		WHERE m.user = ? ORDER BY m.shop`, u.ID)
	in, err := collect(rows, err, func(s scanner) (m tenant.Membership, err error) {
		return m, s.Scan(&m.Shop, &m.Name, &m.Role)
	})
	return u, in, errors.Join(err, tx.Rollback())
}

// SetPassword implements tenant.Users.
func (r *tenantStore) SetPassword(ctx context.Context, id tenant.UserID, hash string, keep tenant.LoginID) error {
	return r.write(ctx, "set password", func(ctx context.Context, tx *native.Conn) error {
		if err := execAffected(ctx, tx, tenant.ErrNotFound, `UPDATE users SET password_hash = ? WHERE id = ?`, hash, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM logins WHERE user = ? AND id <> ?`, id, keep)
		return err
	})
}
