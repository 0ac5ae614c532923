package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"recado/internal/signalstore"
)

// Apply implements signalstore.Backend. The device's row is moved to its next revision first, under all conditions at
// once; only when that finds no row is a second look needed, to say why.
func (s *Signal) Apply(ctx context.Context, key signalstore.DeviceKey, a signalstore.Apply) error {
	err := s.db.writeSoon(ctx, a.Lost, func(ctx context.Context, tx *sql.Tx) error {
		device, err := s.advanceDevice(ctx, tx, key, a)
		if err != nil {
			return err
		}
		if err := s.compare(ctx, tx, device, a.Compare); err != nil {
			return err
		}
		return s.change(ctx, tx, device, a)
	})
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return nil
}

// Sync returns when everything that was applied so far is on the disk.
func (s *Signal) Sync(ctx context.Context) error {
	return s.db.write(ctx, func(context.Context, *sql.Tx) error { return nil })
}

func (s *Signal) advanceDevice(ctx context.Context, tx *sql.Tx, key signalstore.DeviceKey, a signalstore.Apply) (id int64, err error) {
	var deleted int64
	if !a.Tombstone.IsZero() {
		deleted = a.Tombstone.UnixMilli()
	}
	err = tx.StmtContext(ctx, s.advance).
		QueryRowContext(ctx, a.Next, deleted, a.Reset, key.Shop, key.Channel, a.Epoch, a.Rev).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, s.refusal(ctx, tx, key, a)
	}
	return id, err
}

// refusal tells why the device could not be advanced.
func (s *Signal) refusal(ctx context.Context, tx *sql.Tx, key signalstore.DeviceKey, a signalstore.Apply) error {
	var epoch, rev uint64
	err := tx.StmtContext(ctx, s.inspect).QueryRowContext(ctx, key.Shop, key.Channel).Scan(&epoch, &rev)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return signalstore.ErrFenced
	case err != nil:
		return err
	case epoch != a.Epoch:
		return signalstore.ErrFenced
	case rev != a.Rev:
		return signalstore.ErrRollback
	default:
		return signalstore.ErrDeleted
	}
}

func (s *Signal) compare(ctx context.Context, tx *sql.Tx, device int64, compare []signalstore.Compare) error {
	if len(compare) == 0 {
		return nil
	}
	stmt := tx.StmtContext(ctx, s.version)
	for _, c := range compare {
		var version uint64
		err := stmt.QueryRowContext(ctx, device, c.Ref.Kind, c.Ref.Field).Scan(&version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if version != c.Version {
			return signalstore.ErrConflict
		}
	}
	return nil
}

func (s *Signal) change(ctx context.Context, tx *sql.Tx, device int64, a signalstore.Apply) error {
	if a.Reset {
		if _, err := tx.StmtContext(ctx, s.dropAll).ExecContext(ctx, device); err != nil {
			return err
		}
	}
	for _, r := range a.Drops {
		from, to := bounds(r)
		if _, err := tx.StmtContext(ctx, s.dropRange).ExecContext(ctx, device, r.Kind, from, to); err != nil {
			return err
		}
	}
	set, setIfAbsent, drop := tx.StmtContext(ctx, s.set), tx.StmtContext(ctx, s.setIfAbsent), tx.StmtContext(ctx, s.drop)
	for _, w := range a.Writes {
		var err error
		switch {
		case w.Data == nil:
			_, err = drop.ExecContext(ctx, device, w.Ref.Kind, w.Ref.Field)
		case w.IfAbsent:
			_, err = setIfAbsent.ExecContext(ctx, device, w.Ref.Kind, w.Ref.Field, a.Next, w.Data)
		default:
			_, err = set.ExecContext(ctx, device, w.Ref.Kind, w.Ref.Field, a.Next, w.Data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
