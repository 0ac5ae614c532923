package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

func merge(t *testing.T, s Stores) {
	for i, c := range []struct {
		name  string
		peers []message.Peer
	}{
		{"hidden first", []message.Peer{hidden(), pn("5491100000001"), ana()}},
		{"phone first", []message.Peer{pn("5491100000001"), hidden(), ana()}},
		{"known from the start", []message.Peer{ana(), hidden(), pn("5491100000001")}},
		{"one learns the other", []message.Peer{hidden(), ana(), pn("5491100000001")}},
	} {
		name, peers := c.name, c.peers
		st := &scenario{t: t, Stores: s, shop: tenant.ShopID(fmt.Sprint("shop", i)), epoch: 1}
		st.adopt()
		var merged []conversation.ID
		for i, p := range peers {
			a := st.append(in(p, string(rune('A'+i)), "hola", after(time.Duration(i)*time.Minute)))
			require.True(t, a.Fresh, name)
			merged = append(merged, a.Merged...)
		}
		all := st.conversations()
		require.Len(t, all, 1, name)
		require.Equal(t, ana(), all[0].Contact.Peer, name)
		require.Equal(t, ana().Keys(), all[0].Contact.Aliases, name)
		require.Equal(t, []string{"in A received", "in B received", "in C received"}, st.history(all[0].Conversation.ID), name)
		require.Equal(t, 3, all[0].Conversation.Unread, name)
		for _, id := range merged {
			_, err := st.Conversations.Conversation(t.Context(), st.shop, id)
			require.ErrorIs(t, err, conversation.ErrNotFound, name)
		}
		for i, p := range peers {
			require.False(t, st.append(in(p, string(rune('A'+i)), "hola", noon)).Fresh, "%s: stored before, under whatever address", name)
		}
	}
}

func mergeWithWork(t *testing.T, s Stores) {
	st := newScenario(t, s)
	old := st.append(in(pn("5491100000001"), "P1", "hola", noon)).Conversation.ID
	c := withTimer(st.commitFor(st.next(old), send("OLD1")), "OLDTIMER", after(time.Hour))
	c.Run = []byte(`{"seq":1}`)
	st.commit(c)
	st.append(in(pn("5491100000001"), "P2", "otra", after(time.Minute)))

	id := st.append(in(hidden(), "L1", "hola", after(2*time.Minute))).Conversation.ID
	c = withTimer(st.commitFor(st.next(id), send("NEW1")), "NEWTIMER", after(2*time.Hour))
	c.Run = []byte(`{"seq":2}`)
	st.commit(c)
	require.NotEqual(t, old, id)
	inFlight, inFlightOld := st.commitFor(st.next(id)), st.commitFor(st.next(old))

	a := st.append(in(ana(), "B1", "soy yo", after(3*time.Minute)))
	require.Equal(t, id, a.Conversation.ID, "the one that moved last goes on")
	require.Equal(t, []conversation.ID{old}, a.Merged)
	for _, c := range []conversation.Commit{inFlight, inFlightOld} {
		_, err := s.Conversations.Commit(t.Context(), c)
		require.Error(t, err, "what was read before the merge is not written after it")
	}
	w := st.next(id)
	require.JSONEq(t, `{"seq":2}`, string(w.Conversation.Run))
	require.Len(t, w.Items, 2)
	require.Equal(t, "P2", w.Items[0].In.ID)
	require.Equal(t, "B1", w.Items[1].In.ID)
	require.Equal(t, []string{"OLD1", "NEW1"}, st.ready(id), "nothing that was promised is lost")
	require.Equal(t, after(2*time.Hour), st.nextTimer(), "the older run's timer went with it")
	st.settle(old, conversation.OutboxItem{Out: message.Out{ID: "OLD1"}}, message.Sent, "")
	require.Equal(t, []string{"NEW1"}, st.ready(id), "what was on its way is settled by its id")
	st.answers(id, "OUT2")
	require.Equal(t, []string{"in P1 received", "out OLD1 sent", "in P2 received", "in L1 received", "out NEW1 queued", "in B1 received", "out OUT2 queued"}, st.history(id))
	require.Len(t, st.conversations(), 1)
}

func numberChangesHands(t *testing.T, s Stores) {
	st := newScenario(t, s)
	first := st.append(in(ana(), "M1", "hola", noon))
	second := st.append(in(both("7002", "5491100000001"), "M2", "hola", after(time.Hour)))
	require.NotEqual(t, first.Contact.ID, second.Contact.ID, "another hidden id is another person")
	require.Empty(t, second.Merged)
	third := st.append(in(pn("5491100000001"), "M3", "hola", after(2*time.Hour)))
	require.Equal(t, second.Contact.ID, third.Contact.ID)
	fourth := st.append(in(hidden(), "M4", "hola", after(3*time.Hour)))
	require.Equal(t, first.Contact.ID, fourth.Contact.ID)
	require.Equal(t, hidden(), fourth.Contact.Peer, "the number is not hers any more")
}
