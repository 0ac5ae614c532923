package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const flowColumns = `f.shop, f.flow, f.number, f.doc, f.hash, f.published_at, f.published_by`

func scanFlow(s scanner) (library.Version, error) {
	var v library.Version
	err := s.Scan(&v.Shop, &v.Flow, &v.Number, (*[]byte)(&v.Doc), &v.Hash, timeInto{&v.PublishedAt}, &v.PublishedBy)
	return v, or(err, library.ErrNoFlow)
}

// PublishFlow implements library.Store.
func (r *flowStore) PublishFlow(ctx context.Context, v library.Version, ifVersion *int) (library.Version, error) {
	err := r.write(ctx, "publish flow", func(ctx context.Context, tx *native.Conn) error {
		var current int
		err := tx.QueryRowContext(ctx, `SELECT number FROM current_flows WHERE shop = ?`, v.Shop).Scan(&current)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if ifVersion != nil && *ifVersion != current {
			return library.ErrVersionConflict
		}
		if err := insertFlow(ctx, tx, &v); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `REPLACE INTO current_flows (shop, flow, number) VALUES (?, ?, ?)`, v.Shop, v.Flow, v.Number)
		return err
	})
	if err != nil {
		return library.Version{}, err
	}
	v.PublishedAt = moment(millis(v.PublishedAt))
	return v, nil
}

// PublishFurther implements library.Store.
func (r *flowStore) PublishFurther(ctx context.Context, v library.Version, ifVersion *int) (library.Version, error) {
	err := r.write(ctx, "publish flow", func(ctx context.Context, tx *native.Conn) error {
		var current int
		err := tx.QueryRowContext(ctx, `SELECT number FROM further_flows WHERE shop = ? AND flow = ?`, v.Shop, v.Flow).Scan(&current)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if ifVersion != nil && *ifVersion != current {
			return library.ErrVersionConflict
		}
		if err := insertFlow(ctx, tx, &v); err != nil {
			return err
		}
		return run(ctx, tx, step{`REPLACE INTO further_flows (shop, flow, number) VALUES (?, ?, ?)`, []any{v.Shop, v.Flow, v.Number}})
	})
	if err != nil {
		return library.Version{}, err
	}
	v.PublishedAt = moment(millis(v.PublishedAt))
	return v, nil
}

// insertFlow stores v under the flow's next number.
func insertFlow(ctx context.Context, tx *native.Conn, v *library.Version) error {
	return tx.QueryRowContext(ctx, `INSERT INTO flows (shop, flow, number, doc, hash, published_at, published_by)
		SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6 FROM flows WHERE shop = ?1 AND flow = ?2
		RETURNING number`, v.Shop, v.Flow, string(v.Doc), v.Hash, millis(v.PublishedAt), v.PublishedBy).Scan(&v.Number)
}

// FurtherFlows implements library.Store.
func (r *flowStore) FurtherFlows(ctx context.Context, shop tenant.ShopID) ([]library.Version, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+flowColumns+` FROM further_flows c
		JOIN flows f ON f.shop = c.shop AND f.flow = c.flow AND f.number = c.number WHERE c.shop = ? ORDER BY f.flow`, shop)
	return collect(rows, err, scanFlow)
}

// WithdrawFlow implements library.Store.
func (r *flowStore) WithdrawFlow(ctx context.Context, shop tenant.ShopID, id flow.ID) error {
	return r.exec(ctx, "withdraw flow", library.ErrNoFlow, `DELETE FROM further_flows WHERE shop = ? AND flow = ?`, shop, id)
}

// CurrentFlow implements library.Store.
func (r *flowStore) CurrentFlow(ctx context.Context, shop tenant.ShopID) (library.Version, error) {
	return scanFlow(r.d.reader().QueryRowContext(ctx, `SELECT `+flowColumns+` FROM current_flows c
		JOIN flows f ON f.shop = c.shop AND f.flow = c.flow AND f.number = c.number WHERE c.shop = ?`, shop))
}

// FlowVersion implements library.Store.
func (r *flowStore) FlowVersion(ctx context.Context, shop tenant.ShopID, id flow.ID, number int) (library.Version, error) {
	return scanFlow(r.d.reader().QueryRowContext(ctx, `SELECT `+flowColumns+` FROM flows f
		WHERE f.shop = ? AND f.flow = ? AND f.number = ?`, shop, id, number))
}

// FlowVersions implements library.Store.
func (r *flowStore) FlowVersions(ctx context.Context, shop tenant.ShopID, id flow.ID, limit int) ([]library.Version, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT f.shop, f.flow, f.number, NULL, f.hash, f.published_at, f.published_by
		FROM flows f WHERE f.shop = ? AND f.flow = ? ORDER BY f.number DESC LIMIT ?`, shop, id, limit)
	return collect(rows, err, scanFlow)
}

var _ library.Store = (*Records)(nil)
