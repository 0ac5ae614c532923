package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

func outboxOrder(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	later := send("OUT2")
	later.NotBefore, later.Quoted, later.Typing = after(time.Hour), "M1", true
	queued := st.commit(st.commitFor(st.next(id), send("OUT1"), later)).Queued
	queued = append(queued, st.answers(id, "OUT3").Queued...)

	items, err := s.Conversations.Ready(t.Context(), shopA, id, -1<<62, 2)
	require.NoError(t, err)
	require.Equal(t, queued[:2], items, "what waits for its time keeps its place")
	require.Equal(t, after(time.Hour), items[1].NotBefore)
	require.Equal(t, "M1", items[1].Out.Quoted)
	require.True(t, items[1].Typing)
	require.False(t, items[0].Typing)
	items, err = s.Conversations.Ready(t.Context(), shopA, id, items[0].Ord, 10)
	require.NoError(t, err)
	require.Equal(t, queued[1:], items)
	require.Equal(t, []conversation.ID{id}, st.adopt().Outbox)

	for _, item := range queued {
		st.settle(id, item, message.Sent, "")
	}
	require.Empty(t, st.ready(id))
	require.Empty(t, st.adopt().Outbox)
	items, err = s.Conversations.Ready(t.Context(), shopA, "cv_none", 0, 10)
	require.NoError(t, err)
	require.Empty(t, items)
}

func settle(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	q := st.answers(id, "OUT1", "OUT2", "OUT3", "OUT4").Queued
	require.NoError(t, s.Conversations.Settle(t.Context(), st.lease(), []conversation.Outcome{
		{Conversation: id, Ord: q[0].Ord, MessageID: "OUT1", Status: message.Sent},
		{Conversation: id, Ord: q[1].Ord, MessageID: "OUT2", Status: message.Failed, Code: "not_on_whatsapp"},
		{Conversation: id, Ord: q[2].Ord, MessageID: "OUT3", Status: message.Dropped, Code: "expired"},
		{Conversation: id, Ord: 99, MessageID: "NONE", Status: message.Sent},
	}))
	want := []string{"in M1 received", "out OUT1 sent", "out OUT2 failed", "out OUT3 dropped", "out OUT4 queued"}
	require.Equal(t, want, st.history(id))
	require.Equal(t, "not_on_whatsapp", st.messages(id)[2].Code)
	require.Equal(t, []string{"OUT4"}, st.ready(id))
	st.settle(id, q[0], message.Failed, "late")
	st.settle(id, q[1], message.Dropped, "late")
	require.Equal(t, want, st.history(id), "an end is an end, sent is no way back")
	require.NoError(t, s.Conversations.Settle(t.Context(), st.lease(), nil))
}

func updates(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	for _, item := range st.answers(id, "OUT1", "OUT2", "OUT3").Queued {
		st.settle(id, item, message.Sent, "")
	}
	update := func(status message.Status, ids ...string) []string {
		t.Helper()
		changed, err := s.Conversations.Update(t.Context(), message.Update{
			Shop: shopA, Channel: web, Chat: ana(), IDs: ids, Status: status, At: after(time.Minute),
		})
		require.NoError(t, err)
		var got []string
		for _, m := range changed {
			require.Equal(t, id, m.Conversation)
			require.Equal(t, status, m.Status)
			got = append(got, m.ID)
		}
		return got
	}
	require.Equal(t, []string{"OUT1", "OUT2"}, update(message.Delivered, "OUT1", "NONE", "OUT2", "M1"))
	require.Empty(t, update(message.Delivered, "OUT1"), "again")
	require.Equal(t, []string{"OUT1", "OUT3"}, update(message.Read, "OUT1", "OUT3"))
	require.Empty(t, update(message.Delivered, "OUT1"), "read is further")
	require.Equal(t, []string{"in M1 received", "out OUT1 read", "out OUT2 delivered", "out OUT3 read"}, st.history(id))

	// The receipt may arrive before the outcome is settled.
	item := st.answers(id, "OUT4").Queued[0]
	require.Equal(t, []string{"OUT4"}, update(message.Delivered, "OUT4"))
	require.Empty(t, st.ready(id), "what arrived is not sent again")
	st.settle(id, item, message.Sent, "")
	require.Contains(t, st.history(id), "out OUT4 delivered")
	_, err := s.Conversations.Update(t.Context(), message.Update{Shop: shopA, IDs: []string{"OUT1"}, Status: message.Failed})
	require.Error(t, err)
}

func sent(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	queued := st.answers(id, "OUT1").Queued[0]
	for range 2 {
		item, m, err := s.Conversations.Sent(t.Context(), shopA, web, "OUT1")
		require.NoError(t, err)
		require.Equal(t, queued, item)
		require.Equal(t, "OUT1", m.ID)
		st.settle(id, queued, message.Sent, "")
	}
	for _, missing := range []string{"M1", "NONE", ""} {
		_, _, err := s.Conversations.Sent(t.Context(), shopA, web, missing)
		require.ErrorIs(t, err, conversation.ErrNotFound, missing)
	}
	_, _, err := s.Conversations.Sent(t.Context(), shopA, message.WhatsAppWeb, "OUT1")
	require.ErrorIs(t, err, conversation.ErrNotFound, "another channel")
}
