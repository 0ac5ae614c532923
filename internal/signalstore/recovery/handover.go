package recovery

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"recado/internal/signalstore/kv"
)

// Handovers keeps the replay logs of broken devices for the next devices of this process with their keys. The zero value is
// ready to use.
type Handovers struct {
	mu    sync.Mutex
	byKey map[kv.DeviceKey]handover
}

type handover struct {
	epoch      uint64
	log        replayLog
	inDoubt    *kv.Apply
	maybeStale bool
	since      time.Time
}

// handoverAge is how long a handover is kept for a device that is not opened again: its shop has moved to another node.
const handoverAge = 48 * time.Hour

// SaveForHandover keeps the replay log for the next device with this key.
func (g *Guard) SaveForHandover() {
	if len(g.log.applies) == 0 && g.inDoubt == nil {
		return
	}
	h := g.o.Handovers
	h.mu.Lock()
	defer h.mu.Unlock()
	now := g.o.Now()
	maps.DeleteFunc(h.byKey, func(_ kv.DeviceKey, old handover) bool { return now.Sub(old.since) > handoverAge })
	if h.byKey == nil {
		h.byKey = make(map[kv.DeviceKey]handover)
	}
	h.byKey[g.key] = handover{epoch: g.epoch, log: g.log, inDoubt: g.inDoubt, maybeStale: g.MaybeStale(), since: now}
}

func (h *Handovers) get(key kv.DeviceKey) (handover, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old, ok := h.byKey[key]
	return old, ok
}

func (h *Handovers) forget(key kv.DeviceKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.byKey, key)
}

// Claim makes this device the owner. When an earlier one of this process broke, and there was no other owner since, the
// writes of the earlier one that the back end has lost are applied again.
func (g *Guard) Claim(ctx context.Context) (kv.State, error) {
	earlier, exists := g.o.Handovers.get(g.key)
	if !exists {
		return g.backend.Claim(ctx, g.key, g.epoch)
	}
	found, err := g.backend.Devices(ctx, g.key)
	if err != nil {
		return kv.State{}, err
	}
	state, err := g.backend.Claim(ctx, g.key, g.epoch)
	if err != nil {
		return kv.State{}, err
	}
	if !slices.ContainsFunc(found, func(i kv.Info) bool { return i.Epoch > earlier.epoch || i.Rev != state.Rev }) {
		state, err = g.inherit(ctx, earlier, state)
	}
	if err == nil {
		g.o.Handovers.forget(g.key)
	}
	return state, err
}

// inherit takes over the log of an earlier device and replays the missing applies. When the log reaches back too little, the
// stored values may be stale.
func (g *Guard) inherit(ctx context.Context, earlier handover, state kv.State) (kv.State, error) {
	g.maybeStale = earlier.maybeStale
	g.log = earlier.log.clone()
	if a := earlier.inDoubt; a != nil && state.Rev == a.Next {
		g.log.add(*a, g.o.Now(), g.o.MayLose) // it was done after all
	}
	head := g.log.head()
	if state.Rev < head {
		if _, enough := g.log.since(state.Rev, head); enough {
			if err := g.replay(ctx, state.Rev, head); err != nil {
				return state, err
			}
			return g.backend.Claim(ctx, g.key, g.epoch)
		}
		g.maybeStale = true
	}
	if state.Rev != head {
		g.log = replayLog{}
	}
	return state, nil
}
