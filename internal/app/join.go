package app

import (
	"context"
	"errors"

	"recado/internal/api"
	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/library"
	"recado/internal/message"
	"recado/internal/tenant"
)

// host gives the channels' arrivals to the conversations.
type host struct{ *conversation.Service }

// ChannelReady implements channel.Host.
func (h host) ChannelReady(k channel.Key) { h.Service.ChannelReady(k.Shop, k.Type) }

// ChannelDown implements channel.Host.
func (h host) ChannelDown(k channel.Key) { h.Service.ChannelDown(k.Shop, k.Type) }

// sender gives the conversations' messages to the channels. The two services
// need each other, so the manager comes after.
type sender struct{ manager *channel.Manager }

// Send implements conversation.Sender.
func (s *sender) Send(ctx context.Context, m message.Out) (message.Receipt, error) {
	return s.manager.Send(ctx, m)
}

// Typing implements conversation.TypingNotifier.
func (s *sender) Typing(ctx context.Context, shop tenant.ShopID, t message.ChannelType, to message.Peer) error {
	return s.manager.Typing(ctx, channel.Key{Shop: shop, Type: t}, to)
}

// flows publishes through the library.
type flows struct{ library *library.Service }

// Published implements api.Flows.
func (f flows) Published(ctx context.Context, shop tenant.ShopID) (api.PublishedFlow, error) {
	v, err := f.library.Current(ctx, shop)
	if errors.Is(err, library.ErrNoFlow) {
		return api.PublishedFlow{}, api.ErrNoFlow
	}
	return published(v), err
}

// Publish implements api.Flows.
func (f flows) Publish(ctx context.Context, shop tenant.ShopID, d api.Draft) (api.PublishedFlow, []flow.Issue, error) {
	v, issues, err := f.library.Publish(ctx, shop, d.Definition, d.IfVersion, d.By)
	if errors.Is(err, library.ErrVersionConflict) {
		return api.PublishedFlow{}, nil, f.conflict(ctx, shop)
	}
	return outcome(v, issues, err, d.Lang)
}

// conflict says which version the shop has by now.
func (f flows) conflict(ctx context.Context, shop tenant.ShopID) error {
	v, err := f.library.Current(ctx, shop)
	if err != nil && !errors.Is(err, library.ErrNoFlow) {
		return err
	}
	return &api.VersionConflictError{Current: v.Number}
}

func published(v library.Version) api.PublishedFlow {
	return api.PublishedFlow{FlowID: string(v.Flow), Version: v.Number, PublishedAt: v.PublishedAt, Definition: v.Doc}
}
