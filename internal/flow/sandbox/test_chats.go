package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/flow/transcript"
	"recado/internal/message"
	"recado/internal/tenant"
)

// TestChatOptions configure TestChats. All are required.
type TestChatOptions struct {
	Library *library.Service
	// Shop returns the shop as flows see it.
	Shop func(ctx context.Context, shop tenant.ShopID) (engine.Shop, error)
	// Caps returns what can be sent on a channel.
	Caps func(message.ChannelType) engine.Caps
	// Registry compiles the flows of a transcript.
	Registry flow.Registry
}

// TestChats are chats of authors with their flows, published or drafted: the
// Sessions of all shops. It is safe for concurrent use.
type TestChats struct {
	Sessions
	o TestChatOptions
}

// NewTestChats returns TestChats without any chat.
func NewTestChats(o TestChatOptions) *TestChats { return &TestChats{o: o} }

// Start describes a new test chat.
type Start struct {
	Definition []byte // a draft; empty: the published flows
	Channel    message.ChannelType
	Contact    engine.Contact
	At         time.Time // of its clock
}

// Open starts a chat and returns its id. A draft is checked as publishing it
// would. library.ErrNoFlow, *library.InvalidError, ErrTooManySessions.
func (c *TestChats) Open(ctx context.Context, shop tenant.ShopID, start Start) (id string, err error) {
	defs, err := c.defs(ctx, shop, start.Definition)
	if err != nil {
		return "", err
	}
	view, err := c.o.Shop(ctx, shop)
	if err != nil {
		return "", err
	}
	return c.Add(shop, New(Options{Defs: defs, Shop: view, Caps: c.o.Caps(start.Channel), Now: start.At, Contact: start.Contact}))
}

func (c *TestChats) defs(ctx context.Context, shop tenant.ShopID, definition []byte) (flow.Defs, error) {
	defs, err := c.o.Library.Defs(ctx, shop)
	if err != nil {
		return nil, err
	}
	if len(definition) == 0 {
		if len(defs.Flows()) == 0 {
			return nil, library.ErrNoFlow
		}
		return defs, nil
	}
	draft, issues, err := c.o.Library.Check(ctx, shop, definition)
	if err != nil {
		return nil, err
	}
	if draft == nil {
		return nil, &library.InvalidError{Issues: issues}
	}
	return WithDraft(defs, draft), nil
}

// Transcript returns the chat as a *.chat file, a test of what was said in it.
// ErrNoSession.
func (c *TestChats) Transcript(shop tenant.ShopID, id string) ([]byte, error) {
	var script string
	docs := map[string][]byte{}
	err := c.Use(shop, id, func(s *Session) error {
		script = s.Transcript()
		for _, def := range s.Flows() {
			docs[string(def.ID)+".json"] = def.Doc
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	text, err := transcript.Rewrite([]byte(script), func(name string) ([]byte, error) {
		doc, ok := docs[name]
		if !ok {
			return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
		return doc, nil
	}, transcript.Options{Registry: c.o.Registry})
	if err != nil {
		return nil, fmt.Errorf("write transcript: %w", err)
	}
	return text, nil
}
