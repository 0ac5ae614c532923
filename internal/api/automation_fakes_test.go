package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"recado/internal/api"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/sandbox"
	"recado/internal/i18n"
	"recado/internal/settings"
	"recado/internal/tenant"
)

// drawer is a settings.Store in memory.
type drawer struct {
	mu       sync.Mutex
	sections map[tenant.ShopID]map[string]string
}

func (d *drawer) Section(_ context.Context, shop tenant.ShopID, section string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if data, ok := d.sections[shop][section]; ok {
		return []byte(data), nil
	}
	return nil, nil
}

func (d *drawer) PutSection(_ context.Context, shop tenant.ShopID, section string, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sections == nil {
		d.sections = make(map[tenant.ShopID]map[string]string)
	}
	if d.sections[shop] == nil {
		d.sections[shop] = make(map[string]string)
	}
	if d.sections[shop][section] = string(data); data == nil {
		delete(d.sections[shop], section)
	}
	return nil
}

func (d *drawer) Sections(_ context.Context, shop tenant.ShopID, prefix string) (names []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.sections[shop] {
		if len(name) >= len(prefix) && name[:len(prefix)] == prefix {
			names = append(names, name)
		}
	}
	return names, nil
}

func (d *drawer) all() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(d.sections)
}

var _ settings.Store = (*drawer)(nil)

// automation is a fake of api.Automation over the conversations of the inbox.
type automation struct{ *inbox }

func (a automation) Happen(_ context.Context, shop tenant.ShopID, h api.Happening) (api.Conversation, error) {
	if h.Conversation == "" {
		h.Conversation = a.has[shop]
	}
	c, err := a.conversation(shop, h.Conversation)
	if err == nil {
		a.act("event %s %s %s %v %s", h.Conversation, h.To, h.Name, h.Data, h.Key)
	}
	return c, err
}

func (a automation) Start(_ context.Context, shop tenant.ShopID, id, f, node, by string) (api.Conversation, error) {
	c, err := a.conversation(shop, id)
	switch {
	case err != nil:
		return c, err
	case f == "none":
		return c, api.ErrNoFlow
	case node == "none":
		return c, api.ErrNoNode
	}
	a.act("start %s %s %s %s", id, f, node, by)
	return c, nil
}

func (a automation) Tag(_ context.Context, shop tenant.ShopID, id string, add, remove []string) (api.Conversation, error) {
	c, err := a.conversation(shop, id)
	if err == nil {
		a.act("tag %s %v %v", id, add, remove)
	}
	return c, err
}

func (a automation) Trace(_ context.Context, shop tenant.ShopID, id string, limit int) ([]api.TraceStep, error) {
	if _, err := a.conversation(shop, id); err != nil {
		return nil, err
	}
	in := api.Document(`{"type":"message"}`)
	return []api.TraceStep{{
		At: noon, Input: &in, Node: fmt.Sprint("n", limit), Effects: []api.Document{}, Sent: []string{"3EB0A"},
		Events: api.EventsOf([]engine.Event{{Kind: engine.Chosen, Name: "pedir", Rule: "fuzzy", Text: "pedio"}}),
	}}, nil
}

// book is a fake of api.Book: every shop has the flow "menu" in the versions 1
// and 2, the latter published.
type book struct {
	mu   sync.Mutex
	acts []string
}

func (b *book) act(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.acts = append(b.acts, fmt.Sprintf(format, args...))
}

func (b *book) acted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.acts...)
}

func (b *book) Flows(context.Context, tenant.ShopID) ([]api.FlowVersion, error) {
	return []api.FlowVersion{{FlowID: "menu", Version: 2, PublishedAt: noon, Main: true, Published: true}}, nil
}

func (b *book) Flow(ctx context.Context, shop tenant.ShopID, id string) (api.PublishedFlow, error) {
	return b.Version(ctx, shop, id, 2)
}

func (b *book) PublishFlow(_ context.Context, shop tenant.ShopID, id string, d api.Draft) (api.PublishedFlow, []flow.Issue, error) {
	if id == "full" {
		return api.PublishedFlow{}, nil, api.ErrTooMany
	}
	b.act("publish %s %s", shop, id)
	return api.PublishedFlow{FlowID: id, Version: 3, PublishedAt: noon, Definition: d.Definition}, nil, nil
}

func (b *book) Withdraw(_ context.Context, shop tenant.ShopID, id string) error {
	switch id {
	case "menu":
		return api.ErrFlowInUse
	case "extra":
		b.act("withdraw %s %s", shop, id)
		return nil
	}
	return api.ErrNoFlow
}

func (b *book) Versions(_ context.Context, _ tenant.ShopID, id string) ([]api.FlowVersion, error) {
	if id != "menu" {
		return nil, api.ErrNoFlow
	}
	return []api.FlowVersion{{FlowID: id, Version: 2, Published: true}, {FlowID: id, Version: 1}}, nil
}

func (b *book) Version(_ context.Context, _ tenant.ShopID, id string, version int) (api.PublishedFlow, error) {
	if id != "menu" || version > 2 {
		return api.PublishedFlow{}, api.ErrNoFlow
	}
	return api.PublishedFlow{FlowID: id, Version: version, PublishedAt: noon, Definition: json.RawMessage(`{"id":"menu"}`)}, nil
}

func (b *book) Rollback(ctx context.Context, shop tenant.ShopID, id string, version int, by string, _ i18n.Lang) (api.PublishedFlow, []flow.Issue, error) {
	f, err := b.Version(ctx, shop, id, version)
	if err == nil {
		b.act("rollback %s %s %d %s", shop, id, version, by)
	}
	return f, nil, err
}

func (b *book) Retract(ctx context.Context, shop tenant.ShopID, id string, version int) (int, error) {
	if _, err := b.Version(ctx, shop, id, version); err != nil {
		return 0, err
	}
	if version == 2 {
		return 0, api.ErrFlowInUse
	}
	b.act("retract %s %s %d", shop, id, version)
	return 3, nil
}

func (b *book) Review(_ context.Context, _ tenant.ShopID, definition json.RawMessage, _ i18n.Lang) (api.Review, error) {
	if string(definition) == `{}` {
		return api.Review{Issues: []flow.Issue{{Severity: flow.SevError, Code: "required"}}}, nil
	}
	return api.Review{Changes: []flow.Change{{Kind: "text_changed"}}, Impact: api.Impact{Open: 3, Move: 2, Finish: 1, Looked: 9}}, nil
}

func (b *book) Replay(_ context.Context, _ tenant.ShopID, _ string, definition json.RawMessage, only []string, _ i18n.Lang) (api.ReplayReport, error) {
	if string(definition) == `{}` {
		return api.ReplayReport{}, &api.InvalidFlowError{}
	}
	return api.ReplayReport{Looked: len(only) + 1, Exchanges: 4, Different: []api.Replayed{{
		Conversation: "cv_a", Exchanges: []sandbox.Exchange{{At: noon, Input: "hola", Before: []string{"a"}, After: []string{"b"}}},
	}}}, nil
}

// tests is a fake of api.TestChats: a chat of each shop is always there.
type tests struct {
	mu   sync.Mutex
	acts []string
}

func (c *tests) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acts = append(c.acts, fmt.Sprintf(format, args...))
}

func (c *tests) acted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.acts...)
}

func (c *tests) chat(shop tenant.ShopID, id string) (api.TestChat, error) {
	if id != "tst_"+string(shop) {
		return api.TestChat{}, tenant.ErrNotFound
	}
	return api.TestChat{ID: id, Now: noon, Turns: []api.TestTurn{}}, nil
}

func (c *tests) Begin(_ context.Context, shop tenant.ShopID, b api.TestStart, at time.Time, _ i18n.Lang) (api.TestChat, error) {
	c.note("begin %s %s %s", shop, b.Definition, at.UTC().Format(time.RFC3339))
	return c.chat(shop, "tst_"+string(shop))
}

func (c *tests) Transcript(_ context.Context, shop tenant.ShopID, id string) ([]byte, error) {
	_, err := c.chat(shop, id)
	return []byte("flow menu.json\n\n> hola\n"), err
}

func (c *tests) Act(_ context.Context, shop tenant.ShopID, id string, a api.TestAct) (api.TestChat, error) {
	chat, err := c.chat(shop, id)
	if err == nil && a.Next {
		return chat, api.ErrNothingToDo
	}
	if err == nil {
		c.note("act %s %+v", id, a)
		chat.Turns = append(chat.Turns, api.TestTurn{
			At: noon, Input: "hola", Said: []api.TestBubble{}, Effects: []api.Document{}, Events: api.EventsOf([]engine.Event{{Kind: engine.Continued}}),
		})
	}
	return chat, err
}

func (c *tests) End(_ context.Context, shop tenant.ShopID, id string) error {
	_, err := c.chat(shop, id)
	if err == nil {
		c.note("end %s", id)
	}
	return err
}
