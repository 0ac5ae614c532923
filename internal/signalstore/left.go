package signalstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"recado/internal/signalstore/kv"
)

// left is what a broken device leaves in the memory of its store, for the next one under that name. The outage that
// makes a back end forget is mostly the one that breaks the device, so without it nobody would remember what was lost.
type left struct {
	epoch  uint64
	recent recent
	unsure *kv.Apply // whose answer never came
	doubts bool
	since  time.Time
}

// leftFor is how long it is kept for a device that is not opened again: its shop has moved to another node.
const leftFor = 48 * time.Hour

// leave hands over what the device remembers. The caller holds io.
func (d *Device) leave() {
	if len(d.recent.applies) == 0 && d.unsure == nil {
		return
	}
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	now := d.now()
	maps.DeleteFunc(d.store.left, func(_ kv.DeviceKey, l left) bool { return now.Sub(l.since) > leftFor })
	d.store.left[d.key] = left{epoch: d.epoch, recent: d.recent, unsure: d.unsure, doubts: d.doubts, since: now}
}

// claim makes this device the owner. When another one of this process broke, and nobody else has been the owner since,
// what the back end has lost of its work is applied again.
func (d *Device) claim(ctx context.Context) (kv.State, error) {
	d.store.mu.Lock()
	l, exists := d.store.left[d.key]
	d.store.mu.Unlock()
	if !exists {
		return d.backend.Claim(ctx, d.key, d.epoch)
	}
	found, err := d.backend.Devices(ctx, d.key)
	if err != nil {
		return kv.State{}, err
	}
	state, err := d.backend.Claim(ctx, d.key, d.epoch)
	if err != nil {
		return kv.State{}, err
	}
	if !slices.ContainsFunc(found, func(i kv.Info) bool { return i.Epoch > l.epoch || i.Rev != state.Rev }) {
		state, err = d.inherit(ctx, l, state)
	}
	if err == nil {
		d.store.mu.Lock()
		delete(d.store.left, d.key)
		d.store.mu.Unlock()
	}
	return state, err
}

// inherit goes on with what l remembers, and replays what is missing of it. When it remembers too little, the device has
// doubts.
func (d *Device) inherit(ctx context.Context, l left, state kv.State) (kv.State, error) {
	d.doubts = l.doubts
	d.recent = recent{applies: slices.Clone(l.recent.applies), times: slices.Clone(l.recent.times)}
	if a := l.unsure; a != nil && state.Rev == a.Next {
		d.recent.keep(*a, d.now(), d.options.MayLose) // it was done after all
	}
	head := d.recent.head()
	if state.Rev < head {
		_, enough := d.recent.since(state.Rev, head)
		if enough {
			if err := d.replay(ctx, state.Rev, head); err != nil {
				return state, err
			}
			return d.backend.Claim(ctx, d.key, d.epoch)
		}
		d.doubts = true
	}
	if state.Rev != head {
		d.recent = recent{}
	}
	return state, nil
}
