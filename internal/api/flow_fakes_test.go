package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/authoring"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/settings"
	"recado/internal/tenant"
)

// settingsStore is a settings.Store in memory.
type settingsStore struct {
	mu       sync.Mutex
	sections map[tenant.ShopID]map[string]string
}

func (s *settingsStore) Section(_ context.Context, shop tenant.ShopID, section string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.sections[shop][section]; ok {
		return []byte(data), nil
	}
	return nil, nil
}

func (s *settingsStore) PutSection(_ context.Context, shop tenant.ShopID, section string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sections == nil {
		s.sections = make(map[tenant.ShopID]map[string]string)
	}
	if s.sections[shop] == nil {
		s.sections[shop] = make(map[string]string)
	}
	if s.sections[shop][section] = string(data); data == nil {
		delete(s.sections[shop], section)
	}
	return nil
}

func (s *settingsStore) Sections(_ context.Context, shop tenant.ShopID, prefix string) (names []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.sections[shop] {
		if len(name) >= len(prefix) && name[:len(prefix)] == prefix {
			names = append(names, name)
		}
	}
	return names, nil
}

func (s *settingsStore) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.sections)
}

var _ settings.Store = (*settingsStore)(nil)

// automation is a fake of api.Automation over the conversations of the inbox.
type automation struct{ *inbox }

func (a automation) ReceiveEvent(_ context.Context, shop tenant.ShopID, h conversation.EventRequest) (conversation.ConversationWithContact, error) {
	if h.Conversation == "" {
		h.Conversation = a.has[shop]
	}
	c, err := a.conversation(shop, h.Conversation)
	if err == nil {
		a.act("event %s %s %s %v %s", h.Conversation, h.To.Phone, h.Name, h.Data, h.Key)
	}
	return c, err
}

func (a automation) StartFlow(_ context.Context, shop tenant.ShopID, id conversation.ID, f flow.ID, node flow.NodeID, by string) (conversation.ConversationWithContact, error) {
	c, err := a.conversation(shop, id)
	switch {
	case err != nil:
		return c, err
	case f == "none":
		return c, conversation.ErrNoSuchFlow
	case node == "none":
		return c, conversation.ErrNoSuchNode
	}
	a.act("start %s %s %s %s", id, f, node, by)
	return c, nil
}

func (a automation) ChangeTags(_ context.Context, shop tenant.ShopID, id conversation.ID, add, remove []string) (conversation.ConversationWithContact, error) {
	c, err := a.conversation(shop, id)
	if err == nil {
		a.act("tag %s %v %v", id, add, remove)
	}
	return c, err
}

func (a automation) Trace(_ context.Context, shop tenant.ShopID, id conversation.ID, limit int) ([]conversation.TraceStep, error) {
	if _, err := a.conversation(shop, id); err != nil {
		return nil, err
	}
	return []conversation.TraceStep{{
		At: noon, Input: json.RawMessage(`{"type":"message"}`), Node: flow.NodeID(fmt.Sprint("n", limit)),
		Effects: []engine.Effect{{Key: "k", Do: &engine.Send{}}},
		Events:  []engine.Event{{Kind: engine.Chosen, Name: "pedir", Rule: "fuzzy", Text: "pedio"}},
	}}, nil
}

// flows is a fake of api.FlowService. Every shop has the flow "menu" in the
// versions 1 and 2, the latter published. The main flow is a further one that a
// test publishes; a definition without a start is refused.
type flows struct {
	mu     sync.Mutex
	main   map[tenant.ShopID]library.Version
	drafts []library.Draft
	acts   []string
}

func (f *flows) act(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acts = append(f.acts, fmt.Sprintf(format, args...))
}

func (f *flows) acted() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.acts...)
}

func (f *flows) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.drafts)
}

func (f *flows) List(context.Context, tenant.ShopID) ([]library.FlowVersion, error) {
	return []library.FlowVersion{{FlowID: "menu", Version: 2, PublishedAt: noon, Main: true, Published: true}}, nil
}

func (f *flows) Published(ctx context.Context, shop tenant.ShopID, id flow.ID) (library.Version, error) {
	if id != library.Main {
		return f.Version(ctx, shop, id, 2)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	v, ok := f.main[shop]
	if !ok {
		return v, library.ErrNoFlow
	}
	return v, nil
}

func (f *flows) Publish(_ context.Context, shop tenant.ShopID, d library.Draft) (library.Version, []flow.Issue, error) {
	if d.Main {
		return f.publishMain(shop, d)
	}
	var def struct{ ID flow.ID }
	if err := json.Unmarshal(d.Doc, &def); err != nil {
		return library.Version{}, nil, err
	}
	if def.ID == "full" {
		return library.Version{}, nil, library.ErrTooMany
	}
	f.act("publish %s %s", shop, def.ID)
	return library.Version{Flow: def.ID, Number: 3, PublishedAt: noon, Doc: d.Doc}, nil, nil
}

func (f *flows) publishMain(shop tenant.ShopID, d library.Draft) (library.Version, []flow.Issue, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drafts = append(f.drafts, d)
	now := f.main[shop].Number
	if d.IfVersion != nil && *d.IfVersion != now {
		return library.Version{}, nil, library.ErrVersionConflict
	}
	var def struct{ Start string }
	if err := json.Unmarshal(d.Doc, &def); err != nil || def.Start == "" {
		return library.Version{}, nil, &library.InvalidError{Issues: emptyFlowIssues()}
	}
	if f.main == nil {
		f.main = make(map[tenant.ShopID]library.Version)
	}
	v := library.Version{Flow: "flow_1", Number: now + 1, PublishedAt: noon, Doc: d.Doc}
	f.main[shop] = v
	return v, []flow.Issue{{Severity: flow.SevWarning, Path: "nodes", Code: "few", Message: "short"}}, nil
}

// emptyFlowIssues are the issues of a definition without any field.
func emptyFlowIssues() []flow.Issue {
	_, issues := flow.Compile([]byte(`{}`), flow.Registry{})
	return issues
}

func (f *flows) Withdraw(_ context.Context, shop tenant.ShopID, id flow.ID) error {
	switch id {
	case "menu":
		return library.ErrInUse
	case "extra":
		f.act("withdraw %s %s", shop, id)
		return nil
	}
	return library.ErrNoFlow
}

func (f *flows) Versions(_ context.Context, _ tenant.ShopID, id flow.ID) ([]library.FlowVersion, error) {
	if id != "menu" {
		return nil, library.ErrNoFlow
	}
	return []library.FlowVersion{{FlowID: id, Version: 2, Published: true}, {FlowID: id, Version: 1}}, nil
}

func (f *flows) Version(_ context.Context, _ tenant.ShopID, id flow.ID, version int) (library.Version, error) {
	if id != "menu" || version > 2 {
		return library.Version{}, library.ErrNoFlow
	}
	return library.Version{Flow: id, Number: version, PublishedAt: noon, Doc: json.RawMessage(`{"id":"menu"}`)}, nil
}

func (f *flows) Rollback(ctx context.Context, shop tenant.ShopID, id flow.ID, version int, by string) (library.Version, []flow.Issue, error) {
	v, err := f.Version(ctx, shop, id, version)
	if err == nil {
		f.act("rollback %s %s %d %s", shop, id, version, by)
	}
	return v, nil, err
}

func (f *flows) Retract(ctx context.Context, shop tenant.ShopID, id flow.ID, version int) (int, error) {
	if _, err := f.Version(ctx, shop, id, version); err != nil {
		return 0, err
	}
	if version == 2 {
		return 0, library.ErrInUse
	}
	f.act("retract %s %s %d", shop, id, version)
	return 3, nil
}

func (f *flows) Review(_ context.Context, _ tenant.ShopID, definition []byte) (authoring.Review, error) {
	if string(definition) == `{}` {
		return authoring.Review{Issues: []flow.Issue{{Severity: flow.SevError, Code: "required"}}}, nil
	}
	return authoring.Review{Changes: []flow.Change{{Kind: "text_changed"}}, Impact: authoring.Impact{Open: 3, Move: 2, Finish: 1, Looked: 9}}, nil
}

func (f *flows) Replay(_ context.Context, _ tenant.ShopID, _ flow.ID, definition []byte, only []conversation.ID) (authoring.ReplayReport, error) {
	if string(definition) == `{}` {
		return authoring.ReplayReport{}, &library.InvalidError{}
	}
	return authoring.ReplayReport{Looked: len(only) + 1, Exchanges: 4, Different: []authoring.Replayed{{
		Conversation: "cv_a", Exchanges: []sandbox.Exchange{{At: noon, Input: "hola", Before: []string{"a"}, After: []string{"b"}}},
	}}}, nil
}

// testChats is a fake of api.TestChats: a chat of each shop always exists.
type testChats struct {
	mu   sync.Mutex
	acts []string
}

func (c *testChats) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acts = append(c.acts, fmt.Sprintf(format, args...))
}

func (c *testChats) acted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.acts...)
}

func (c *testChats) Open(_ context.Context, shop tenant.ShopID, start sandbox.Start) (string, error) {
	c.note("open %s %s %s", shop, start.Definition, start.At.UTC().Format(time.RFC3339))
	return "tst_" + string(shop), nil
}

func (c *testChats) Use(shop tenant.ShopID, id string, do func(*sandbox.Session) error) error {
	if id != "tst_"+string(shop) {
		return sandbox.ErrNoSession
	}
	err := do(sandbox.New(sandbox.Options{Defs: sandbox.None{}, Now: noon}))
	if err == nil {
		c.note("use %s", id)
	}
	return err
}

func (c *testChats) Transcript(shop tenant.ShopID, id string) ([]byte, error) {
	if id != "tst_"+string(shop) {
		return nil, sandbox.ErrNoSession
	}
	return []byte("flow menu.json\n\n> hola\n"), nil
}

func (c *testChats) Remove(shop tenant.ShopID, id string) error {
	if id != "tst_"+string(shop) {
		return sandbox.ErrNoSession
	}
	c.note("remove %s", id)
	return nil
}
