package app

import (
	"context"

	"recado/internal/channel"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/message"
	"recado/internal/tenant"
)

// channelHost passes the channels' arrivals and state changes to the conversations.
type channelHost struct{ *pipeline.Service }

// ChannelReady implements channel.Host.
func (h channelHost) ChannelReady(k channel.Key) { h.Service.ChannelReady(k.Shop, k.Type) }

// ChannelDown implements channel.Host.
func (h channelHost) ChannelDown(k channel.Key) { h.Service.ChannelDown(k.Shop, k.Type) }

// channelSender sends the conversations' messages through the channels. The two
// services need each other: manager is set once it exists.
type channelSender struct{ manager *channel.Manager }

// Send implements pipeline.Sender.
func (s *channelSender) Send(ctx context.Context, m message.Out) (message.Receipt, error) {
	return s.manager.Send(ctx, m)
}

// Typing implements conversation's typing notifier.
func (s *channelSender) Typing(ctx context.Context, shop tenant.ShopID, t message.ChannelType, to message.Peer) error {
	return s.manager.Typing(ctx, channel.Key{Shop: shop, Type: t}, to)
}

// defaultChannel returns the channel of a message that names none: the shop's
// only or most recent one. conversation.ErrNoChannel.
func defaultChannel(channels channel.Store) func(context.Context, tenant.ShopID) (message.ChannelType, error) {
	return func(ctx context.Context, shop tenant.ShopID) (message.ChannelType, error) {
		list, err := channels.Channels(ctx, shop)
		if err != nil {
			return "", err
		}
		if len(list) == 0 {
			return "", conversation.ErrNoChannel
		}
		return list[0].Type, nil
	}
}
