package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"recado/internal/signalstore/kv"
)

// Options are what a migration needs.
type Options struct {
	From, To      Side
	StartOver     bool // throws away what an unfinished migration left in the target
	AllowMigrated bool // accepts a source that was migrated before
	Now           func() time.Time
	Progress      func(what string, rows int64) // after each kind; nil is silent
}

// Line is how many rows of something were copied and found again.
type Line struct {
	What string
	Rows int64
}

// Report is what a migration did.
type Report struct {
	Lines   []Line
	Resumed bool
	Rewraps int            // keys that are wrapped by another secret key than before
	Damaged []kv.DeviceKey // sessions that do not open in the source either; they were copied as they are
}

// ErrDiffers says that the target does not hold what was copied.
var ErrDiffers = errors.New("the target does not hold what the source does")

type migration struct {
	Options
	Report Report
	mark   *Mark // of the target
	epochs map[string]int64
}

// Run copies everything from one side to the other and verifies it. It refuses
// with ErrRunning, ErrNotEmpty, ErrForeign, ErrMigrated, ErrUnfinished or an error
// of vault.Vault.Check before anything is changed. After an error, or a kill, it
// is run again.
func Run(ctx context.Context, o Options) (Report, error) {
	m := &migration{Options: o}
	if m.Progress == nil {
		m.Progress = func(string, int64) {}
	}
	for _, step := range []func(context.Context) error{m.begin, m.prepare, m.copyAll, m.copySessions, m.verify, m.rewrap, m.end} {
		if err := step(ctx); err != nil {
			return m.Report, err
		}
	}
	return m.Report, nil
}

// prepare makes the source tell all, and removes from the target what is not complete.
func (m *migration) prepare(ctx context.Context) error {
	if err := m.From.Records.Finish(ctx); err != nil {
		return fmt.Errorf("complete the source: %w", err)
	}
	if err := m.learnEpochs(ctx); err != nil {
		return err
	}
	for _, k := range slices.Backward(Kinds()) {
		if m.has(k) {
			continue
		}
		if err := m.To.Records.Clear(ctx, k); err != nil {
			return fmt.Errorf("clear %s of the target: %w", k, err)
		}
	}
	return nil
}

// has reports whether the target has all rows of the kind from an earlier attempt.
func (m *migration) has(k Kind) bool {
	_, done := m.mark.Done[k]
	return done && !k.again()
}

// until is how long logins must be good for.
func (m *migration) until() time.Time { return m.Now().Add(LoginLeft) }

func (m *migration) copyAll(ctx context.Context) error {
	for _, k := range Kinds() {
		if m.has(k) {
			continue
		}
		t, err := m.copyKind(ctx, k)
		if err != nil {
			return err
		}
		m.mark.Done[k] = t
		if err := m.To.Ledgers[0].PutMark(ctx, m.mark); err != nil {
			return fmt.Errorf("note progress: %w", err)
		}
		m.Progress(string(k), t.Rows)
	}
	return nil
}

func (m *migration) copyKind(ctx context.Context, k Kind) (Tally, error) {
	var t tallier
	put := func(rows []Row) error {
		if err := m.To.Records.Import(ctx, k, rows); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return t.add(rows)
	}
	visit := put
	if k == Owners {
		visit = func(rows []Row) error { return put(m.raise(rows)) }
	}
	err := m.From.Records.Export(ctx, k, m.until(), visit)
	if err == nil && k == Owners {
		err = put(m.unowned())
	}
	if err != nil {
		return Tally{}, fmt.Errorf("copy %s: %w", k, err)
	}
	return t.tally(), nil
}

// verify reads the target once more.
func (m *migration) verify(ctx context.Context) error {
	for _, k := range Kinds() {
		until := m.until()
		want := m.mark.Done[k]
		if k == Logins { // some may have ended meanwhile, on both sides
			var err error
			if want, err = tallyOf(ctx, m.From.Records, k, until); err != nil {
				return err
			}
		}
		got, err := tallyOf(ctx, m.To.Records, k, until)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%s: %d rows copied, %d found: %w", k, want.Rows, got.Rows, ErrDiffers)
		}
		m.Report.Lines = append(m.Report.Lines, Line{string(k), got.Rows})
	}
	return m.verifySessions(ctx)
}

// rewrap has the target's keys wrapped by its own secret key, and makes sure that
// with it every session opens.
func (m *migration) rewrap(ctx context.Context) error {
	r, err := m.To.Vault.Rotate(ctx)
	if err != nil {
		return fmt.Errorf("wrap keys by the target's secret key: %w", err)
	}
	m.Report.Rewraps = r.Rotated
	return m.openSessions(ctx)
}

// end hands over: from the moment in which the source says that it is elsewhere,
// the target loses its marks.
func (m *migration) end(ctx context.Context) error {
	gone := &Mark{ID: m.mark.ID, Role: Source, Finished: true, Other: m.To.Name, At: m.Now().UTC()}
	if err := m.putTarget(ctx); err != nil { // all of it is durable before
		return err
	}
	if err := m.putSource(ctx, gone); err != nil {
		return err
	}
	for _, l := range slices.Backward(m.To.Ledgers) {
		if err := l.PutMark(ctx, nil); err != nil {
			return fmt.Errorf("release the target: %w", err)
		}
	}
	return nil
}
