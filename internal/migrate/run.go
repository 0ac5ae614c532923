package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"recado/internal/signalstore/kv"
)

// Options configure a migration.
type Options struct {
	From, To      Endpoint
	StartOver     bool // discards the rest of an unfinished migration in the target
	AllowMigrated bool // accepts a source that was migrated before
	Now           func() time.Time
	Progress      func(what string, rows int64) // after each kind; nil is silent
}

// Count is how many rows of a kind were copied and found in the target.
type Count struct {
	What string
	Rows int64
}

// Report is the result of a migration.
type Report struct {
	Counts    []Count
	Resumed   bool
	Rewrapped int            // keys that are wrapped with another secret key than before
	Damaged   []kv.DeviceKey // sessions that do not open in the source either; they were copied as they are
}

// ErrDiffers says that the target does not hold the rows that were copied.
var ErrDiffers = errors.New("the target differs from the source")

type migration struct {
	Options
	Report Report
	marker *Marker          // of the target
	epochs map[string]int64 // newest epoch by shop; negative once it is written
}

// Run copies everything from one endpoint to the other and verifies it. It refuses
// with ErrRunning, ErrNotEmpty, ErrForeign, ErrMigrated, ErrUnfinished or an error
// of vault.Vault.Check before it changes anything. After an error, or a kill, run it
// again.
func Run(ctx context.Context, o Options) (Report, error) {
	m := &migration{Options: o}
	if m.Progress == nil {
		m.Progress = func(string, int64) {}
	}
	for _, step := range []func(context.Context) error{m.start, m.prepare, m.copyRecords, m.copySessions, m.verify, m.rewrap, m.finish} {
		if err := step(ctx); err != nil {
			return m.Report, err
		}
	}
	return m.Report, nil
}

// prepare completes the source and clears the incomplete kinds of the target.
func (m *migration) prepare(ctx context.Context) error {
	if err := m.From.Records.CompletePending(ctx); err != nil {
		return fmt.Errorf("complete the source: %w", err)
	}
	if err := m.collectEpochs(ctx); err != nil {
		return err
	}
	for _, k := range slices.Backward(Kinds()) {
		if m.complete(k) {
			continue
		}
		if err := m.To.Records.Clear(ctx, k); err != nil {
			return fmt.Errorf("clear %s of the target: %w", k, err)
		}
	}
	return nil
}

// complete reports whether the target has all rows of the kind from an earlier attempt.
func (m *migration) complete(k Kind) bool {
	_, done := m.marker.Done[k]
	return done && !k.recopied()
}

// until is how long logins must be valid to be copied.
func (m *migration) until() time.Time { return m.Now().Add(LoginLeft) }

func (m *migration) copyRecords(ctx context.Context) error {
	for _, k := range Kinds() {
		if m.complete(k) {
			continue
		}
		sum, err := m.copyKind(ctx, k)
		if err != nil {
			return fmt.Errorf("copy %s: %w", k, err)
		}
		m.marker.Done[k] = sum
		if err := m.To.Markers[0].PutMarker(ctx, m.marker); err != nil {
			return fmt.Errorf("store progress: %w", err)
		}
		m.Progress(string(k), sum.Rows)
	}
	return nil
}

func (m *migration) copyKind(ctx context.Context, k Kind) (Checksum, error) {
	var s summer
	put := func(rows []Row) error {
		if k == Owners {
			rows = m.raiseEpochs(rows)
		}
		if err := m.To.Records.Import(ctx, k, rows); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return s.add(rows)
	}
	err := m.From.Records.Export(ctx, k, m.until(), put)
	if err == nil && k == Owners {
		err = put(m.ownersOfSessions())
	}
	return s.checksum(), err
}

// verify reads the target once more.
func (m *migration) verify(ctx context.Context) error {
	for _, k := range Kinds() {
		until := m.until()
		want := m.marker.Done[k]
		if k == Logins { // some may have expired meanwhile, in both endpoints
			var err error
			if want, err = checksumOf(ctx, m.From.Records, k, until); err != nil {
				return err
			}
		}
		got, err := checksumOf(ctx, m.To.Records, k, until)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s: %d rows copied, %d found: %w", k, want.Rows, got.Rows, ErrDiffers)
		}
		m.Report.Counts = append(m.Report.Counts, Count{string(k), got.Rows})
	}
	return m.verifySessions(ctx)
}

// rewrap wraps the target's keys with its own secret key, and verifies that every
// session opens with them.
func (m *migration) rewrap(ctx context.Context) error {
	r, err := m.To.Vault.Rotate(ctx)
	if err != nil {
		return fmt.Errorf("wrap keys with the target's secret key: %w", err)
	}
	m.Report.Rewrapped = r.Rotated
	return m.openSessions(ctx)
}

// finish hands over: once the source is marked as migrated, the target loses its markers.
func (m *migration) finish(ctx context.Context) error {
	if err := m.markTarget(ctx); err != nil { // all of it is durable before the source is given up
		return err
	}
	migrated := &Marker{ID: m.marker.ID, Role: Source, Finished: true, Other: m.To.Name, At: m.Now().UTC()}
	if err := m.markSource(ctx, migrated); err != nil {
		return err
	}
	for _, s := range slices.Backward(m.To.Markers) {
		if err := s.PutMarker(ctx, nil); err != nil {
			return fmt.Errorf("release the target: %w", err)
		}
	}
	return nil
}
