package migrate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"recado/internal/signalstore/kv"
)

// Reasons to refuse a migration.
var (
	ErrRunning  = errors.New("a server is running, or did until a moment ago (when it was killed, wait 22 seconds); stop it first")
	ErrNotEmpty = errors.New("is not empty, and a migration never overwrites; give it an empty one")
	ErrForeign  = errors.New("holds the rest of an unfinished migration of another source; empty it, or discard that with --start-over")
)

// start decides whether this is a new migration or a resumed one, and marks both
// endpoints. A refusal changes nothing.
func (m *migration) start(ctx context.Context) error {
	if err := m.refuseRunning(ctx); err != nil {
		return err
	}
	source, fresh, err := m.sourceMarker(ctx)
	if err != nil {
		return err
	}
	if err := m.From.Vault.Check(ctx); err != nil {
		return fmt.Errorf("the source cannot be read with this secret key: %w", err)
	}
	if err := m.checkTarget(ctx, source.ID); err != nil {
		return err
	}
	if err := m.markSource(ctx, source); err != nil {
		return err
	}
	if err := m.refuseRunning(ctx); err != nil { // a server may have started before it could see the marker
		if fresh {
			err = errors.Join(err, m.markSource(ctx, nil))
		}
		return err
	}
	return m.markTarget(ctx)
}

func (m *migration) refuseRunning(ctx context.Context) error {
	for _, e := range []Endpoint{m.From, m.To} {
		if e.Ownership == nil {
			continue
		}
		nodes, err := e.Ownership.LiveNodes(ctx)
		if err != nil {
			return fmt.Errorf("look for servers: %w", err)
		}
		if len(nodes) > 0 {
			return fmt.Errorf("%s (%s): %w", e.Name, strings.Join(nodes, ", "), ErrRunning)
		}
	}
	return nil
}

// sourceMarker returns the marker that the source has, or will have.
func (m *migration) sourceMarker(ctx context.Context) (marker *Marker, fresh bool, err error) {
	marker, fresh = &Marker{ID: rand.Text(), Role: Source, Other: m.To.Name, At: m.Now().UTC()}, true
	for _, s := range m.From.Markers {
		was, err := s.Marker(ctx)
		if err != nil {
			return nil, false, err
		}
		if was == nil {
			continue
		}
		if was.Role == Target {
			return nil, false, fmt.Errorf("the source %s: begun %s from %s: %w", m.From.Name, was.date(), was.Other, ErrUnfinished)
		}
		pending, err := m.targetHas(ctx, was.ID)
		if err != nil {
			return nil, false, err
		}
		if was.Finished && !pending && !m.AllowMigrated {
			return nil, false, fmt.Errorf("the source %s was migrated to %s on %s: %w", m.From.Name, was.Other, was.date(), ErrMigrated)
		}
		if !was.Finished || pending { // pending: it was killed between marking the source and releasing the target
			marker.ID, marker.At, fresh = was.ID, was.At, false
		}
	}
	return marker, fresh, nil
}

// targetHas reports whether the target still carries the marker of that migration.
func (m *migration) targetHas(ctx context.Context, id string) (bool, error) {
	for _, s := range m.To.Markers {
		marker, err := s.Marker(ctx)
		if err != nil || marker != nil && marker.Role == Target && marker.ID == id {
			return err == nil, err
		}
	}
	return false, nil
}

// checkTarget refuses a target that is neither empty nor of this migration. Records
// and sessions may be in two stores, each with its own marker.
func (m *migration) checkTarget(ctx context.Context, id string) error {
	m.marker = &Marker{ID: id, Role: Target, Other: m.From.Name, At: m.Now().UTC(), Done: map[Kind]Checksum{}}
	ours := make([]bool, len(m.To.Markers))
	for i, s := range m.To.Markers {
		was, err := s.Marker(ctx)
		switch {
		case err != nil:
			return err
		case was == nil:
			continue
		case was.Role == Source:
			return fmt.Errorf("the target %s was migrated to %s on %s and %w", m.To.Name, was.Other, was.date(), ErrNotEmpty)
		case was.ID != id && !m.StartOver:
			return fmt.Errorf("the target %s %w (begun %s from %s)", m.To.Name, ErrForeign, was.date(), was.Other)
		case i == 0 && was.ID == id && !m.StartOver:
			m.marker.At = was.At
			maps.Copy(m.marker.Done, was.Done)
		}
		ours[i] = true
	}
	m.Report.Resumed = ours[0]
	foreign, err := m.foreign(ctx, ours[0], ours[len(ours)-1])
	if err == nil && len(foreign) > 0 {
		err = fmt.Errorf("the target %s (%s) %w", m.To.Name, strings.Join(foreign, ", "), ErrNotEmpty)
	}
	return err
}

var errFound = errors.New("found")

// foreign names the kinds in the target that are not of this migration.
func (m *migration) foreign(ctx context.Context, ourRecords, ourSessions bool) (names []string, err error) {
	for _, k := range Kinds() {
		if ourRecords {
			break
		}
		err := m.To.Records.Export(ctx, k, time.Time{}, func(rows []Row) error {
			if len(rows) > 0 {
				return errFound
			}
			return nil
		})
		if errors.Is(err, errFound) {
			names = append(names, string(k))
		} else if err != nil {
			return nil, fmt.Errorf("look for %s in the target: %w", k, err)
		}
	}
	if ourSessions {
		return names, nil
	}
	devices, err := m.To.devices(ctx)
	if err != nil {
		return nil, err
	}
	known, err := m.From.devices(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		copied := slices.ContainsFunc(known, func(k kv.Info) bool { return k.Key == d.Key && k.Epoch == d.Epoch })
		if !ourRecords || !copied { // else an attempt was killed between removing one marker and the other
			return append(names, "sessions"), nil
		}
	}
	return names, nil
}

// markSource writes the source's marker, or removes it with nil.
func (m *migration) markSource(ctx context.Context, marker *Marker) error {
	for _, s := range m.From.Markers {
		if err := s.PutMarker(ctx, marker); err != nil {
			return fmt.Errorf("mark the source: %w", err)
		}
	}
	return nil
}

// markTarget writes the target's marker; only the first store keeps Done.
func (m *migration) markTarget(ctx context.Context) error {
	for i, s := range m.To.Markers {
		marker := *m.marker
		if i > 0 {
			marker.Done = nil
		}
		if err := s.PutMarker(ctx, &marker); err != nil {
			return fmt.Errorf("mark the target: %w", err)
		}
	}
	return nil
}
