package channel_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/message"
)

// TestStalledOwnerKeepsTheNextOwnersState: a stalled node learns of the loss of its
// lease after another node has stored a state of the channel.
func TestStalledOwnerKeepsTheNextOwnersState(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.activateOnA()
	k := channel.Key{Shop: served, Type: bot}
	theirs, err := p.store.Channel(t.Context(), k)
	require.NoError(t, err)
	theirs.Name, theirs.UpdatedAt = "as the next owner has it", theirs.UpdatedAt.Add(20*time.Second)
	require.NoError(t, p.store.PutChannel(t.Context(), theirs))
	shown := channel.State{Channel: theirs}
	p.leases.lose(served)
	require.Eventually(t, func() bool { return p.ma.Count()[channel.Active] == 0 }, 10*time.Second, time.Millisecond)
	stored, err := p.store.Channel(t.Context(), k)
	require.NoError(t, err)
	require.Equal(t, shown.Channel, stored)
}

// TestStalledOwnerDropsEvents: the connection's end is noticed before the lease's.
func TestStalledOwnerDropsEvents(t *testing.T) {
	t.Parallel()
	p := newTwoNodes(t)
	p.activateOnA()
	k := channel.Key{Shop: served, Type: bot}
	before, err := p.store.Channel(t.Context(), k)
	require.NoError(t, err)
	p.leases.expired.Store(true)
	p.strategy.sessions[served].sink.Notify(t.Context(), channel.Retrying{Reason: channel.Unreachable, Attempt: 1, Max: 10})
	after, err := p.store.Channel(t.Context(), k)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, 1, p.ma.Count()[channel.Active], "the loss of the lease ends it")
}

// TestUnstoredStateDoesNotReplaceANewerOne: the next owner has stored a state since
// the store refused ours.
func TestUnstoredStateDoesNotReplaceANewerOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() { defer close(stopped); _ = f.manager.Run(ctx) }()
		defer func() { cancel(); <-stopped }()
		_, err := f.service.Activate(t.Context(), "lupita", bot)
		require.NoError(t, err)
		f.store.fail(errors.New("no primary"))
		f.session("lupita").sink.Notify(t.Context(), channel.Ready{Number: "549"})
		f.store.fail(nil)
		theirs, err := f.store.Channel(t.Context(), channel.Key{Shop: "lupita", Type: bot})
		require.NoError(t, err)
		theirs.Name, theirs.UpdatedAt = "as the next owner has it", time.Now().Add(20*time.Second)
		require.NoError(t, f.store.PutChannel(t.Context(), theirs))
		time.Sleep(time.Minute)
		stored, err := f.store.Channel(t.Context(), theirs.Key())
		require.NoError(t, err)
		require.Equal(t, theirs, stored)
	})
}

// slow is a Store whose writes hang until the context ends.
type slow struct{ channel.Store }

func (slow) PutChannel(ctx context.Context, _ channel.Channel) error {
	<-ctx.Done()
	return ctx.Err()
}

// punctual is a Bus and a LiveStates that refuse an ended context.
type punctual struct {
	bus.Bus
	channel.LiveStates
}

func (p punctual) Publish(ctx context.Context, e bus.Event) error {
	return errors.Join(ctx.Err(), p.Bus.Publish(ctx, e))
}

func (p punctual) Put(ctx context.Context, s channel.State) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.LiveStates.Put(ctx, s)
}

// TestHangingStoreDelaysNoAnnouncement: transitions are shown and published while
// the record store hangs.
func TestHangingStoreDelaysNoAnnouncement(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixtureWith(t, func(o *channel.ManagerOptions) {
			p := punctual{o.Bus, o.LiveStates}
			o.Store, o.Bus, o.LiveStates = slow{o.Store}, p, p
		})
		_, err := f.service.Activate(t.Context(), "lupita", bot)
		require.NoError(t, err)
		start := time.Now()
		f.session("lupita").sink.Notify(t.Context(), channel.Ready{Number: "549"})
		require.LessOrEqual(t, time.Since(start), 5*time.Second)
		require.Equal(t, []string{"status connecting", "status active", "ready 549"}, f.events("lupita", 3))
		st, err := f.service.State(t.Context(), "lupita", bot)
		require.NoError(t, err)
		require.Equal(t, channel.Active, st.Status)
	})
}

// TestReceiveHasADeadline: an incoming message may take 15 s to become durable.
func TestReceiveHasADeadline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.service.Activate(t.Context(), "lupita", bot)
	require.NoError(t, err)
	require.NoError(t, f.session("lupita").sink.Receive(t.Context(), message.In{}))
	f.host.mu.Lock()
	defer f.host.mu.Unlock()
	require.InDelta(t, 15*time.Second, time.Until(f.host.end), float64(5*time.Second))
}
