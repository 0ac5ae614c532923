package signalstore

import (
	"context"
	"fmt"
	"maps"

	"recado/internal/signalstore/kv"
)

// get returns one value as u sees it; u may be nil.
func (d *Device) get(ctx context.Context, u *unit, ref kv.Ref) (item, error) {
	items, err := d.getMany(ctx, u, []kv.Ref{ref})
	if err != nil {
		return item{}, err
	}
	return items[0], nil
}

// getMany returns values as u sees them: its own writes, what it has read before, what waits for the next apply, the
// working set, and in the end one read of the back end for all the rest.
func (d *Device) getMany(ctx context.Context, u *unit, refs []kv.Ref) ([]item, error) {
	if u != nil && u.insists {
		if err := d.reserveAll(ctx, u.holds, refs); err != nil {
			return nil, u.failed(err)
		}
	}
	items := make([]item, len(refs))
	missing, err := d.fromMemory(u, refs, items)
	if err == nil && len(missing) > 0 {
		err = d.fromBackend(ctx, refs, items, missing)
	}
	if err != nil {
		return nil, u.failed(err)
	}
	if u != nil {
		for i, ref := range refs {
			u.remember(ref, items[i])
		}
	}
	return items, nil
}

// fromMemory fills what is known and returns the indices of the rest.
func (d *Device) fromMemory(u *unit, refs []kv.Ref, items []item) (missing []int, err error) {
	own := make([]bool, len(refs))
	for i, ref := range refs {
		items[i], own[i] = u.lookup(ref)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, d.err
	}
	for i, ref := range refs {
		if own[i] {
			continue
		}
		if _, busy := d.inflight[ref]; busy {
			missing = append(missing, i)
		} else if it, ok := d.known(ref); ok {
			items[i] = it
		} else {
			missing = append(missing, i)
		}
	}
	return missing, nil
}

// known looks a value up without the back end. The caller holds mu.
func (d *Device) known(ref kv.Ref) (item, bool) {
	if r, ok := d.riding[ref]; ok && (!r.ifAbsent || !d.paired) {
		return r.item, true
	}
	if it, ok := d.cache.get(ref); ok {
		return it, true
	}
	return item{}, !d.paired // nothing is stored before the pairing
}

func (d *Device) fromBackend(ctx context.Context, refs []kv.Ref, items []item, missing []int) error {
	d.io.Lock()
	defer d.io.Unlock()
	wanted, at := d.stillMissing(refs, items, missing)
	if len(wanted) == 0 {
		return d.Err()
	}
	bounded, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	values, err := d.backend.Read(bounded, d.key, wanted)
	if err != nil {
		return d.readFailed(ctx, "read", err)
	}
	for i, v := range values {
		it, err := d.opened(kv.Row{Ref: wanted[i], Value: v})
		if err != nil {
			return d.fail("read", err)
		}
		items[at[i]] = it
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	for i, ref := range wanted {
		it := &items[at[i]]
		d.cache.put(ref, *it)
		if r, waits := d.riding[ref]; waits && it.data == nil {
			*it = r.item // it waits to be written if there is none, and there is none
		}
	}
	return nil
}

// stillMissing looks again after waiting for io: the apply that was in flight has left its values behind.
func (d *Device) stillMissing(refs []kv.Ref, items []item, missing []int) (wanted []kv.Ref, at []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, nil
	}
	for _, i := range missing {
		if it, ok := d.known(refs[i]); ok {
			items[i] = it
			continue
		}
		wanted, at = append(wanted, refs[i]), append(at, i)
	}
	return wanted, at
}

// scan returns all values in the ranges as u sees them; u may be nil. It always asks the back end.
func (d *Device) scan(ctx context.Context, u *unit, ranges ...kv.Range) (map[kv.Ref]item, error) {
	found, err := d.scanStored(ctx, ranges)
	if err != nil {
		return nil, u.failed(err)
	}
	if u != nil {
		for ref, it := range found {
			u.remember(ref, it)
		}
		u.overlay(found, ranges)
	}
	maps.DeleteFunc(found, func(_ kv.Ref, it item) bool { return it.data == nil })
	return found, nil
}

// scanStored returns what is stored in the ranges or waits to be.
func (d *Device) scanStored(ctx context.Context, ranges []kv.Range) (map[kv.Ref]item, error) {
	d.io.Lock()
	defer d.io.Unlock()
	found, err := d.scanBackend(ctx, ranges)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for ref, r := range d.riding {
		if _, stored := found[ref]; kv.InAny(ranges, ref) && (!r.ifAbsent || !stored) {
			found[ref] = r.item
		}
	}
	return found, nil
}

func (d *Device) scanBackend(ctx context.Context, ranges []kv.Range) (map[kv.Ref]item, error) {
	d.mu.Lock()
	err, paired := d.err, d.paired
	d.mu.Unlock()
	if err != nil || !paired {
		return make(map[kv.Ref]item), err
	}
	bounded, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	rows, err := d.backend.Scan(bounded, d.key, ranges)
	if err != nil {
		return nil, d.readFailed(ctx, "scan", err)
	}
	found := make(map[kv.Ref]item, len(rows))
	for _, row := range rows {
		if found[row.Ref], err = d.opened(row); err != nil {
			return nil, d.fail("scan", err)
		}
	}
	return found, nil
}

// readFailed breaks the device, unless the caller has given up: ctx is the caller's.
func (d *Device) readFailed(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return &Error{Key: d.key, Op: op, Err: err}
	}
	return d.fail(op, err)
}

// opened unseals a stored value.
func (d *Device) opened(row kv.Row) (item, error) {
	if row.Version == 0 {
		return item{}, nil
	}
	data, err := d.seal.Open(row.Ref, row.Data)
	if err != nil {
		return item{}, fmt.Errorf("open %s: %w", row.Kind, err)
	}
	return item{data: data, version: row.Version}, nil
}
