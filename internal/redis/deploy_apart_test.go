package redis

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/internal/bus"
	"recado/internal/bus/bustest"
	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/cluster"
	"recado/internal/cluster/clustertest"
	"recado/internal/signalstore/kv"
	"recado/internal/signalstore/signalstoretest"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/tenant/auth/limitstest"
)

// conform runs every contract suite on a deployment, over two clients like two nodes. A cluster has a single database, so
// each test gets shops of its own in it, which lie on all its servers.
func conform(t *testing.T, url string) {
	t.Helper()
	a, b := openURL(t, url), openURL(t, url)
	t.Run("signal", func(t *testing.T) {
		signalstoretest.Run(t, func(*testing.T) kv.Backend { return backendApart{a.Signal(), newApart()} })
	})
	conformShort(t, a, b)
	t.Run("bus", func(t *testing.T) {
		var turn sync.Mutex // there is one channel of events
		bustest.Run(t, func(t *testing.T, n int) []bus.Bus {
			t.Helper()
			turn.Lock()
			t.Cleanup(turn.Unlock)
			return []bus.Bus{openBus(t, a), openBus(t, b)}[:n]
		})
	})
}

// conformShort runs the fast suites.
func conformShort(t *testing.T, a, b *Client) {
	t.Helper()
	t.Run("leases", func(t *testing.T) {
		store := func(*testing.T) clustertest.Node {
			p, next := newApart(), a
			return func(t *testing.T, name string) cluster.Leases {
				t.Helper()
				l := openLeases(next, p.in(name), LeaseOptions{})
				next = b
				run(t, l.Run)
				return leasesApart{l, p}
			}
		}
		clustertest.Run(t, store)
		clustertest.RunMany(t, store)
	})
	t.Run("live states", func(t *testing.T) {
		channeltest.RunLiveStates(t, func(_ *testing.T, n int) []channel.LiveStates {
			p := newApart()
			return []channel.LiveStates{
				liveStatesApart{openLiveStates(a, "a", LiveStateOptions{}), p}, liveStatesApart{openLiveStates(b, "b", LiveStateOptions{}), p},
			}[:n]
		})
	})
	t.Run("limits", func(t *testing.T) {
		limitstest.Run(t, func(_ *testing.T, now func() time.Time) auth.Limits {
			return limitsApart{a.Limits(LimitOptions{Log: slog.New(slog.DiscardHandler), Now: now}), newApart()}
		})
	})
}

// apart is a test's prefix of its names, so that other tests do not see them.
type apart string

func newApart() apart { return apart(rand.Text()[:10] + "-") }

func (p apart) in(name string) string                    { return string(p) + name }
func (p apart) shop(shop tenant.ShopID) tenant.ShopID    { return tenant.ShopID(p) + shop }
func (p apart) outShop(shop tenant.ShopID) tenant.ShopID { return shop[len(p):] }

func (p apart) key(key kv.DeviceKey) kv.DeviceKey {
	key.Shop = p.shop(key.Shop)
	return key
}

type backendApart struct {
	b kv.Backend
	p apart
}

func (a backendApart) Claim(ctx context.Context, key kv.DeviceKey, epoch uint64) (kv.State, error) {
	return a.b.Claim(ctx, a.p.key(key), epoch)
}

func (a backendApart) Read(ctx context.Context, key kv.DeviceKey, refs []kv.Ref) ([]kv.Value, error) {
	return a.b.Read(ctx, a.p.key(key), refs)
}

func (a backendApart) Scan(ctx context.Context, key kv.DeviceKey, ranges []kv.Range) ([]kv.Row, error) {
	return a.b.Scan(ctx, a.p.key(key), ranges)
}

func (a backendApart) Apply(ctx context.Context, key kv.DeviceKey, apply kv.Apply) error {
	return a.b.Apply(ctx, a.p.key(key), apply)
}

func (a backendApart) Drop(ctx context.Context, key kv.DeviceKey, before time.Time) (bool, error) {
	return a.b.Drop(ctx, a.p.key(key), before)
}

func (a backendApart) Devices(ctx context.Context, keys ...kv.DeviceKey) ([]kv.Info, error) {
	inner := make([]kv.DeviceKey, len(keys))
	for i, key := range keys {
		inner[i] = a.p.key(key)
	}
	all, err := a.b.Devices(ctx, inner...)
	var mine []kv.Info
	for _, info := range all {
		if strings.HasPrefix(string(info.Key.Shop), string(a.p)) {
			info.Key.Shop = a.p.outShop(info.Key.Shop)
			mine = append(mine, info)
		}
	}
	return mine, err
}

type leasesApart struct {
	l *Leases
	p apart
}

func (a leasesApart) Acquire(ctx context.Context, shop tenant.ShopID) (cluster.Lease, error) {
	lease, err := a.l.Acquire(ctx, a.p.shop(shop))
	if err == nil {
		lease.Shop = a.p.outShop(lease.Shop)
	}
	return lease, err
}

func (a leasesApart) Release(ctx context.Context, lease cluster.Lease) error {
	lease.Shop = a.p.shop(lease.Shop)
	return a.l.Release(ctx, lease)
}

type liveStatesApart struct {
	b *LiveStates
	p apart
}

func (a liveStatesApart) Put(ctx context.Context, s channel.State) error {
	s.Shop = a.p.shop(s.Shop)
	return a.b.Put(ctx, s)
}

func (a liveStatesApart) State(ctx context.Context, k channel.Key) (channel.State, bool, error) {
	k.Shop = a.p.shop(k.Shop)
	s, ok, err := a.b.State(ctx, k)
	if ok {
		s.Shop = a.p.outShop(s.Shop)
	}
	return s, ok, err
}

func (a liveStatesApart) Clear(ctx context.Context, k channel.Key) error {
	k.Shop = a.p.shop(k.Shop)
	return a.b.Clear(ctx, k)
}

type limitsApart struct {
	l *Limits
	p apart
}

func (a limitsApart) Take(ctx context.Context, key string, r auth.Rule) (time.Duration, error) {
	return a.l.Take(ctx, a.p.in(key), r)
}

func (a limitsApart) GiveBack(ctx context.Context, key string, r auth.Rule) error {
	return a.l.GiveBack(ctx, a.p.in(key), r)
}

func (a limitsApart) Forget(ctx context.Context, key string) error {
	return a.l.Forget(ctx, a.p.in(key))
}
