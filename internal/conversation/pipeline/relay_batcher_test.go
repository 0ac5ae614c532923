package pipeline_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
)

// TestRelayedTogether: answers do not wait for the store to relay, people hear of
// them when it has, and many commits are relayed at once.
func TestRelayedTogether(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, 200*time.Millisecond)
	w.publish(tacos, echo)
	s.failing.Store(true)
	events := collect[conversation.MessageEvent](w, conversation.EventMessage)
	const customers = 10
	for i := range customers {
		w.mustWrite(peer(i), fmt.Sprint("M", i), "hola")
	}
	for i := range customers {
		w.sees(peer(i), "echo hola")
	}
	outgoing := func() (list []conversation.MessageEvent) {
		for _, e := range events() {
			if e.Direction == conversation.Outgoing {
				list = append(list, e)
			}
		}
		return list
	}
	require.Equal(t, customers, s.unrelayed())
	require.Empty(t, outgoing(), "a reader would not find them yet")

	s.failing.Store(false)
	w.until(func() bool { return len(outgoing()) == 2*customers }, func() string { return fmt.Sprint(outgoing()) })
	require.Zero(t, s.unrelayed())
	for i := range customers {
		status := func(e conversation.MessageEvent) bool {
			return e.ConversationID == w.conversation(tacos, peer(i)).Conversation.ID
		}
		of := slices.DeleteFunc(outgoing(), func(e conversation.MessageEvent) bool { return !status(e) })
		require.Len(t, of, 2)
		require.Equal(t, "queued sent", string(of[0].Status)+" "+string(of[1].Status))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Len(t, slices.MaxFunc(s.rounds, func(a, b []conversation.ID) int { return len(a) - len(b) }), customers)
}

// TestRelayedBeforeItIsRead: a reader of a commit's effects relays them first,
// however long they would have waited.
func TestRelayedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(w *world, v conversation.ConversationWithContact) error{
		"history": func(w *world, v conversation.ConversationWithContact) error {
			_, _, err := w.service.Messages(w.t.Context(), tacos, v.Conversation.ID, "", 10)
			return err
		},
		"trace": func(w *world, v conversation.ConversationWithContact) error {
			_, err := w.service.Trace(w.t.Context(), tacos, v.Conversation.ID, 10)
			return err
		},
		"a message asked for again": func(w *world, v conversation.ConversationWithContact) error {
			_, _, err := w.service.SentMessage(w.t.Context(), tacos, web, v.Conversation.Last.ID)
			return err
		},
		"the shop's own phone": func(w *world, _ conversation.ConversationWithContact) error {
			m := says(tacos, peer(1), "OWN", "yo", w.clock.now())
			m.FromMe = true
			return w.service.Receive(w.t.Context(), m)
		},
		"a person pauses": func(w *world, v conversation.ConversationWithContact) error {
			_, err := w.service.Pause(w.t.Context(), tacos, v.Conversation.ID, "usr_1")
			return err
		},
		"another owner": func(w *world, _ conversation.ConversationWithContact) error {
			w.service.Disown(tacos)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newRelayingWorld(t, time.Hour)
			w.publish(tacos, echo)
			w.mustWrite(peer(1), "M1", "hola")
			w.sees(peer(1), "echo hola")
			require.Equal(t, 1, s.unrelayed())
			require.NoError(t, read(w, w.conversation(tacos, peer(1))))
			require.Zero(t, s.unrelayed())
		})
	}
}

// TestRelayedBeforeTimersFire: a timer that is due when its commit returns fires at once.
func TestRelayedBeforeTimersFire(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, time.Hour)
	w.publish(tacos, menu)
	var once sync.Once
	s.meanwhile = func() { once.Do(func() { w.clock.advance(11 * time.Minute) }) }
	w.mustWrite(peer(1), "M1", "hi")
	w.sees(peer(1), "What would you like?\n1. Order\n2. A person", "Still there?")
	require.Zero(t, s.tooEarly("Fire"))
}

// TestRelayedBeforeTheNextTimerIsRead: the alarm is set with the timers that
// commits have set a moment ago.
func TestRelayedBeforeTheNextTimerIsRead(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, time.Hour)
	w.publish(tacos, menu)
	w.mustWrite(peer(1), "M1", "hi")
	w.sees(peer(1), "What would you like?\n1. Order\n2. A person")
	require.Equal(t, 1, s.unrelayed())
	w.service.ChannelDown(tacos, web) // so that only timers are read
	before := s.asked("NextTimer")
	w.service.OnRemoteWake(bus.Event{Shop: tacos, Name: pipeline.EventWake, Data: []byte(`{"id":"cv_other"}`)})
	w.until(func() bool { return s.asked("NextTimer") > before }, func() string { return "the next timer is not read" })
	require.Zero(t, s.tooEarly("NextTimer"))
}

// TestRelayedBeforeTheOutboxIsRead: what memory does not keep is found in the store,
// also what was decided last.
func TestRelayedBeforeTheOutboxIsRead(t *testing.T) {
	t.Parallel()
	w, s := newRelayingWorld(t, time.Hour)
	w.publish(tacos, echo)
	w.service.ChannelDown(tacos, web)
	var want []string
	for i := range 32 { // as many as memory keeps, and relayed, because a person waits for it
		want = append(want, fmt.Sprint(i))
		_, err := w.service.Send(t.Context(), tacos, conversation.SendRequest{To: peer(1), Content: text(want[i]), By: "usr_1"})
		require.NoError(t, err)
	}
	w.mustWrite(peer(1), "M1", "hola")
	w.until(func() bool { return s.unrelayed() == 1 }, func() string { return "not decided" })
	w.service.ChannelReady(tacos, web)
	w.sees(peer(1), append(want, "echo hola")...)
	require.Zero(t, s.tooEarly("Ready"))
}

// TestNothingIsDecidedThatCannotBeRelayed: while a store does not relay, what it
// would have to is bounded, and what arrives waits in the inbox.
func TestNothingIsDecidedThatCannotBeRelayed(t *testing.T) {
	t.Parallel()
	const customers, most = 160, 2*64 + 8 // as many as wait, are being relayed, and are under way
	w, s := newRelayingWorld(t, time.Millisecond)
	w.publish(tacos, echo)
	s.failing.Store(true)
	events := collect[conversation.MessageEvent](w, conversation.EventMessage)
	for i := range customers {
		w.mustWrite(peer(i), fmt.Sprint("M", i), "hola")
	}
	w.until(func() bool { return s.unrelayed() >= 64 }, func() string { return "nothing is decided" })
	refused := s.asked("Relay")
	w.until(func() bool { return s.asked("Relay") > refused+100 }, func() string { return "the relay is not tried" })
	require.LessOrEqual(t, s.unrelayed(), most)
	s.failing.Store(false)
	for i := range customers {
		w.sees(peer(i), "echo hola")
	}
	w.until(func() bool {
		sent := 0
		for _, e := range events() {
			if e.Status == "sent" {
				sent++
			}
		}
		return sent == customers && s.unrelayed() == 0
	}, func() string { return fmt.Sprint(events()) })
}
