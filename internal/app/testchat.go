package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strconv"
	"time"

	"recado/internal/api"
	"recado/internal/conversation"
	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/library"
	"recado/internal/flow/sandbox"
	"recado/internal/flow/transcript"
	"recado/internal/i18n"
	"recado/internal/message"
	"recado/internal/tenant"
)

// testChats are authors' chats with their flows.
type testChats struct {
	server  *server
	library *library.Service
	rooms   *sandbox.Rooms
}

// Begin implements api.TestChats.
func (c testChats) Begin(ctx context.Context, shop tenant.ShopID, b api.TestStart, at time.Time, lang i18n.Lang) (api.TestChat, error) {
	defs, err := c.defs(ctx, shop, b.Definition, lang)
	if err != nil {
		return api.TestChat{}, err
	}
	about, err := c.server.shop(ctx, shop)
	if err != nil {
		return api.TestChat{}, err
	}
	channel := message.ChannelType(b.Channel)
	if channel == "" {
		channel = message.WhatsAppBaileys
	}
	var who engine.Contact
	if c := b.Contact; c != nil {
		who = engine.Contact{Name: c.Name, Language: c.Language, Tags: c.Tags}
	}
	s := sandbox.New(sandbox.Options{Defs: defs, Shop: about, Caps: conversation.Caps(channel), Now: at, Contact: who})
	id, err := c.rooms.Open(shop, s)
	if errors.Is(err, sandbox.ErrFull) {
		err = api.ErrTooMany
	}
	return chatOf(id, s, nil), err
}

// defs are the flows that a chat is with. A draft is checked as publishing it would.
func (c testChats) defs(ctx context.Context, shop tenant.ShopID, definition api.Document, lang i18n.Lang) (flow.Defs, error) {
	defs, err := c.library.Defs(ctx, shop)
	if err != nil {
		return nil, err
	}
	if definition == nil {
		if len(defs.Flows()) == 0 {
			return nil, api.ErrNoFlow
		}
		return defs, nil
	}
	draft, issues, err := c.library.Check(ctx, shop, definition)
	if err != nil {
		return nil, err
	}
	if draft == nil {
		return nil, &api.InvalidFlowError{Issues: in(issues, lang)}
	}
	return sandbox.WithDraft(defs, draft), nil
}

// Act implements api.TestChats.
func (c testChats) Act(_ context.Context, shop tenant.ShopID, id string, a api.TestAct) (now api.TestChat, err error) {
	err = c.rooms.Use(shop, id, func(s *sandbox.Session) error {
		turns, err := act(s, a)
		now = chatOf(id, s, turns)
		return err
	})
	if errors.Is(err, sandbox.ErrNoSession) {
		err = tenant.ErrNotFound
	}
	return now, err
}

// Transcript implements api.TestChats.
func (c testChats) Transcript(_ context.Context, shop tenant.ShopID, id string) (text []byte, err error) {
	var script string
	docs := map[string][]byte{}
	err = c.rooms.Use(shop, id, func(s *sandbox.Session) error {
		script = s.Transcript()
		for _, def := range s.Flows() {
			docs[string(def.ID)+".json"] = def.Doc
		}
		return nil
	})
	if errors.Is(err, sandbox.ErrNoSession) {
		return nil, tenant.ErrNotFound
	}
	text, err = transcript.Rewrite([]byte(script), func(name string) ([]byte, error) {
		doc, ok := docs[name]
		if !ok {
			return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
		return doc, nil
	}, transcript.Options{Registry: flow.Registry{Supports: engine.Supported}})
	if err != nil {
		return nil, fmt.Errorf("write transcript: %w", err)
	}
	return text, nil
}

// End implements api.TestChats.
func (c testChats) End(_ context.Context, shop tenant.ShopID, id string) error {
	if err := c.rooms.Close(shop, id); errors.Is(err, sandbox.ErrNoSession) {
		return tenant.ErrNotFound
	}
	return nil
}

func act(s *sandbox.Session, a api.TestAct) ([]sandbox.Turn, error) {
	switch {
	case a.Say != "":
		return s.Say(message.Content{Kind: message.Text, Text: a.Say}), nil
	case a.Choose != "":
		return s.Say(message.Content{Kind: message.ChoiceKind, Choice: a.Choose}), nil
	case a.Media != nil:
		return s.Say(message.Content{Kind: a.Media.Kind, Media: &message.Media{Caption: a.Media.Caption}}), nil
	case a.Place != nil:
		return s.Say(message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: a.Place.Latitude, Longitude: a.Place.Longitude}}), nil
	case a.Advance != "":
		return s.Advance(duration(a.Advance)), nil
	case a.Next:
		timers := s.Timers()
		if len(timers) == 0 {
			return nil, api.ErrNothingToDo
		}
		return s.Advance(timers[0].Due.Sub(s.Now())), nil
	case a.Event != nil:
		return s.Do(&engine.ExternalEvent{Name: a.Event.Name, Data: a.Event.Data}), nil
	case a.HTTP != nil:
		turns, err := s.Respond(response(*a.HTTP))
		if errors.Is(err, sandbox.ErrNoCall) {
			err = api.ErrNothingToDo
		}
		return turns, err
	case a.Human:
		return s.Do(&engine.HumanSent{At: engine.At(s.Now()), By: "test"}), nil
	case a.Resume:
		return s.Do(&engine.Command{Do: engine.Resume, By: "test"}), nil
	}
	return nil, nil
}

// duration reads 20m, as the API has checked it.
func duration(s string) time.Duration {
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil {
		return 0
	}
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[len(s)-1]]
	return time.Duration(n) * unit
}

func response(r api.TestResponse) engine.Result {
	if r.Error != "" {
		return engine.Result{Error: r.Error}
	}
	res := engine.Result{OK: true, Code: r.Status}
	switch {
	case r.Body == "":
	case json.Valid([]byte(r.Body)):
		res.Body = json.RawMessage(r.Body)
	default:
		res.Body = json.RawMessage(api.DocumentOf(r.Body))
	}
	return res
}

// chatOf shows a session and what has just happened in it.
func chatOf(id string, s *sandbox.Session, turns []sandbox.Turn) api.TestChat {
	chat := api.TestChat{ID: id, Now: s.Now().UTC(), Turns: make([]api.TestTurn, 0, len(turns)), State: stateOf(s)}
	for _, t := range turns {
		turn := api.TestTurn{At: t.At, Input: sandbox.Describe(t.Input), Said: []api.TestBubble{}, Effects: []api.Document{}, Events: api.EventsOf(t.Events)}
		for _, send := range t.Said {
			turn.Said = append(turn.Said, api.TestBubble{
				Text: sandbox.Text(send.Content), Content: api.ContentOf(send.Content), Choices: send.Choices, Node: string(send.Node),
			})
		}
		for _, e := range t.Effects {
			turn.Effects = append(turn.Effects, api.DocumentOf(e))
		}
		chat.Turns = append(chat.Turns, turn)
	}
	return chat
}

func stateOf(s *sandbox.Session) api.TestState {
	run, contact := s.Run(), s.Contact()
	st := api.TestState{
		Status: string(run.Status), Vars: map[string]any{}, Timers: []time.Time{}, Calls: []api.TestCall{},
		Contact: api.TestContact{Name: contact.Name, Language: contact.Language, Tags: append([]string{}, contact.Tags...)},
	}
	if f, ok := run.At(); ok {
		st.Flow, st.Version, st.Node = string(f.Flow), f.Version, string(f.Node)
		maps.Insert(st.Vars, f.Vars.All())
	}
	if run.Wait != nil {
		st.Waits = string(run.Wait.Kind)
	}
	for _, t := range s.Timers() {
		st.Timers = append(st.Timers, t.Due.UTC())
	}
	for _, call := range s.Calls() {
		st.Calls = append(st.Calls, api.TestCall{Method: call.Request.Method, URL: call.Request.URL})
	}
	return st
}

var _ api.TestChats = testChats{}
