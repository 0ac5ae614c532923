package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"recado/internal/api"
	"recado/internal/channel"
	"recado/internal/flow"
	"recado/internal/i18n"
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

// flows is a fake of api.Flows that refuses a definition without a start.
type flows struct {
	mu        sync.Mutex
	published map[tenant.ShopID]api.PublishedFlow
	drafts    []api.Draft
}

func (f *flows) Published(_ context.Context, shop tenant.ShopID) (api.PublishedFlow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.published[shop]
	if !ok {
		return p, api.ErrNoFlow
	}
	return p, nil
}

func (f *flows) Publish(_ context.Context, shop tenant.ShopID, d api.Draft) (api.PublishedFlow, []flow.Issue, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drafts = append(f.drafts, d)
	now := f.published[shop].Version
	if d.IfVersion != nil && *d.IfVersion != now {
		return api.PublishedFlow{}, nil, &api.VersionConflictError{Current: now}
	}
	var def struct{ Start string }
	if err := json.Unmarshal(d.Definition, &def); err != nil || def.Start == "" {
		text := map[i18n.Lang]string{"es": "falta el inicio", "en": "no start", "pt": "falta o início"}[d.Lang]
		return api.PublishedFlow{}, nil, &api.InvalidFlowError{Issues: []flow.Issue{{
			Severity: flow.SevError, Path: "start", Code: "required", Message: text, Fix: "start",
		}}}
	}
	if f.published == nil {
		f.published = make(map[tenant.ShopID]api.PublishedFlow)
	}
	p := api.PublishedFlow{FlowID: "flow_1", Version: now + 1, PublishedAt: noon, Definition: d.Definition}
	f.published[shop] = p
	return p, []flow.Issue{{Severity: flow.SevWarning, Path: "nodes", Code: "few", Message: "short"}}, nil
}

func (f *flows) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.drafts)
}

// inbox is a fake of api.Conversations: every shop in has holds one conversation.
type inbox struct {
	mu   sync.Mutex
	has  map[tenant.ShopID]string
	sent []api.Outgoing
	keys map[string]api.Queued
	acts []string
}

func (i *inbox) conversation(shop tenant.ShopID, id string) (api.Conversation, error) {
	if i.has[shop] != id {
		return api.Conversation{}, tenant.ErrNotFound
	}
	return api.Conversation{
		ID: id, Channel: message.WhatsAppBaileys, Created: noon,
		Contact: api.Customer{ID: "ct_1", Name: "Luz", Phone: "5491155550100", Tags: []string{}},
	}, nil
}

func (i *inbox) Conversations(_ context.Context, shop tenant.ShopID, p api.Page) ([]api.Conversation, string, error) {
	if p.Cursor == "bad" {
		return nil, "", api.ErrBadCursor
	}
	id, ok := i.has[shop]
	if !ok {
		return nil, "", nil
	}
	c, err := i.conversation(shop, id)
	return []api.Conversation{c}, "next", err
}

func (i *inbox) Messages(_ context.Context, shop tenant.ShopID, id string, _ api.Page) ([]api.Message, string, error) {
	if _, err := i.conversation(shop, id); err != nil {
		return nil, "", err
	}
	return []api.Message{{
		ID: "m1", Direction: "in", Author: "customer", At: noon,
		Content: api.ContentOf(message.Content{Kind: message.Text, Text: "hola"}),
	}}, "", nil
}

func (i *inbox) Pause(_ context.Context, shop tenant.ShopID, id string, paused bool) (api.Conversation, error) {
	c, err := i.conversation(shop, id)
	if err != nil {
		return c, err
	}
	i.act("pause %s %v", id, paused)
	c.Paused = paused
	return c, nil
}

func (i *inbox) Read(_ context.Context, shop tenant.ShopID, id string) (api.Conversation, error) {
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

func (i *inbox) Send(_ context.Context, shop tenant.ShopID, m api.Outgoing) (api.Queued, error) {
	if m.Conversation != "" {
		if _, err := i.conversation(shop, m.Conversation); err != nil {
			return api.Queued{}, err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	key := string(shop) + "|" + m.Key
	if q, ok := i.keys[key]; ok && m.Key != "" {
		return q, nil
	}
	i.sent = append(i.sent, m)
	q := api.Queued{ID: fmt.Sprintf("3EB0%018X", len(i.sent)), Status: message.Queued}
	if i.keys == nil {
		i.keys = make(map[string]api.Queued)
	}
	i.keys[key] = q
	return q, nil
}

func (i *inbox) outgoing() []api.Outgoing {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]api.Outgoing{}, i.sent...)
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
