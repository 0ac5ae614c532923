package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
)

// isolation fills shop A with one of everything, lets shop B speak every verb
// with A's ids, and looks whether A noticed.
func isolation(t *testing.T, s Stores) {
	a := newScenario(t, s)
	id := a.hears("M1", "hola")
	c := withTimer(a.commitFor(a.next(id), send("OUT1")), "T1", after(time.Minute))
	c.Run = []byte(`{"seq":1}`)
	a.commit(c)
	a.hears("M2", "otra")
	_, err := s.Conversations.PutAsset(t.Context(), conversation.Asset{Shop: shopA, Name: "menu.jpg"}, strings.NewReader("A's"))
	require.NoError(t, err)
	work, history := a.next(id), a.history(id)

	b := &scenario{t: t, Stores: s, shop: shopB, epoch: 9}
	require.Equal(t, conversation.Unfinished{}, b.adopt())
	store := s.Conversations
	missing := func(what string, err error) {
		t.Helper()
		require.ErrorIs(t, err, conversation.ErrNotFound, what)
	}
	ctx := t.Context()
	_, err = store.Next(ctx, shopB, id, 10)
	missing("Next", err)
	foreign := b.commitFor(work, send("OUT9"))
	_, err = store.Commit(ctx, foreign)
	missing("Commit", err)
	foreign.Epoch = 0
	_, err = store.Commit(ctx, foreign)
	missing("Commit by people", err)
	require.NoError(t, store.Relay(ctx, shopB, id))
	require.Empty(t, b.ready(id), "Ready")
	require.NoError(t, store.Settle(ctx, b.lease(), []conversation.Outcome{{Conversation: id, Ord: 2, MessageID: "OUT1", Status: message.Failed}}))
	changed, err := store.Update(ctx, message.Update{Shop: shopB, Channel: web, Chat: ana(), IDs: []string{"OUT1"}, Status: message.Read})
	require.NoError(t, err)
	require.Empty(t, changed, "Update")
	_, _, err = store.Sent(ctx, shopB, web, "OUT1")
	missing("Sent", err)
	require.Empty(t, b.fire(after(time.Hour), 10), "Fire")
	require.Zero(t, b.nextTimer(), "NextTimer")
	_, err = store.Conversation(ctx, shopB, id)
	missing("Conversation", err)
	require.Empty(t, b.conversations(), "Conversations")
	_, err = store.Messages(ctx, shopB, id, conversation.Newest, 10)
	missing("Messages", err)
	missing("MarkRead", store.MarkRead(ctx, shopB, id))
	assetIsolation(ctx, t, s)

	// The same people and ids in both shops are two of each.
	m := in(ana(), "M1", "hola", noon)
	own := b.append(m)
	require.True(t, own.Fresh)
	require.NotEqual(t, id, own.Conversation.ID)
	require.NotEqual(t, work.Contact.ID, own.Contact.ID)
	b.answers(own.Conversation.ID, "OUT1")
	b.settle(own.Conversation.ID, b.first(own.Conversation.ID), message.Sent, "")
	opened, err := store.Open(ctx, shopB, web, ana(), noon)
	require.NoError(t, err)
	require.Equal(t, own.Conversation.ID, opened.Conversation.ID)

	require.Equal(t, work, a.next(id))
	require.Equal(t, history, a.history(id))
	require.Equal(t, []string{"OUT1"}, a.ready(id))
	require.Equal(t, after(time.Minute), a.nextTimer())
	require.Len(t, a.conversations(), 1)
}

func assetIsolation(ctx context.Context, t *testing.T, s Stores) {
	t.Helper()
	store := s.Conversations
	_, err := store.Asset(ctx, shopB, "menu.jpg")
	require.ErrorIs(t, err, conversation.ErrNotFound)
	var out strings.Builder
	require.ErrorIs(t, store.WriteAsset(ctx, shopB, "menu.jpg", &out), conversation.ErrNotFound)
	require.ErrorIs(t, store.DeleteAsset(ctx, shopB, "menu.jpg"), conversation.ErrNotFound)
	list, err := store.Assets(ctx, shopB)
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = store.PutAsset(ctx, conversation.Asset{Shop: shopB, Name: "menu.jpg"}, strings.NewReader("B's"))
	require.NoError(t, err)
	require.NoError(t, store.WriteAsset(ctx, shopA, "menu.jpg", &out))
	require.Equal(t, "A's", out.String())
}
