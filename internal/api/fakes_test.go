package api_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"recado/internal/channel"
	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// channels is a fake of api.Channels: what a shop's channel answers is set by
// the test, and every command is noted.
type channels struct {
	mu       sync.Mutex
	states   map[channel.Key]channel.State
	restores bool
	never    bool // no QR ever comes
	refusal  error
	commands []string
}

func (c *channels) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands = append(c.commands, fmt.Sprintf(format, args...))
}

func (c *channels) noted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.commands...)
}

func (c *channels) set(s channel.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.states == nil {
		c.states = make(map[channel.Key]channel.State)
	}
	c.states[s.Key()] = s
}

func (c *channels) key(shop tenant.ShopID, t channel.Type) channel.Key {
	if t == "" {
		t = message.WhatsAppBaileys
	}
	return channel.Key{Shop: shop, Type: t}
}

func (c *channels) at(k channel.Key) channel.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.states[k]; ok {
		return s
	}
	return channel.State{Channel: channel.Channel{Shop: k.Shop, Type: k.Type, Status: channel.Inactive}}
}

func (c *channels) Activate(_ context.Context, shop tenant.ShopID, t channel.Type) (channel.Activation, error) {
	c.note("activate %s %s", shop, t)
	if t == message.WhatsAppCloud {
		return channel.Activation{}, channel.ErrNotConfigured
	}
	if c.refusal != nil {
		return channel.Activation{}, c.refusal
	}
	k := c.key(shop, t)
	s := c.at(k)
	if s.Status == channel.Active {
		return channel.Activation{State: s, AlreadyActive: true}, nil
	}
	if s.Status != channel.Errored {
		s.Status = channel.Connecting
	}
	if c.restores {
		s.Reason = channel.Restoring
		return channel.Activation{State: s, Restoring: true}, nil
	}
	if !c.never && s.Status == channel.Connecting {
		s.QR, s.QRExpiresAt = "2@qr-of-"+string(shop), noon.Add(time.Minute)
	}
	c.set(s)
	return channel.Activation{State: s}, nil
}

func (c *channels) AwaitQR(ctx context.Context, k channel.Key) (channel.State, error) {
	if c.never {
		<-ctx.Done()
		return c.at(k), channel.ErrQRTimeout
	}
	return c.at(k), nil
}

func (c *channels) State(_ context.Context, shop tenant.ShopID, t channel.Type) (channel.State, error) {
	return c.at(c.key(shop, t)), nil
}

func (c *channels) Deactivate(_ context.Context, shop tenant.ShopID, t channel.Type, logout bool) (channel.State, error) {
	c.note("deactivate %s %s %v", shop, t, logout)
	s := c.at(c.key(shop, t))
	s.Status, s.Reason, s.QR = channel.Inactive, channel.Deactivated, ""
	c.set(s)
	return s, nil
}

func (c *channels) Pair(ctx context.Context, shop tenant.ShopID, t channel.Type, phone string) (channel.Code, error) {
	c.note("pair %s %s %s", shop, t, phone)
	if c.at(c.key(shop, t)).Status == channel.Active {
		return channel.Code{}, channel.ErrNotConnecting
	}
	if c.never {
		<-ctx.Done()
		return channel.Code{}, channel.ErrQRTimeout
	}
	return channel.Code{Code: "ABCD-EFGH", ExpiresAt: noon.Add(3 * time.Minute)}, nil
}

// inbox is a fake of api.Conversations and api.Automation: every shop in has
// holds one conversation.
type inbox struct {
	mu   sync.Mutex
	has  map[tenant.ShopID]conversation.ID
	sent []conversation.SendRequest
	keys map[string]conversation.Message
	acts []string
}

func (i *inbox) conversation(shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	if i.has[shop] != id {
		return conversation.ConversationWithContact{}, conversation.ErrNotFound
	}
	return conversation.ConversationWithContact{
		Conversation: conversation.Conversation{ID: id, Channel: message.WhatsAppBaileys, CreatedAt: noon},
		Contact:      contact.Contact{ID: "ct_1", Name: "Luz", Peer: message.Peer{Phone: "5491155550100"}},
	}, nil
}

func (i *inbox) Conversations(_ context.Context, shop tenant.ShopID, cursor string, _ int) ([]conversation.ConversationWithContact, string, error) {
	if cursor == "bad" {
		return nil, "", conversation.ErrCursor
	}
	id, ok := i.has[shop]
	if !ok {
		return nil, "", nil
	}
	c, err := i.conversation(shop, id)
	return []conversation.ConversationWithContact{c}, "next", err
}

func (i *inbox) Messages(_ context.Context, shop tenant.ShopID, id conversation.ID, _ string, _ int) ([]conversation.Message, string, error) {
	if _, err := i.conversation(shop, id); err != nil {
		return nil, "", err
	}
	return []conversation.Message{{
		ID: "m1", Direction: conversation.Incoming, At: noon, Content: message.Content{Kind: message.Text, Text: "hola"},
	}}, "", nil
}

func (i *inbox) Pause(ctx context.Context, shop tenant.ShopID, id conversation.ID, _ string) (conversation.ConversationWithContact, error) {
	return i.setPaused(ctx, shop, id, true)
}

func (i *inbox) Resume(ctx context.Context, shop tenant.ShopID, id conversation.ID, _ string) (conversation.ConversationWithContact, error) {
	return i.setPaused(ctx, shop, id, false)
}

func (i *inbox) setPaused(_ context.Context, shop tenant.ShopID, id conversation.ID, paused bool) (conversation.ConversationWithContact, error) {
	c, err := i.conversation(shop, id)
	if err != nil {
		return c, err
	}
	i.act("pause %s %v", id, paused)
	c.Conversation.Paused = paused
	return c, nil
}

func (i *inbox) MarkRead(_ context.Context, shop tenant.ShopID, id conversation.ID) (conversation.ConversationWithContact, error) {
	c, err := i.conversation(shop, id)
	if err == nil {
		i.act("read %s", id)
	}
	return c, err
}

func (i *inbox) act(format string, args ...any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.acts = append(i.acts, fmt.Sprintf(format, args...))
}

func (i *inbox) Send(_ context.Context, shop tenant.ShopID, r conversation.SendRequest) (conversation.Message, error) {
	if r.Conversation != "" {
		if _, err := i.conversation(shop, r.Conversation); err != nil {
			return conversation.Message{}, err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	key := string(shop) + "|" + r.Key
	if m, ok := i.keys[key]; ok && r.Key != "" {
		return m, nil
	}
	i.sent = append(i.sent, r)
	m := conversation.Message{ID: fmt.Sprintf("3EB0%018X", len(i.sent)), Status: message.Queued}
	if i.keys == nil {
		i.keys = make(map[string]conversation.Message)
	}
	i.keys[key] = m
	return m, nil
}

func (i *inbox) outgoing() []conversation.SendRequest {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]conversation.SendRequest{}, i.sent...)
}

func (i *inbox) acted() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.acts...)
}

// assets is a fake of api.Assets that counts.
type assets struct {
	mu    sync.Mutex
	sizes []int64
}

func (a *assets) Put(_ context.Context, _ tenant.ShopID, r io.Reader) (string, int64, error) {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return "", 0, fmt.Errorf("store asset: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sizes = append(a.sizes, n)
	return fmt.Sprintf("asset-%d", len(a.sizes)), n, nil
}

func (a *assets) stored() []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]int64{}, a.sizes...)
}
