package sandbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/flow/sandbox"
	"recado/internal/message"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const order = `{"format":"recado-flow/1","id":"order","name":"Order","locale":"en","start":"ask",
	"triggers":[{"on":"any_message"}],"vars":{"folio":{"type":"text"}},
	"nodes":{
		"ask":{"type":"menu","say":"What would you like?","options":[{"id":"order","label":"Order","next":"call"},{"id":"no","label":"Nothing","next":"bye"}],
			"nudges":[{"after":"10m","say":"Still there?"}]},
		"call":{"type":"http","method":"POST","url":"https://pos.example/orders","save":{"folio":"body.folio"},"on_ok":"ok","on_fail":"bye"},
		"ok":{"type":"message","say":"Folio {{ folio }}","next":"tag"},
		"tag":{"type":"contact","add_tags":["buyer"]},
		"bye":{"type":"message","say":"Bye"}}}`

func compile(t *testing.T, doc string) *flow.Def {
	t.Helper()
	def, issues := flow.Compile([]byte(doc), flow.Registry{})
	require.NotNil(t, def, "%+v", issues)
	return def
}

func text(s string) message.Content { return message.Content{Kind: message.Text, Text: s} }

func options(t *testing.T, doc string) sandbox.Options {
	return sandbox.Options{
		Defs: sandbox.WithDraft(sandbox.None{}, compile(t, doc)), Shop: engine.Shop{ID: "a", Zone: time.UTC},
		Contact: engine.Contact{Name: "Ana"}, Caps: engine.CapsOf(message.WhatsAppBaileys), Now: noon,
	}
}

func said(turns []sandbox.Turn) (list []string) {
	for _, t := range turns {
		for _, s := range t.Said {
			list = append(list, s.Content.Text)
		}
	}
	return list
}

func TestSession(t *testing.T) {
	t.Parallel()
	s := sandbox.New(options(t, order))
	turns := s.Say(text("hola"))
	require.Len(t, turns, 1)
	require.Contains(t, said(turns)[0], "What would you like?")
	require.NotEmpty(t, turns[0].Events)
	require.Len(t, s.Timers(), 1)
	require.Empty(t, s.Advance(9*time.Minute))
	require.Equal(t, []string{"Still there?"}, said(s.Advance(2*time.Minute)))
	require.Equal(t, noon.Add(11*time.Minute), s.Now())
	_, err := s.Respond(engine.Result{})
	require.ErrorIs(t, err, sandbox.ErrNoCall)
	require.Empty(t, said(s.Say(text("order"))))
	require.Len(t, s.Calls(), 1)
	require.Equal(t, "https://pos.example/orders", s.Calls()[0].Request.URL)
	turns, err = s.Respond(engine.Result{OK: true, Code: 201, Body: json.RawMessage(`{"folio":"A-17"}`)})
	require.NoError(t, err)
	require.Equal(t, []string{"Folio A-17"}, said(turns))
	require.Equal(t, []string{"buyer"}, s.Contact().Tags)
	require.False(t, s.Run().Active())
	s.Advance(1000 * 24 * time.Hour)
	require.Equal(t, noon.Add(11*time.Minute+sandbox.MaxAdvance), s.Now())
}

// record has a session happen and keeps what a conversation's trace would.
func record(t *testing.T, doc string, lines func(*sandbox.Session) []sandbox.Turn) []sandbox.Recorded {
	t.Helper()
	s := sandbox.New(options(t, doc))
	var steps []sandbox.Recorded
	active := false
	for _, turn := range lines(s) {
		steps = append(steps, sandbox.Recorded{At: turn.At, Input: turn.Input, Began: !active, Effects: turn.Effects})
		active = true
	}
	return steps
}

func TestReplay(t *testing.T) {
	t.Parallel()
	steps := record(t, order, func(s *sandbox.Session) []sandbox.Turn {
		all := s.Say(text("hola"))
		all = append(all, s.Advance(15*time.Minute)...)
		all = append(all, s.Say(text("order"))...)
		more, err := s.Respond(engine.Result{OK: true, Code: 201, Body: json.RawMessage(`{"folio":"A-17"}`)})
		require.NoError(t, err)
		return append(all, more...)
	})
	same := sandbox.Replay(options(t, order), steps)
	require.Len(t, same, 2)
	for _, x := range same {
		require.False(t, x.Differs(), "%+v", x)
	}
	require.Equal(t, []string{"Folio A-17"}, same[1].After, "the service's answer was recorded")

	changed := sandbox.Replay(options(t, replace(order, "Folio {{ folio }}", "Your order: {{ folio }}")), steps)
	require.False(t, changed[0].Differs())
	require.True(t, changed[1].Differs())
	require.Equal(t, "order", changed[1].Input)
	require.Equal(t, []string{"Folio A-17"}, changed[1].Before)
	require.Equal(t, []string{"Your order: A-17"}, changed[1].After)

	elsewhere := sandbox.Replay(options(t, replace(order, "pos.example", "other.example")), steps)
	require.Equal(t, []string{"Bye"}, elsewhere[1].After, "what nobody answered then nobody answers now")

	require.Empty(t, sandbox.Replay(options(t, order), steps[2:]), "no beginning, no replay")
}

const club = `{"format":"recado-flow/1","id":"club","name":"Club","locale":"en","start":"who",
	"vars":{"visits":{"type":"number","scope":"contact"}},
	"triggers":[{"on":"any_message"},{"on":"tag_added","event":"vip","start":"vip"}],
	"nodes":{
		"who":{"type":"if","cases":[{"when":{"var":"contact.tags","is":"has_tag","to":"member"},"next":"member"}],"else":"stranger"},
		"member":{"type":"message","say":"Welcome back, {{ contact.fields.seat ?? 'no seat' }}"},
		"stranger":{"type":"message","say":"Welcome","next":"join"},
		"join":{"type":"contact","add_tags":["member"],"fields":{"seat":"12"},"next":"count"},
		"count":{"type":"set","vars":{"visits":{"expr":"(visits ?? 0) + 1"}},"next":"told"},
		"told":{"type":"message","say":"Visit {{ visits }}"},
		"vip":{"type":"message","say":"{{ 'vip' in contact.tags ? 'A VIP' : 'Nobody' }}"}}}`

// TestReplayBeginsWithTheContactOfThen: the contact has what people and programs
// gave it, and not yet what the recorded run gave it.
func TestReplayBeginsWithTheContactOfThen(t *testing.T) {
	t.Parallel()
	o := options(t, club)
	o.Contact.Tags, o.Contact.Fields = []string{"new"}, map[string]any{"color": "red"}
	s := sandbox.New(o)
	turns := append(s.Say(text("hi")), s.Do(&engine.ExternalEvent{Name: "tag:vip"})...)
	turns = append(turns, s.Say(text("hi again"))...)
	require.Equal(t, []string{"Welcome", "Visit 1", "A VIP", "Welcome back, 12"}, said(turns))
	require.Equal(t, []string{"member", "new", "vip"}, s.Contact().Tags)
	var steps []sandbox.Recorded
	for i, turn := range turns {
		steps = append(steps, sandbox.Recorded{At: turn.At.Add(time.Duration(i) * time.Second), Input: turn.Input, Began: true, Effects: turn.Effects})
	}
	o.Contact = s.Contact() // of today
	for _, x := range sandbox.Replay(o, steps) {
		require.False(t, x.Differs(), "%+v", x)
	}
	o.Contact.Tags = append(o.Contact.Tags, "blocked") // by a person, who knows when
	o.Defs = sandbox.WithDraft(sandbox.None{}, compile(t, replace(club, `"to":"member"`, `"to":"blocked"`)))
	all := sandbox.Replay(o, steps)
	require.Equal(t, []string{"Welcome back, no seat"}, all[0].After)
}

func replace(s, from, to string) string {
	for i := 0; i+len(from) <= len(s); i++ {
		if s[i:i+len(from)] == from {
			return s[:i] + to + s[i+len(from):]
		}
	}
	panic("not there: " + from)
}
