package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/message"
	"recado/internal/tenant"
)

func link(shop tenant.ShopID, t channel.Type, s channel.Status, number string, at time.Time) channel.Channel {
	return channel.Channel{
		Shop: shop, Type: t, Enabled: s == channel.Active, Status: s, Reason: channel.Restoring, Number: number,
		Name: "Tacos", LastConnection: at, CreatedAt: noon, UpdatedAt: at,
	}
}

func channels(t *testing.T, s Stores) {
	ctx := t.Context()
	put := func(c channel.Channel) channel.Channel {
		t.Helper()
		require.NoError(t, s.Channels.PutChannel(ctx, c))
		return c
	}
	_, err := s.Channels.Channel(ctx, channel.Key{Shop: shopA, Type: web})
	require.ErrorIs(t, err, channel.ErrNotFound)
	baileys := put(link(shopA, web, channel.Active, "5491155550001", after(time.Minute)))
	other := put(link(shopA, message.WhatsAppWeb, channel.Inactive, "", after(time.Hour)))
	foreign := put(link(shopB, web, channel.Active, "5491155550002", after(2*time.Minute)))

	got, err := s.Channels.Channel(ctx, baileys.Key())
	require.NoError(t, err)
	require.Equal(t, baileys, got)
	list, err := s.Channels.Channels(ctx, shopA)
	require.NoError(t, err)
	require.Equal(t, []channel.Channel{other, baileys}, list, "the most recently updated first")
	list, err = s.Channels.EnabledChannels(ctx)
	require.NoError(t, err)
	require.Equal(t, []channel.Channel{foreign, baileys}, list, "of all shops, the most recently connected first")

	holder, ok, err := s.Channels.NumberHolder(ctx, "5491155550002")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, foreign.Key(), holder)
	for _, free := range []string{"", "5491155550009"} {
		_, ok, err = s.Channels.NumberHolder(ctx, free)
		require.NoError(t, err)
		require.False(t, ok, free)
	}
	put(link(shopB, web, channel.Inactive, "", after(3*time.Minute)))
	_, ok, err = s.Channels.NumberHolder(ctx, "5491155550002")
	require.NoError(t, err)
	require.False(t, ok, "unlinked")
}

func channelSummary(t *testing.T, s Stores) {
	ctx := t.Context()
	for _, id := range []tenant.ShopID{shopA, shopB} {
		require.NoError(t, s.Tenants.CreateShop(ctx, tenant.Shop{ID: id, Name: string(id), CreatedAt: noon}))
	}
	for _, step := range []struct {
		c    channel.Channel
		want tenant.WhatsApp
	}{
		{link(shopA, web, channel.Connecting, "", time.Time{}), tenant.WhatsApp{}},
		{link(shopA, web, channel.Active, "549111", after(time.Minute)), tenant.WhatsApp{Connected: true, Number: "549111", LastConnection: after(time.Minute)}},
		{link(shopA, message.WhatsAppWeb, channel.Active, "549222", after(time.Hour)), tenant.WhatsApp{Connected: true, Number: "549222", LastConnection: after(time.Hour)}},
		{link(shopA, message.WhatsAppWeb, channel.Errored, "549222", after(time.Hour)), tenant.WhatsApp{Connected: true, Number: "549111", LastConnection: after(time.Hour)}},
		{link(shopA, web, channel.Connecting, "549111", after(time.Minute)), tenant.WhatsApp{Number: "549222", LastConnection: after(time.Hour)}},
	} {
		require.NoError(t, s.Channels.PutChannel(ctx, step.c))
		got, err := s.Tenants.Shop(ctx, shopA)
		require.NoError(t, err)
		require.Equal(t, step.want, got.WhatsApp)
	}
	other, err := s.Tenants.Shop(ctx, shopB)
	require.NoError(t, err)
	require.Equal(t, tenant.WhatsApp{}, other.WhatsApp)
}

func epochs(t *testing.T, s Stores) {
	ctx := t.Context()
	next := func(shop tenant.ShopID, atLeast cluster.Epoch) cluster.Epoch {
		t.Helper()
		e, err := s.Epochs.NextEpoch(ctx, shop, atLeast)
		require.NoError(t, err)
		return e
	}
	require.EqualValues(t, 100, next(shopA, 100))
	require.EqualValues(t, 101, next(shopA, 100))
	require.EqualValues(t, 102, next(shopA, 5), "the clock went back")
	require.EqualValues(t, 500, next(shopA, 500))
	require.EqualValues(t, 100, next(shopB, 100), "shops count apart")
	_, err := s.Conversations.Adopt(ctx, lease(shopA, 500))
	require.NoError(t, err)

	var mu sync.Mutex
	seen := map[cluster.Epoch]bool{}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			e, err := s.Epochs.NextEpoch(ctx, shopA, 0)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			require.False(t, seen[e])
			seen[e] = true
		})
	}
	all.Wait()
	s = s.Reopen(t)
	e, err := s.Epochs.NextEpoch(ctx, shopA, 0)
	require.NoError(t, err)
	require.EqualValues(t, 517, e)
}
