package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"recado/internal/signalstore/kv"
	"recado/internal/store/sqlite/native"
)

// Apply implements kv.Backend. It looks at everything before it changes anything.
func (s *Signal) Apply(ctx context.Context, key kv.DeviceKey, a kv.Apply) error {
	err := s.db.writeFlat(ctx, ifLost(a.Lost), func(ctx context.Context, tx *native.Conn) error {
		device, deleted, err := inspect(ctx, tx, key, a)
		if err != nil {
			return err
		}
		if err := compare(ctx, tx, device, a.Compare); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, advanceDevice, a.Next, deleted, device); err != nil {
			return err
		}
		return change(ctx, tx, device, a)
	})
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	return nil
}

// Sync returns when everything that was applied so far is on the disk.
func (s *Signal) Sync(ctx context.Context) error {
	return s.db.sync(ctx)
}

// inspect finds the device and checks that a may be applied to it. deleted is its tombstone after that.
func inspect(ctx context.Context, tx *native.Conn, key kv.DeviceKey, a kv.Apply) (id, deleted int64, err error) {
	var epoch, rev uint64
	err = tx.QueryRowContext(ctx, inspectDevice, key.Shop, key.Channel).Scan(&id, &epoch, &rev, &deleted)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, 0, kv.ErrFenced
	case err != nil:
		return 0, 0, err
	case epoch != a.Epoch:
		return 0, 0, kv.ErrFenced
	case rev != a.Rev:
		return 0, 0, kv.ErrRollback
	case deleted != 0 && !a.Reset:
		return 0, 0, kv.ErrDeleted
	}
	switch {
	case !a.Tombstone.IsZero():
		deleted = a.Tombstone.UnixMilli()
	case a.Reset:
		deleted = 0
	}
	return id, deleted, nil
}

func compare(ctx context.Context, tx *native.Conn, device int64, compare []kv.Compare) error {
	for _, c := range compare {
		var version uint64
		err := tx.QueryRowContext(ctx, selectVersion, device, c.Ref.Kind, c.Ref.Field).Scan(&version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if version != c.Version {
			return kv.ErrConflict
		}
	}
	return nil
}

func change(ctx context.Context, tx *native.Conn, device int64, a kv.Apply) error {
	if a.Reset {
		if _, err := tx.ExecContext(ctx, dropAll, device); err != nil {
			return err
		}
	}
	for _, r := range a.Drops {
		from, to := bounds(r)
		if _, err := tx.ExecContext(ctx, dropRange, device, r.Kind, from, to); err != nil {
			return err
		}
	}
	for _, w := range a.Writes {
		var err error
		switch {
		case w.Data == nil:
			_, err = tx.ExecContext(ctx, dropValue, device, w.Ref.Kind, w.Ref.Field)
		case w.IfAbsent:
			_, err = tx.ExecContext(ctx, setAbsent, device, w.Ref.Kind, w.Ref.Field, a.Next, w.Data)
		default:
			_, err = tx.ExecContext(ctx, setValue, device, w.Ref.Kind, w.Ref.Field, a.Next, w.Data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
