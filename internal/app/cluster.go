package app

import (
	"context"
	"crypto/rand"
	"time"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/redis"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/internal/vault"
)

// nodes is what the processes of one installation share.
type nodes struct {
	bus    bus.Bus
	board  channel.LiveStates
	leases cluster.Leases
	limits auth.Limits
	run    []func(context.Context) error // from before the first session until after the last
	many   bool                          // there may be others
}

// standAlone makes the parts of a process that is alone.
func (s *server) standAlone() error {
	s.nodes = nodes{
		bus: &bus.Local{}, board: &channel.LocalLiveStates{}, limits: auth.NewMemory(time.Now),
		leases: cluster.NewSingle(hostName(), s.records, time.Now),
	}
	return nil
}

// joinNodes makes the parts of a process among others on one Redis.
func (s *server) joinNodes(c *redis.Client) error {
	node, release, err := claimNode(s.config.DataDir)
	if err != nil {
		return err
	}
	s.onClose(func(context.Context) error { return release() })
	s.redis = c
	events := c.Bus(s.log)
	board := c.LiveStates(redis.LiveStateOptions{Node: node, Log: s.log, Seal: s.sealState, Open: s.openState})
	leases := c.Leases(redis.LeaseOptions{
		Node: node, Process: rand.Text(), Log: s.log, Spacing: min(5*s.config.ReconnectDelay, maxSpacing),
	})
	s.onClose(leases.Close)
	s.nodes = nodes{
		bus: events, board: board, leases: leases, limits: c.Limits(redis.LimitOptions{Log: s.log}), many: true,
		run: []func(context.Context) error{events.Run, board.Run, leases.Run, s.follow},
	}
	return nil
}

// maxSpacing is between two connects of one shop by different processes.
const maxSpacing = 10 * time.Second

// kindState is the kind of the vault's values that are states of channels.
const kindState = "state"

func (s *server) sealState(ctx context.Context, shop tenant.ShopID, place string, value []byte) ([]byte, error) {
	keys, err := s.vault.Keys(ctx, shop, vault.Sessions)
	if err != nil {
		return nil, err
	}
	return keys.Seal(kindState, place, value)
}

func (s *server) openState(ctx context.Context, shop tenant.ShopID, place string, sealed []byte) ([]byte, error) {
	keys, err := s.vault.Existing(ctx, shop, vault.Sessions)
	if err != nil {
		return nil, err
	}
	return keys.Open(kindState, place, sealed)
}

// eventFlow says that the shop's flows have changed. It has no data.
const eventFlow = "flow"

// flowChanged tells the other nodes to forget the shop's compiled flows.
func (s *server) flowChanged(ctx context.Context, shop tenant.ShopID) {
	if !s.nodes.many {
		return
	}
	if err := s.nodes.bus.Publish(ctx, bus.Event{Shop: shop, Name: eventFlow, Data: []byte("{}")}); err != nil {
		s.log.Error("tell other nodes of a flow", "shop", shop, "err", err)
	}
}

// follow does what other nodes' events call for, until ctx ends. After an
// interruption everything may have happened.
func (s *server) follow(ctx context.Context) error {
	for first := true; ctx.Err() == nil; first = false {
		events, err := s.nodes.bus.Subscribe(ctx, 4096)
		if err != nil {
			return err
		}
		if !first && ctx.Err() == nil {
			s.library.ForgetAll()
			s.conversations.RescanShops()
		}
		for e := range events {
			if e.Name == eventFlow {
				s.library.Forget(e.Shop)
			}
			s.conversations.OnRemoteWake(e)
		}
	}
	return nil
}

// takeOverEvery is how often a node looks for channels whose node is gone.
const takeOverEvery = 5 * time.Second

// restore opens the stored channels, and later those of nodes that are gone.
func (s *server) restore(ctx context.Context) error {
	if err := s.manager.Restore(ctx, s.config.RestorePerSecond); err != nil || !s.nodes.many {
		return err
	}
	return s.manager.TakeOver(ctx, s.config.RestorePerSecond, takeOverEvery)
}
