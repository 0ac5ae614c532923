package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

func conversationPages(t *testing.T, s Stores) {
	st := newScenario(t, s)
	want := make([]conversation.ID, 0, 12)
	for i := range 12 {
		at := after(time.Duration(i/3) * time.Minute) // three of each time
		want = append(want, st.append(in(pn(fmt.Sprint("54911", i)), "M1", "hola", at)).Conversation.ID)
	}
	moved := st.append(in(pn("549110"), "M2", "otra", after(time.Hour))).Conversation.ID
	var got []conversation.ID
	var page conversation.Page
	var last time.Time
	for page.Limit = 5; ; {
		list, err := s.Conversations.Conversations(t.Context(), shopA, page)
		require.NoError(t, err)
		if len(list) == 0 {
			break
		}
		require.LessOrEqual(t, len(list), 5)
		for _, l := range list {
			require.True(t, last.IsZero() || !l.Conversation.Last.At.After(last), "the newest first")
			last = l.Conversation.Last.At
			got = append(got, l.Conversation.ID)
			require.Equal(t, l.Contact.ID, l.Conversation.Contact)
		}
		page.Before, page.BeforeID = last, got[len(got)-1]
	}
	require.Equal(t, moved, got[0])
	require.ElementsMatch(t, want, got, "each one once")
}

func messagePages(t *testing.T, s Stores) {
	st := newScenario(t, s)
	var id conversation.ID
	for i := range 7 {
		id = st.hears(fmt.Sprint("M", i), "hola")
		st.answers(id, fmt.Sprint("OUT", i))
	}
	var got []string
	before := int64(conversation.Newest)
	for {
		list, err := s.Conversations.Messages(t.Context(), shopA, id, before, 4)
		require.NoError(t, err)
		if len(list) == 0 {
			break
		}
		for _, m := range list {
			require.Less(t, m.N, before)
			before = m.N
			got = append(got, m.ID)
		}
	}
	require.Equal(t, []string{"OUT6", "M6", "OUT5", "M5", "OUT4", "M4", "OUT3", "M3", "OUT2", "M2", "OUT1", "M1", "OUT0", "M0"}, got)
	_, err := s.Conversations.Messages(t.Context(), shopA, "cv_none", conversation.Newest, 4)
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

func openConversation(t *testing.T, s Stores) {
	st := newScenario(t, s)
	open := func(channel message.ChannelType, peer message.Peer) conversation.ConversationWithContact {
		t.Helper()
		l, err := s.Conversations.Open(t.Context(), shopA, channel, peer, noon)
		require.NoError(t, err)
		return l
	}
	l := open(web, pn("5491100000001"))
	require.Equal(t, pn("5491100000001"), l.Contact.Peer)
	require.Zero(t, l.Conversation.Unread)
	require.Equal(t, l, open(web, pn("5491100000001")))
	require.Empty(t, st.conversations(), "nothing to show yet")
	require.NotEqual(t, l.Conversation.ID, open(message.WhatsAppWeb, pn("5491100000001")).Conversation.ID)
	require.Equal(t, l.Contact.ID, open(message.WhatsAppWeb, pn("5491100000001")).Contact.ID)
	require.Equal(t, l.Conversation.ID, st.hears("M1", "hola"), "her answer finds it")
	require.Equal(t, l.Conversation.ID, open(web, hidden()).Conversation.ID)
	_, err := s.Conversations.Open(t.Context(), shopA, web, message.Peer{}, noon)
	require.ErrorIs(t, err, message.ErrContent)
	got, err := s.Conversations.Conversation(t.Context(), shopA, l.Conversation.ID)
	require.NoError(t, err)
	require.Equal(t, "Ana", got.Contact.Name)
	_, err = s.Conversations.Conversation(t.Context(), shopA, "cv_none")
	require.ErrorIs(t, err, conversation.ErrNotFound)
}

func unread(t *testing.T, s Stores) {
	st := newScenario(t, s)
	id := st.hears("M1", "hola")
	st.hears("M2", "¿están?")
	w := st.next(id)
	require.Equal(t, 2, w.Conversation.Unread)
	require.NoError(t, s.Conversations.MarkRead(t.Context(), shopA, id))
	require.Zero(t, st.next(id).Conversation.Unread)
	st.commit(st.commitFor(w)) // looking is not a change that a step has to know of
	st.hears("M3", "hola")
	require.Equal(t, 1, st.next(id).Conversation.Unread)
	require.ErrorIs(t, s.Conversations.MarkRead(t.Context(), shopA, "cv_none"), conversation.ErrNotFound)
}
