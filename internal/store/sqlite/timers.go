package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"recado/internal/cluster"
	"recado/internal/conversation"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

func changeTimers(ctx context.Context, tx *native.Conn, c conversation.Commit) error {
	for _, t := range c.Timers {
		s := step{`REPLACE INTO timers (shop, conv, token, due) VALUES (?, ?, ?, ?)`, []any{c.Shop, c.Conversation, t.Token, millis(t.Due)}}
		if t.Cancel {
			s = step{`DELETE FROM timers WHERE shop = ? AND conv = ? AND token = ?`, []any{c.Shop, c.Conversation, t.Token}}
		}
		if err := run(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Fire implements conversation.Timers.
func (r *conversationStore) Fire(ctx context.Context, l cluster.Lease, now time.Time, limit int) (ids []conversation.ID, err error) {
	err = r.write(ctx, "fire timers", func(ctx context.Context, tx *native.Conn) error {
		if err := fence(ctx, tx, l.Shop, l.Epoch); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT conv, token, due FROM timers WHERE shop = ? AND due <= ?
			ORDER BY due, conv, token LIMIT ?`, l.Shop, millis(now), limit)
		due, err := collect(rows, err, func(s scanner) (row, error) {
			t := row{shop: l.Shop, dir: dirTimer, state: stateNew}
			return t, s.Scan(&t.conv, &t.id, &t.notBefore)
		})
		if err != nil {
			return err
		}
		for _, t := range due {
			if err := fireTimer(ctx, tx, t, millis(now)); err != nil {
				return err
			}
			ids = append(ids, t.conv)
		}
		return nil
	})
	return ids, err
}

// fire moves one timer to the inbox.
func fireTimer(ctx context.Context, tx *native.Conn, t row, now int64) error {
	err := tx.QueryRowContext(ctx, `UPDATE conversations SET top = top + 1 WHERE shop = ? AND id = ? RETURNING top`,
		t.shop, t.conv).Scan(&t.n)
	switch {
	case errors.Is(err, sql.ErrNoRows): // cannot be; a timer of nothing must not fire for ever
	case err != nil:
		return err
	default:
		t.at = now
		err := insertRow(ctx, tx, t, "timer "+strconv.FormatInt(t.notBefore, 10))
		if err != nil && !errors.Is(err, errDuplicate) {
			return err
		}
	}
	return run(ctx, tx, step{`DELETE FROM timers WHERE shop = ? AND conv = ? AND token = ?`, []any{t.shop, t.conv, t.id}})
}

// NextTimer implements conversation.Timers.
func (r *conversationStore) NextTimer(ctx context.Context, shop tenant.ShopID) (due time.Time, err error) {
	err = r.d.reader().QueryRowContext(ctx, `SELECT coalesce(min(due), 0) FROM timers WHERE shop = ?`, shop).Scan(timeInto{&due})
	return due, err
}
