package migrate

import (
	"context"
	"errors"
	"fmt"
)

var (
	// ErrUnfinished keeps a server from an incomplete target.
	ErrUnfinished = errors.New("a migration into this data is not finished; run the same recado migrate command again, which resumes it")
	// ErrMigrated keeps a server from sessions that live elsewhere.
	ErrMigrated = errors.New("two servers on copies of one WhatsApp session disconnect each other. " +
		"When the other one will never run again, take this data back into service with --allow-migrated")
)

// Guard returns nil when a server may start on these stores: ErrUnfinished on the
// target of a migration, ErrMigrated on its source.
func Guard(ctx context.Context, stores ...MarkerStore) error {
	markers, err := sourceMarkers(ctx, stores)
	for i := range stores {
		switch m := markers[i]; {
		case m == nil:
		case m.Finished:
			return fmt.Errorf("this data was migrated to %s on %s and lives there: %w", m.Other, m.date(), ErrMigrated)
		default:
			return fmt.Errorf("this data is being migrated to %s since %s: finish that, or: %w", m.Other, m.date(), ErrMigrated)
		}
	}
	return err
}

// TakeBack removes the markers of a source, so that a server may start on it. The
// migration, should it have been interrupted, cannot be resumed. It reports whether
// there was a marker, and fails with ErrUnfinished on a target.
func TakeBack(ctx context.Context, stores ...MarkerStore) (taken bool, err error) {
	markers, err := sourceMarkers(ctx, stores)
	for i := range markers {
		if err := stores[i].PutMarker(ctx, nil); err != nil {
			return false, err
		}
	}
	return len(markers) > 0, err
}

// sourceMarkers returns the markers of stores that have one, by index.
func sourceMarkers(ctx context.Context, stores []MarkerStore) (map[int]*Marker, error) {
	markers := make(map[int]*Marker)
	for i, s := range stores {
		m, err := s.Marker(ctx)
		if err != nil {
			return nil, err
		}
		if m == nil {
			continue
		}
		if m.Role == Target {
			return nil, fmt.Errorf("begun %s from %s: %w", m.date(), m.Other, ErrUnfinished)
		}
		markers[i] = m
	}
	return markers, nil
}
