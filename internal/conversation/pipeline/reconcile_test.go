package pipeline_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/flow/engine"
)

// A commit that happened although the store said otherwise, or that could not be
// relayed: everything that it decided is done all the same, once.
func TestCommitsOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	const ask = "What would you like?\n1. Order\n2. A person"
	for name, c := range map[string]struct {
		doc       string
		unrelayed bool // it is known to have happened, but is not relayed
		late      bool // its timers are due when it returns
		want      []string
	}{
		"an answer":                      {doc: echo, want: []string{"echo hola"}},
		"a web call":                     {doc: folio, want: []string{"Folio A-17"}},
		"a web call that is not relayed": {doc: folio, unrelayed: true, want: []string{"Folio A-17"}},
		"a timer":                        {doc: menu, late: true, want: []string{ask, "Still there?"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			web := &services{reply: engine.Result{OK: true, Code: 201, Body: json.RawMessage(`{"folio":"A-17"}`)}}
			w, s := newRelayingWorld(t, time.Hour, func(o *pipeline.Options) { o.Caller = web })
			w.until(func() bool { return s.asked("Calls") > 0 }, func() string { return "calls are not reviewed" })
			w.publish(tacos, c.doc)
			if c.late {
				s.meanwhile = func() { w.clock.advance(11 * time.Minute); s.meanwhile = nil }
			}
			if s.failing.Store(c.unrelayed); !c.unrelayed {
				s.vague.Store(1)
			}
			w.mustWrite(peer(1), "M1", "hola")
			if c.unrelayed {
				w.until(func() bool { return s.asked("Relay") > 0 }, func() string { return "nothing is relayed" })
				s.failing.Store(false)
			}
			w.sees(peer(1), c.want...)
			w.processed(peer(1))
			require.LessOrEqual(t, len(web.asked()), 1)
		})
	}
}

// Messages after a commit of unknown outcome do not overtake that commit's messages.
func TestDoubtfulCommitKeepsTheOrder(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, time.Hour)
	w.publish(tacos, echo)
	s.vague.Store(1)
	s.blind.Store(true)
	w.mustWrite(peer(1), "M1", "hola")
	w.until(func() bool { return s.unrelayed() == 1 }, func() string { return "not decided" })
	_, err := w.service.Send(t.Context(), tacos, conversation.SendRequest{To: peer(1), Content: text("from a person"), By: "usr_1"})
	require.NoError(t, err)
	w.sees(peer(1), "echo hola", "from a person")
	s.blind.Store(false)
	w.processed(peer(1))
	w.sees(peer(1), "echo hola", "from a person")
}

// A commit that another node could not relay is sent once the owner can read it.
func TestAnotherNodeCouldNotRelay(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, time.Hour)
	other := pipeline.New(pipeline.Options{
		Store: s, Flows: w.flows, Bus: w.events, Sender: w.phones, Now: w.clock.now, Log: slog.New(slog.DiscardHandler),
	})
	feed, err := w.events.Subscribe(t.Context(), 100)
	require.NoError(t, err)
	id := w.conversation(tacos, peer(1)).Conversation.ID
	s.deaf.Store(true)
	s.blind.Store(true)
	_, err = other.Send(t.Context(), tacos, conversation.SendRequest{Conversation: id, Content: text("hola"), By: "usr_1"})
	require.ErrorIs(t, err, errAway)
	for e := range feed {
		if w.service.OnRemoteWake(e); e.Name == pipeline.EventWake {
			break
		}
	}
	w.until(func() bool { return s.asked("Next") > 2 }, func() string { return "the conversation is not read" })
	s.blind.Store(false)
	w.sees(peer(1), "hola")
}
