package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"recado/internal/message"
	"recado/internal/signalstore/kv"
	"recado/internal/store/sqlite/native"
	"recado/internal/tenant"
)

// Signal keeps the devices of package signalstore in tables signal_devices and signal_values. Each apply is one
// operation of the database's writer, so applies of different shops share a commit.
type Signal struct {
	db *DB

	read *sql.Stmt
}

var _ kv.Backend = (*Signal)(nil)

// The statements of the writer.
const (
	claimDevice = `INSERT INTO signal_devices (shop, channel, epoch, rev, deleted) VALUES (?, ?, ?, 0, 0)
		ON CONFLICT (shop, channel) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch >= epoch
		RETURNING rev, deleted`
	inspectDevice = `SELECT id, epoch, rev, deleted FROM signal_devices WHERE shop = ? AND channel = ?`
	advanceDevice = `UPDATE signal_devices SET rev = ?, deleted = ? WHERE id = ?`
	buryDevice    = `DELETE FROM signal_devices WHERE shop = ? AND channel = ? AND deleted > 0 AND deleted < ?`
	selectVersion = `SELECT version FROM signal_values WHERE device = ? AND kind = ? AND field = ?`
	setValue      = `INSERT INTO signal_values (device, kind, field, version, value) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (device, kind, field) DO UPDATE SET version = excluded.version, value = excluded.value`
	setAbsent = `INSERT INTO signal_values (device, kind, field, version, value)
		VALUES (?, ?, ?, ?, ?) ON CONFLICT (device, kind, field) DO NOTHING`
	dropValue = `DELETE FROM signal_values WHERE device = ? AND kind = ? AND field = ?`
	dropRange = `DELETE FROM signal_values WHERE device = ? AND kind = ? AND field >= ? AND field < ?`
	dropAll   = `DELETE FROM signal_values WHERE device = ?`
)

// NewSignal returns the signalstore back end in db, which must stay open as long as it is used.
func NewSignal(ctx context.Context, db *DB) (*Signal, error) {
	read, err := db.prepare(ctx, `SELECT version, value FROM signal_values
		WHERE device = (SELECT id FROM signal_devices WHERE shop = ? AND channel = ?) AND kind = ? AND field = ?`)
	if err != nil {
		return nil, fmt.Errorf("prepare session store: %w", err)
	}
	return &Signal{db: db, read: read}, nil
}

// Claim implements kv.Backend.
func (s *Signal) Claim(ctx context.Context, key kv.DeviceKey, epoch uint64) (kv.State, error) {
	var state kv.State
	err := s.db.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		var deleted int64
		err := tx.QueryRowContext(ctx, claimDevice, key.Shop, key.Channel, epoch).Scan(&state.Rev, &deleted)
		if errors.Is(err, sql.ErrNoRows) {
			return kv.ErrFenced
		}
		state.Tombstone = tombstone(deleted)
		return err
	})
	if err != nil {
		return kv.State{}, fmt.Errorf("claim device: %w", err)
	}
	return state, nil
}

// Read implements kv.Backend.
func (s *Signal) Read(ctx context.Context, key kv.DeviceKey, refs []kv.Ref) ([]kv.Value, error) {
	values := make([]kv.Value, len(refs))
	for i, ref := range refs {
		v := &values[i]
		err := s.read.QueryRowContext(ctx, key.Shop, key.Channel, ref.Kind, ref.Field).Scan(&v.Version, &v.Data)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("read %s: %w", ref.Kind, err)
		}
	}
	return values, nil
}

// Scan implements kv.Backend.
func (s *Signal) Scan(ctx context.Context, key kv.DeviceKey, ranges []kv.Range) ([]kv.Row, error) {
	var found []kv.Row
	for _, r := range ranges {
		rows, err := s.scanRange(ctx, key, r)
		if err != nil {
			return nil, fmt.Errorf("scan %s: %w", r.Kind, err)
		}
		found = append(found, rows...)
	}
	return found, nil
}

func (s *Signal) scanRange(ctx context.Context, key kv.DeviceKey, r kv.Range) ([]kv.Row, error) {
	const query = `SELECT field, version, value FROM signal_values
		WHERE device = (SELECT id FROM signal_devices WHERE shop = ? AND channel = ?)
		AND kind = ? AND field >= ? AND field < ?`
	from, to := bounds(r)
	rows, err := s.db.reader().QueryContext(ctx, query, key.Shop, key.Channel, r.Kind, from, to)
	if err != nil {
		return nil, err
	}
	var found []kv.Row
	for rows.Next() {
		row := kv.Row{Ref: kv.Ref{Kind: r.Kind}}
		if err := rows.Scan(&row.Field, &row.Version, &row.Data); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		found = append(found, row)
	}
	return found, errors.Join(rows.Err(), rows.Close())
}

// bounds are the first field of a range and the first one behind it.
func bounds(r kv.Range) (from string, to any) {
	end := []byte(r.Prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff {
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return r.Prefix, []byte{} // a blob is greater than every text
	}
	end[len(end)-1]++
	return r.Prefix, string(end)
}

// Devices implements kv.Backend.
func (s *Signal) Devices(ctx context.Context, keys ...kv.DeviceKey) ([]kv.Info, error) {
	if len(keys) == 0 {
		list, err := s.listDevices(ctx, "")
		if err != nil {
			return nil, fmt.Errorf("list devices: %w", err)
		}
		return list, nil
	}
	var found []kv.Info
	for _, key := range keys {
		list, err := s.listDevices(ctx, " WHERE shop = ? AND channel = ?", key.Shop, key.Channel)
		if err != nil {
			return nil, fmt.Errorf("look up device: %w", err)
		}
		found = append(found, list...)
	}
	return found, nil
}

func (s *Signal) listDevices(ctx context.Context, where string, args ...any) ([]kv.Info, error) {
	rows, err := s.db.reader().QueryContext(ctx, `SELECT shop, channel, epoch, rev, deleted FROM signal_devices`+where, args...)
	if err != nil {
		return nil, err
	}
	var list []kv.Info
	for rows.Next() {
		var shop, channel string
		var info kv.Info
		var deleted int64
		if err := rows.Scan(&shop, &channel, &info.Epoch, &info.Rev, &deleted); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		info.Key = kv.DeviceKey{Shop: tenant.ShopID(shop), Channel: message.ChannelType(channel)}
		info.Tombstone = tombstone(deleted)
		list = append(list, info)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

// Drop implements kv.Backend; the values go with their device.
func (s *Signal) Drop(ctx context.Context, key kv.DeviceKey, before time.Time) (bool, error) {
	var dropped int64
	err := s.db.write(ctx, func(ctx context.Context, tx *native.Conn) error {
		var err error
		dropped, err = tx.ExecContext(ctx, buryDevice, key.Shop, key.Channel, before.UnixMilli())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("drop device: %w", err)
	}
	return dropped > 0, nil
}

// tombstone reads column deleted: unix ms, 0 = alive.
func tombstone(deleted int64) time.Time {
	if deleted == 0 {
		return time.Time{}
	}
	return time.UnixMilli(deleted)
}
