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
	ErrForeign  = errors.New("holds what an unfinished migration of another source left; empty it, or throw that away with --start-over")
)

// begin decides whether this is a new migration or one to go on with, and marks
// both sides. It changes nothing when it refuses.
func (m *migration) begin(ctx context.Context) error {
	if err := m.alone(ctx); err != nil {
		return err
	}
	source, fresh, err := m.sourceMark(ctx)
	if err != nil {
		return err
	}
	if err := m.From.Vault.Check(ctx); err != nil {
		return fmt.Errorf("the source cannot be read with this secret key: %w", err)
	}
	if err := m.admitTarget(ctx, source.ID); err != nil {
		return err
	}
	if err := m.putSource(ctx, source); err != nil {
		return err
	}
	if err := m.alone(ctx); err != nil { // one may have started before it could see the mark
		if fresh {
			err = errors.Join(err, m.putSource(ctx, nil))
		}
		return err
	}
	return m.putTarget(ctx)
}

func (m *migration) putSource(ctx context.Context, mark *Mark) error {
	for _, l := range m.From.Ledgers {
		if err := l.PutMark(ctx, mark); err != nil {
			return fmt.Errorf("mark the source: %w", err)
		}
	}
	return nil
}

func (m *migration) alone(ctx context.Context) error {
	for _, s := range []Side{m.From, m.To} {
		if s.Fences == nil {
			continue
		}
		nodes, err := s.Fences.Alive(ctx)
		if err != nil {
			return fmt.Errorf("look for servers: %w", err)
		}
		if len(nodes) > 0 {
			return fmt.Errorf("%s (%s): %w", s.Name, strings.Join(nodes, ", "), ErrRunning)
		}
	}
	return nil
}

// sourceMark returns the mark that the source has, or will have.
func (m *migration) sourceMark(ctx context.Context) (mark *Mark, fresh bool, err error) {
	mark, fresh = &Mark{ID: rand.Text(), Role: Source, Other: m.To.Name, At: m.Now().UTC()}, true
	for _, l := range m.From.Ledgers {
		was, err := l.Mark(ctx)
		switch {
		case err != nil:
			return nil, false, err
		case was == nil:
		case was.Role == Target:
			return nil, false, fmt.Errorf("the source %s: begun %s from %s: %w", m.From.Name, was.date(), was.Other, ErrUnfinished)
		default:
			held, err := m.waits(ctx, was.ID)
			if err != nil {
				return nil, false, err
			}
			if was.Finished && !held && !m.AllowMigrated {
				return nil, false, fmt.Errorf("the source %s was migrated to %s on %s: %w", m.From.Name, was.Other, was.date(), ErrMigrated)
			}
			if !was.Finished || held { // held: it ended between marking the source and releasing the target
				mark.ID, mark.At, fresh = was.ID, was.At, false
			}
		}
	}
	return mark, fresh, nil
}

// waits reports whether the target still carries the mark of that migration.
func (m *migration) waits(ctx context.Context, id string) (bool, error) {
	for _, l := range m.To.Ledgers {
		mark, err := l.Mark(ctx)
		if err != nil || mark != nil && mark.Role == Target && mark.ID == id {
			return err == nil, err
		}
	}
	return false, nil
}

// admitTarget refuses a target that is neither empty nor ours. Records and
// sessions may lie in two stores, each with its own mark.
func (m *migration) admitTarget(ctx context.Context, id string) error {
	m.mark = &Mark{ID: id, Role: Target, Other: m.From.Name, At: m.Now().UTC(), Done: map[Kind]Tally{}}
	ours := make([]bool, len(m.To.Ledgers))
	for i, l := range m.To.Ledgers {
		was, err := l.Mark(ctx)
		switch {
		case err != nil:
			return err
		case was == nil:
		case was.Role == Source:
			return fmt.Errorf("the target %s was migrated to %s on %s and %w", m.To.Name, was.Other, was.date(), ErrNotEmpty)
		case was.ID != id && !m.StartOver:
			return fmt.Errorf("the target %s %w (begun %s from %s)", m.To.Name, ErrForeign, was.date(), was.Other)
		case i == 0 && was.ID == id && !m.StartOver:
			m.mark.At, ours[i] = was.At, true
			maps.Copy(m.mark.Done, was.Done)
		default:
			ours[i] = true
		}
	}
	m.Report.Resumed = ours[0]
	held, err := m.held(ctx, ours[0], ours[len(ours)-1])
	if err == nil && len(held) > 0 {
		err = fmt.Errorf("the target %s (%s) %w", m.To.Name, strings.Join(held, ", "), ErrNotEmpty)
	}
	return err
}

var errFound = errors.New("found")

// held names what there is in the target that is not ours.
func (m *migration) held(ctx context.Context, ourRecords, ourSessions bool) (names []string, err error) {
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
		if err != nil && !errors.Is(err, errFound) {
			return nil, fmt.Errorf("look for %s in the target: %w", k, err)
		}
		if err != nil {
			names = append(names, string(k))
		}
	}
	if ourSessions {
		return names, nil
	}
	devices, err := m.To.Sessions.Devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for sessions in the target: %w", err)
	}
	known, err := m.From.Sessions.Devices(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	for _, d := range devices {
		copied := slices.ContainsFunc(known, func(k kv.Info) bool { return k.Key == d.Key && k.Epoch == d.Epoch })
		if !ourRecords || !copied { // else an attempt ended between removing one mark and the other
			return append(names, "sessions"), nil
		}
	}
	return names, nil
}

// putTarget writes the target's mark: all of it into the first ledger.
func (m *migration) putTarget(ctx context.Context) error {
	for i, l := range m.To.Ledgers {
		mark := *m.mark
		if i > 0 {
			mark.Done = nil
		}
		if err := l.PutMark(ctx, &mark); err != nil {
			return fmt.Errorf("mark the target: %w", err)
		}
	}
	return nil
}
