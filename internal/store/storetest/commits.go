package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
)

func commit(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	w := st.next(id)
	require.Empty(t, w.Conversation.Run)
	c := st.commitFor(w, sends("OUT1", "OUT2")...)
	c.Run, c.Paused = []byte(`{"seq":1}`), true
	c.Handoff = &conversation.HandoffRequest{Reason: "flow", Queue: "ventas", Note: "quiere factura", At: noon}
	done := st.commit(c)
	require.Equal(t, w.Conversation.Rev+1, done.Conversation.Rev)
	require.Len(t, done.Queued, 2)
	require.Equal(t, message.Out{Shop: shopA, Channel: web, ID: "OUT1", To: ana(), Content: text("answer OUT1")}, done.Queued[0].Out)
	require.Equal(t, conversation.ByFlow, done.Queued[0].By)
	require.Less(t, done.Queued[0].Ord, done.Queued[1].Ord)

	after := st.next(id)
	require.Equal(t, done.Conversation, after.Conversation)
	require.Empty(t, after.Items)
	require.JSONEq(t, `{"seq":1}`, string(after.Conversation.Run))
	require.True(t, after.Conversation.Paused)
	require.Equal(t, c.Handoff, after.Conversation.Handoff)
	require.Equal(t, "OUT2", after.Conversation.Last.ID)
	require.Equal(t, conversation.Outgoing, after.Conversation.Last.Direction)
	require.Equal(t, 1, after.Conversation.Unread, "an answer of the flow is not a look of a person")
	require.Equal(t, []string{"in M1 received", "out OUT1 queued", "out OUT2 queued"}, st.history(id))

	c = st.commitFor(after)
	c.Handoff, c.Paused = nil, false
	done = st.commit(c)
	require.Nil(t, done.Conversation.Handoff)
	require.False(t, done.Conversation.Paused)
	require.Equal(t, "OUT2", done.Conversation.Last.ID, "a quiet commit moves nothing")
}

func commitConflict(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	stale := st.commitFor(st.next(id), sends("LOST")...)
	st.answers(id, "OUT1")
	_, err := s.Conversations.Commit(t.Context(), stale)
	require.ErrorIs(t, err, conversation.ErrConflict)
	require.Equal(t, []string{"OUT1"}, st.ready(id), "nothing of a refused commit happens")
	stale.Conversation = "cv_none"
	_, err = s.Conversations.Commit(t.Context(), stale)
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

func commitConcurrently(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	start := st.next(id).Conversation.Rev
	const workers, each = 16, 4
	var won atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				w, err := s.Conversations.Next(t.Context(), shopA, id, 10)
				if err == nil {
					_, err = s.Conversations.Commit(t.Context(), st.commitFor(w))
				}
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, conversation.ErrConflict):
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.Positive(t, won.Load())
	require.Equal(t, start+won.Load(), st.next(id).Conversation.Rev, "each revision was won once")
}

func sendsOnce(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.answers(id, "OUT1", "OUT2")
	st.settle(id, st.first(id), message.Sent, "")
	done := st.answers(id, "OUT1", "OUT2", "OUT3")
	require.Len(t, done.Queued, 1, "what was sent or waits is not queued again")
	require.Equal(t, "OUT3", done.Queued[0].Out.ID)
	require.Equal(t, []string{"OUT2", "OUT3"}, st.ready(id))
	require.Equal(t, []string{"in M1 received", "out OUT1 sent", "out OUT2 queued", "out OUT3 queued"}, st.history(id))
}

func tooManySends(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	var ids []string
	for i := range conversation.MaxSends + 1 {
		ids = append(ids, fmt.Sprint("OUT", i))
	}
	_, err := s.Conversations.Commit(t.Context(), st.commitFor(st.next(id), sends(ids...)...))
	require.ErrorIs(t, err, conversation.ErrTooLarge)
	require.Len(t, st.answers(id, ids[:conversation.MaxSends]...).Queued, conversation.MaxSends)
	require.Equal(t, ids[:conversation.MaxSends], st.ready(id))
}

func deadItems(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "poison")
	st.hears("M2", "hola")
	w := st.next(id)
	c := st.commitFor(w)
	c.Done, c.Failed = nil, []conversation.FailedItem{{N: w.Items[0].N, Reason: "panic"}}
	st.commit(c)
	require.Len(t, st.next(id).Items, 1)
	require.Equal(t, []string{"in M1 dead", "in M2 received"}, st.history(id))
	require.Equal(t, "panic", st.messages(id)[1].Code)
	require.False(t, st.append(in(ana(), "M1", "poison", noon)).Fresh)
}

func recall(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	agent := send("AGENT")
	agent.By = "usr_1"
	st.commit(st.commitFor(st.next(id), send("OUT1"), send("OUT2"), agent))
	st.settle(id, st.first(id), message.Sent, "")
	c := st.commitFor(st.next(id), send("OUT3"))
	c.Recall = true
	done := st.commit(c)
	require.Len(t, done.Recalled, 1)
	require.Equal(t, "OUT2", done.Recalled[0].ID)
	require.Equal(t, message.Dropped, done.Recalled[0].Status)
	require.Equal(t, []string{"AGENT", "OUT3"}, st.ready(id), "people's messages stay, and so do those of the commit itself")
	require.Equal(t, []string{"in M1 received", "out OUT1 sent", "out OUT2 dropped", "out AGENT queued", "out OUT3 queued"}, st.history(id))

	st.settle(id, conversation.OutboxItem{Out: message.Out{ID: "OUT2"}}, message.Sent, "")
	require.Contains(t, st.history(id), "out OUT2 sent", "it had left already: the truth wins")
}

func contactPatch(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	c := st.commitFor(st.next(id))
	c.Contact = []contact.Patch{
		{Key: "K1", AddTags: []string{"vip", "new"}, Vars: map[string]any{"name": "Ana", "n": float64(2)}, Language: "es-MX"},
		{Key: "K2", RemoveTags: []string{"new"}, Vars: map[string]any{"n": nil}, Fields: map[string]any{"marketing": "opt_in"}},
	}
	st.commit(c)
	got := st.next(id).Contact
	require.Equal(t, []string{"vip"}, got.Tags)
	require.Equal(t, map[string]any{"name": "Ana"}, got.Vars)
	require.Equal(t, map[string]any{"marketing": "opt_in"}, got.Fields)
	require.Equal(t, "es-MX", got.Language)
	require.Equal(t, "Ana", got.Name)
	st.hears("M2", "sigo aquí")
	require.Equal(t, got, st.next(id).Contact, "a further message changes nothing of it")
}

func staleOwner(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	done := st.commit(withTimer(st.commitFor(st.next(id), send("OUT1")), "T1", noon))
	st.hears("M2", "¿sigues ahí?")
	old, stale := st.lease(), st.commitFor(st.next(id), send("STALE"))
	next := *st
	next.epoch = 7
	next.adopt()

	_, err := s.Conversations.Commit(t.Context(), stale)
	require.ErrorIs(t, err, conversation.ErrStale)
	err = s.Conversations.Settle(t.Context(), old, []conversation.Outcome{{Conversation: id, Ord: done.Queued[0].Ord, MessageID: "OUT1", Status: message.Sent}})
	require.ErrorIs(t, err, conversation.ErrStale)
	_, err = s.Conversations.Fire(t.Context(), old, after(time.Hour), 10)
	require.ErrorIs(t, err, conversation.ErrStale)
	_, err = s.Conversations.Adopt(t.Context(), old)
	require.ErrorIs(t, err, conversation.ErrStale)

	require.Equal(t, []string{"OUT1"}, st.ready(id))
	require.Len(t, st.next(id).Items, 1, "the timer did not fire, the message is still new")
	a := st.append(in(pn("5491100000009"), "M9", "nuevo", noon))
	stale = st.commitFor(st.next(a.Conversation.ID), send("STALE"))
	_, err = s.Conversations.Commit(t.Context(), stale)
	require.ErrorIs(t, err, conversation.ErrStale, "also in a conversation that is younger than the new owner")
	next.answers(id, "OUT2")
}

func actsOfPeople(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	w := st.next(id)
	c := st.commitFor(w, conversation.Send{MessageID: "AGENT", To: ana(), Content: text("voy"), By: "usr_1"})
	c.Epoch, c.Done = 0, nil
	st.commit(c)
	require.Equal(t, []string{"AGENT"}, st.ready(id))
	require.Len(t, st.next(id).Items, 1)
	_, err := s.Conversations.Commit(t.Context(), st.commitFor(w, send("LATE")))
	require.ErrorIs(t, err, conversation.ErrConflict, "the owner has to look again")
	_, err = s.Conversations.Commit(t.Context(), c)
	require.ErrorIs(t, err, conversation.ErrConflict)
}

// first is the oldest item of the outbox.
func (s *scenario) first(id conversation.ID) conversation.OutboxItem {
	s.t.Helper()
	items, err := s.Conversations.Ready(s.ctx(), s.shop, id, -1<<62, 1)
	require.NoError(s.t, err)
	require.Len(s.t, items, 1)
	return items[0]
}
