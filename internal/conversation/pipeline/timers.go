package pipeline

import (
	"context"
	"errors"
	"time"

	"recado/internal/conversation"
)

// timers moves the timers of flows that are due into the inbox. The store has
// them all; memory has one alarm a shop, for the earliest.
type timers struct {
	o      *Options
	owners *owners
	relays *relayBatcher
	wake   func(sh *ownedShop, id conversation.ID)
}

// timerState is a shop's alarm. owners.mu guards it.
type timerState struct {
	alarm *time.Timer
	at    time.Time // zero when it is not set
}

// maxFire bounds the timers that fire in one unit of work.
const maxFire = 100

// set sets the shop's alarm to due, unless it is set to an earlier time. The
// caller holds owners.mu.
func (t *timers) set(sh *ownedShop, due time.Time) {
	if sh.closed || !sh.adopted || !sh.timer.at.IsZero() && !due.Before(sh.timer.at) {
		return
	}
	sh.timer.at = due
	stopTimer(sh.timer.alarm)
	sh.timer.alarm = time.AfterFunc(max(0, due.Sub(t.o.Now())), func() {
		t.owners.mu.Lock()
		defer t.owners.mu.Unlock()
		t.owners.spawn(sh, func(ctx context.Context) { t.fire(ctx, sh) })
	})
}

// fire moves the timers that are due to their inboxes and wakes the conversations.
func (t *timers) fire(ctx context.Context, sh *ownedShop) {
	t.owners.mu.Lock()
	sh.timer.at = time.Time{}
	t.owners.mu.Unlock()
	var ids []conversation.ID
	err := t.relays.flush(ctx, sh.id)
	if err == nil {
		ids, err = t.o.Store.Fire(ctx, sh.lease, t.o.Now(), maxFire)
	}
	switch {
	case errors.Is(err, conversation.ErrStale):
		t.owners.drop(sh)
		return
	case err != nil:
		t.o.Log.Error("fire timers", "shop", sh.id, "err", err)
		t.retry(sh)
		return
	}
	for _, id := range ids {
		t.wake(sh, id)
	}
	t.reload(ctx, sh)
}

// reload sets the alarm to the earliest timer in the store.
func (t *timers) reload(ctx context.Context, sh *ownedShop) {
	var due time.Time
	err := t.relays.flush(ctx, sh.id)
	if err == nil {
		due, err = t.o.Store.NextTimer(ctx, sh.id)
	}
	if err != nil {
		t.o.Log.Error("read timers", "shop", sh.id, "err", err)
		t.retry(sh)
		return
	}
	if due.IsZero() {
		return
	}
	t.owners.mu.Lock()
	defer t.owners.mu.Unlock()
	t.set(sh, due)
}

// retry fires the timers again after a failure.
func (t *timers) retry(sh *ownedShop) {
	t.owners.mu.Lock()
	defer t.owners.mu.Unlock()
	t.set(sh, t.o.Now().Add(t.o.backoff(1)))
}
