package migrate

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

// chunk is how many values one apply takes: a few megabytes at most.
const chunk = 4000

// learnEpochs remembers the newest epoch of each shop, wherever it is known.
func (m *migration) learnEpochs(ctx context.Context) error {
	m.epochs = map[string]int64{}
	devices, err := m.From.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, d := range devices {
		m.learn(string(d.Key.Shop), int64(d.Epoch))
	}
	if m.From.Fences == nil {
		return nil
	}
	known, err := m.From.Fences.Epochs(ctx)
	if err != nil {
		return fmt.Errorf("read owners: %w", err)
	}
	for shop, epoch := range known {
		m.learn(string(shop), epoch)
	}
	return nil
}

func (m *migration) learn(shop string, epoch int64) { m.epochs[shop] = max(m.epochs[shop], epoch) }

// raise makes owners as new as anybody knows, and forgets who they are.
func (m *migration) raise(rows []Row) []Row {
	raised := make([]Row, len(rows))
	for i, r := range rows {
		o := *r.(*Owner)
		o.Epoch = max(o.Epoch, m.epochs[o.Shop])
		m.epochs[o.Shop] = -o.Epoch // written; see unowned
		raised[i] = &o
	}
	return raised
}

// unowned returns the owners that only sessions know of.
func (m *migration) unowned() (rows []Row) {
	for shop, epoch := range m.epochs {
		if epoch > 0 {
			rows = append(rows, &Owner{Shop: shop, Epoch: epoch})
			m.epochs[shop] = -epoch
		}
	}
	return rows
}

// copySessions copies the linked devices, each as it is, and has every owner to
// come be newer than the last.
func (m *migration) copySessions(ctx context.Context) error {
	if m.To.Fences != nil {
		if err := m.To.Fences.ClearEpochs(ctx); err != nil {
			return fmt.Errorf("clear owners of the target: %w", err)
		}
		err := m.To.Records.Export(ctx, Owners, time.Time{}, func(rows []Row) error {
			for _, r := range rows {
				o := r.(*Owner)
				if err := m.To.Fences.SetEpoch(ctx, tenant.ShopID(o.Shop), o.Epoch); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("copy owners: %w", err)
		}
	}
	devices, err := m.From.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	if err := m.dropOthers(ctx, devices); err != nil {
		return err
	}
	for _, d := range devices {
		if err := m.copyDevice(ctx, d); err != nil {
			return fmt.Errorf("copy session %s: %w", d.Key, err)
		}
	}
	m.Progress("sessions", int64(len(devices)))
	return nil
}

// dropOthers removes from the target what is not in the source as it is: left by
// an attempt that was interrupted in the middle of a device, or thrown away.
func (m *migration) dropOthers(ctx context.Context, keep []kv.Info) error {
	there, err := m.To.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions of the target: %w", err)
	}
	for _, d := range there {
		if slices.ContainsFunc(keep, func(k kv.Info) bool { return same(k, d) }) {
			continue
		}
		gone := kv.Apply{Epoch: d.Epoch, Rev: d.Rev, Next: d.Rev + 1, Reset: true, Tombstone: time.UnixMilli(1)}
		if err := m.To.Sessions.Apply(ctx, d.Key, gone); err != nil {
			return fmt.Errorf("clear session %s of the target: %w", d.Key, err)
		}
		if _, err := m.To.Sessions.Drop(ctx, d.Key, time.UnixMilli(2)); err != nil {
			return fmt.Errorf("clear session %s of the target: %w", d.Key, err)
		}
	}
	return nil
}

// same reports whether a is at the same revision of the same owner as b.
func same(a, b kv.Info) bool {
	return a.Key == b.Key && a.Epoch == b.Epoch && a.Rev == b.Rev && a.Tombstone.Equal(b.Tombstone)
}

// everything names all values of a device.
func everything() (ranges []kv.Range) {
	for _, k := range kv.Kinds() {
		ranges = append(ranges, kv.Range{Kind: k})
	}
	return ranges
}

// copyDevice writes a device that the target has not, or has already complete.
// Only the last apply brings it to its revision.
func (m *migration) copyDevice(ctx context.Context, d kv.Info) error {
	there, err := m.To.Sessions.Devices(ctx, d.Key)
	if err != nil || len(there) == 1 && same(there[0], d) {
		return err
	}
	rows, err := m.From.Sessions.Scan(ctx, d.Key, everything())
	if err != nil {
		return err
	}
	if _, err := m.To.Sessions.Claim(ctx, d.Key, d.Epoch); err != nil || d.Rev == 0 {
		return err
	}
	parts := slices.Collect(slices.Chunk(rows, chunk))
	if len(parts) == 0 || uint64(len(parts)) > d.Rev {
		parts = [][]kv.Row{rows}
	}
	for i, part := range parts {
		a := kv.Apply{Epoch: d.Epoch, Rev: uint64(i), Next: uint64(i) + 1, Reset: i == 0}
		for _, r := range part {
			a.Writes = append(a.Writes, kv.Write{Ref: r.Ref, Data: r.Data})
		}
		if i == len(parts)-1 {
			a.Next, a.Tombstone = d.Rev, d.Tombstone
		}
		if err := m.To.Sessions.Apply(ctx, d.Key, a); err != nil {
			return err
		}
	}
	return nil
}

// verifySessions compares every value. Versions differ: they mean something to
// one store only.
func (m *migration) verifySessions(ctx context.Context) error {
	want, err := m.From.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	got, err := m.To.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions of the target: %w", err)
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d sessions copied, %d found: %w", len(want), len(got), ErrDiffers)
	}
	values := int64(0)
	for _, d := range want {
		if !slices.ContainsFunc(got, func(g kv.Info) bool { return same(g, d) }) {
			return fmt.Errorf("session %s: %w", d.Key, ErrDiffers)
		}
		n, err := m.compare(ctx, d.Key)
		if err != nil {
			return fmt.Errorf("session %s: %w", d.Key, err)
		}
		values += n
	}
	m.Report.Lines = append(m.Report.Lines, Line{"sessions", int64(len(want))}, Line{"values of sessions", values})
	return nil
}

func (m *migration) compare(ctx context.Context, key kv.DeviceKey) (int64, error) {
	var sides [2][]kv.Row
	for i, b := range []kv.Backend{m.From.Sessions, m.To.Sessions} {
		rows, err := b.Scan(ctx, key, everything())
		if err != nil {
			return 0, err
		}
		slices.SortFunc(rows, func(a, b kv.Row) int {
			if a.Kind != b.Kind {
				return int(a.Kind) - int(b.Kind)
			}
			return strings.Compare(a.Field, b.Field)
		})
		sides[i] = rows
	}
	equal := func(a, b kv.Row) bool { return a.Ref == b.Ref && bytes.Equal(a.Data, b.Data) }
	if !slices.EqualFunc(sides[0], sides[1], equal) {
		return 0, fmt.Errorf("%d values copied, %d found: %w", len(sides[0]), len(sides[1]), ErrDiffers)
	}
	return int64(len(sides[0])), nil
}

// openSessions makes sure that the credentials of every linked device open in the
// target, and has their owners there trust what they find: nothing was lost on the
// way. What is damaged in the source as well is reported.
func (m *migration) openSessions(ctx context.Context) error {
	devices, err := m.To.Sessions.Devices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions of the target: %w", err)
	}
	store := signalstore.New(m.To.Sessions, signalstore.Options{Sealers: m.To.Vault.Device, MayLose: max(m.To.MayLose, time.Second)})
	for _, d := range devices {
		if !d.Paired() {
			continue
		}
		err := signalstore.Verify(ctx, m.To.Sessions, d.Key, m.To.Vault.Device)
		if err == nil {
			if err := store.AfterCopy(ctx, d.Key, d.Epoch, m.From.MayLose == 0); err != nil {
				return err
			}
			continue
		}
		if signalstore.Verify(ctx, m.From.Sessions, d.Key, m.From.Vault.Device) == nil {
			return fmt.Errorf("session %s does not open in the target: %w", d.Key, err)
		}
		m.Report.Damaged = append(m.Report.Damaged, d.Key)
	}
	return nil
}
