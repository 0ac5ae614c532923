package migrate

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
)

// chunk is how many values one apply takes: a few megabytes at most.
const chunk = 4000

// collectEpochs finds the newest epoch of each shop, in sessions and among nodes.
func (m *migration) collectEpochs(ctx context.Context) error {
	devices, err := m.From.devices(ctx)
	if err != nil {
		return err
	}
	m.epochs = map[string]int64{}
	for _, d := range devices {
		shop := string(d.Key.Shop)
		m.epochs[shop] = max(m.epochs[shop], int64(d.Epoch))
	}
	if m.From.Ownership == nil {
		return nil
	}
	owned, err := m.From.Ownership.Epochs(ctx)
	if err != nil {
		return fmt.Errorf("read owners: %w", err)
	}
	for shop, epoch := range owned {
		m.epochs[string(shop)] = max(m.epochs[string(shop)], epoch)
	}
	return nil
}

// raiseEpochs returns owners with the newest epoch known of their shops.
func (m *migration) raiseEpochs(rows []Row) []Row {
	raised := make([]Row, len(rows))
	for i, r := range rows {
		o := *r.(*Owner)
		o.Epoch = max(o.Epoch, m.epochs[o.Shop])
		m.epochs[o.Shop] = -o.Epoch
		raised[i] = &o
	}
	return raised
}

// ownersOfSessions returns the owners that are not among the records.
func (m *migration) ownersOfSessions() (rows []Row) {
	for shop, epoch := range m.epochs {
		if epoch > 0 {
			rows = append(rows, &Owner{Shop: shop, Epoch: epoch})
		}
	}
	return rows
}

// copyEpochs makes every later owner in the target newer than the last of the source.
func (m *migration) copyEpochs(ctx context.Context) error {
	if m.To.Ownership == nil {
		return nil
	}
	if err := m.To.Ownership.ClearEpochs(ctx); err != nil {
		return fmt.Errorf("clear owners of the target: %w", err)
	}
	err := m.To.Records.Export(ctx, Owners, time.Time{}, func(rows []Row) error {
		for _, r := range rows {
			o := r.(*Owner)
			if err := m.To.Ownership.SetEpoch(ctx, tenant.ShopID(o.Shop), o.Epoch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("copy owners: %w", err)
	}
	return nil
}

// copySessions copies the linked devices, each as it is.
func (m *migration) copySessions(ctx context.Context) error {
	if err := m.copyEpochs(ctx); err != nil {
		return err
	}
	devices, err := m.From.devices(ctx)
	if err != nil {
		return err
	}
	if err := m.dropStale(ctx, devices); err != nil {
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

// dropStale removes the devices of the target that are not at the source's revision:
// an attempt was interrupted in the middle of them, or is discarded.
func (m *migration) dropStale(ctx context.Context, source []kv.Info) error {
	devices, err := m.To.devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if contains(source, d) {
			continue
		}
		reset := kv.Apply{Epoch: d.Epoch, Rev: d.Rev, Next: d.Rev + 1, Reset: true, Tombstone: time.UnixMilli(1)}
		err := m.To.Sessions.Apply(ctx, d.Key, reset)
		if err == nil {
			_, err = m.To.Sessions.Drop(ctx, d.Key, time.UnixMilli(2))
		}
		if err != nil {
			return fmt.Errorf("clear session %s of the target: %w", d.Key, err)
		}
	}
	return nil
}

// contains reports whether d is among devices at the same revision of the same owner.
func contains(devices []kv.Info, d kv.Info) bool {
	return slices.ContainsFunc(devices, func(e kv.Info) bool {
		return e.Key == d.Key && e.Epoch == d.Epoch && e.Rev == d.Rev && e.Tombstone.Equal(d.Tombstone)
	})
}

// allValues are the ranges of all values of a device.
func allValues() (ranges []kv.Range) {
	for _, k := range kv.Kinds() {
		ranges = append(ranges, kv.Range{Kind: k})
	}
	return ranges
}

// copyDevice writes a device that the target lacks or has completely. Only the last
// apply brings it to its revision.
func (m *migration) copyDevice(ctx context.Context, d kv.Info) error {
	there, err := m.To.Sessions.Devices(ctx, d.Key)
	if err != nil || contains(there, d) {
		return err
	}
	rows, err := m.From.Sessions.Scan(ctx, d.Key, allValues())
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

// verifySessions compares every value. Versions differ: each store counts its own.
func (m *migration) verifySessions(ctx context.Context) error {
	want, err := m.From.devices(ctx)
	if err != nil {
		return err
	}
	got, err := m.To.devices(ctx)
	if err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d sessions copied, %d found: %w", len(want), len(got), ErrDiffers)
	}
	values := 0
	for _, d := range want {
		source, err := sortedValues(ctx, m.From.Sessions, d.Key)
		if err != nil {
			return fmt.Errorf("session %s: %w", d.Key, err)
		}
		target, err := sortedValues(ctx, m.To.Sessions, d.Key)
		if err != nil {
			return fmt.Errorf("session %s: %w", d.Key, err)
		}
		equal := func(a, b kv.Row) bool { return a.Ref == b.Ref && bytes.Equal(a.Data, b.Data) }
		if !contains(got, d) || !slices.EqualFunc(source, target, equal) {
			return fmt.Errorf("session %s: %d values copied, %d found: %w", d.Key, len(source), len(target), ErrDiffers)
		}
		values += len(source)
	}
	m.Report.Counts = append(m.Report.Counts, Count{"sessions", int64(len(want))}, Count{"values of sessions", int64(values)})
	return nil
}

func sortedValues(ctx context.Context, b kv.Backend, key kv.DeviceKey) ([]kv.Row, error) {
	rows, err := b.Scan(ctx, key, allValues())
	slices.SortFunc(rows, func(a, b kv.Row) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Field, b.Field))
	})
	return rows, err
}

// openSessions verifies that the credentials of every linked device open in the
// target, and records there that its values are complete. Devices that do not open
// in the source either are reported.
func (m *migration) openSessions(ctx context.Context) error {
	devices, err := m.To.devices(ctx)
	if err != nil {
		return err
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
