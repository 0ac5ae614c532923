package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"recado/internal/channel"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

const channelColumns = `shop, type, enabled, status, reason, number, name, last_connection, created_at, updated_at`

func scanChannel(s scanner) (channel.Channel, error) {
	var c channel.Channel
	err := s.Scan(&c.Shop, &c.Type, &c.Enabled, &c.Status, &c.Reason, &c.Number, &c.Name,
		timeInto{&c.LastConnection}, timeInto{&c.CreatedAt}, timeInto{&c.UpdatedAt})
	return c, or(err, channel.ErrNotFound)
}

// Channel implements channel.Store.
func (r *channelStore) Channel(ctx context.Context, k channel.Key) (channel.Channel, error) {
	return scanChannel(r.d.reader().QueryRowContext(ctx, `SELECT `+channelColumns+` FROM channels
		WHERE shop = ? AND type = ?`, k.Shop, k.Type))
}

// Channels implements channel.Store.
func (r *channelStore) Channels(ctx context.Context, shop tenant.ShopID) ([]channel.Channel, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+channelColumns+` FROM channels
		WHERE shop = ? ORDER BY updated_at DESC, type`, shop)
	return collect(rows, err, scanChannel)
}

// PutChannel implements channel.Store.
func (r *channelStore) PutChannel(ctx context.Context, c channel.Channel) error {
	return r.write(ctx, "put channel", func(ctx context.Context, tx *native.Conn) error {
		_, err := tx.ExecContext(ctx, `REPLACE INTO channels (`+channelColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Shop, c.Type, c.Enabled, c.Status, c.Reason, c.Number, c.Name,
			millis(c.LastConnection), millis(c.CreatedAt), millis(c.UpdatedAt))
		if err != nil {
			return err
		}
		return summarize(ctx, tx, c.Shop)
	})
}

// summarize updates the shop's whatsapp summary: connected when any channel is,
// the number of that one, else of the one that was connected last.
func summarize(ctx context.Context, tx *native.Conn, shop tenant.ShopID) error {
	const current = `SELECT status = 'active', number FROM channels WHERE shop = ? AND number <> ''
		ORDER BY status = 'active' DESC, last_connection DESC LIMIT 1`
	var connected bool
	var number string
	err := tx.QueryRowContext(ctx, current, shop).Scan(&connected, &number)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE shops SET wa_connected = ?1, wa_number = ?2,
		wa_last = (SELECT coalesce(max(last_connection), 0) FROM channels WHERE shop = ?3) WHERE id = ?3`, connected, number, shop)
	return err
}

// EnabledChannels implements channel.Store.
func (r *channelStore) EnabledChannels(ctx context.Context) ([]channel.Channel, error) {
	rows, err := r.d.reader().QueryContext(ctx, `SELECT `+channelColumns+` FROM channels
		WHERE enabled ORDER BY last_connection DESC, shop, type`)
	return collect(rows, err, scanChannel)
}

// NumberHolder implements channel.Store.
func (r *channelStore) NumberHolder(ctx context.Context, number string) (holder channel.Key, ok bool, err error) {
	if number == "" {
		return channel.Key{}, false, nil
	}
	err = r.d.reader().QueryRowContext(ctx, `SELECT shop, type FROM channels WHERE number = ?1 AND number <> ''
		ORDER BY last_connection DESC LIMIT 1`, number).Scan(&holder.Shop, &holder.Type)
	if errors.Is(err, sql.ErrNoRows) {
		return channel.Key{}, false, nil
	}
	return holder, err == nil, err
}

var _ channel.Store = (*Records)(nil)
