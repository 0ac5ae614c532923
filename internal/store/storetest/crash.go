package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/tenant"
)

// crashes walks one message from its arrival to its answer's delivery, and
// kills the process after every line of the walk: with the line done and the
// next one never begun. Each time the new owner repeats the waiting work,
// and the end is the same.
func crashes(t *testing.T, s Stores) {
	const lines = 6
	for line := range lines {
		st := &scenario{t: t, Stores: s, shop: tenant.ShopID(fmt.Sprint("shop", line)), epoch: 1}
		st.adopt()
		walk(st, line)
	}
}

func walk(st *scenario, crashAfter int) {
	t := st.t
	t.Helper()
	line := 0
	crashed := func() bool { line++; return line-1 == crashAfter }

	m := in(ana(), "M1", "hola", noon)
	id := st.append(m).Conversation.ID
	if crashed() {
		require.Equal(t, []conversation.ID{id}, st.crash().Inbox)
		require.False(t, st.append(m).Fresh, "WhatsApp delivers again")
	}
	commit := func() conversation.Commit {
		c := withTimer(st.commitFor(st.next(id), send("OUT1")), "T1", after(time.Hour))
		c.Run = []byte(`{"seq":1}`)
		c.Contact = []contact.Patch{{Key: "K1", AddTags: []string{"vip"}}}
		return c
	}
	first := commit()
	if crashed() { // computed, not committed
		st.crash()
		first = commit()
	}
	_, err := st.Conversations.Commit(t.Context(), first)
	require.NoError(t, err)
	if crashed() { // committed, not relayed
		require.Equal(t, []conversation.ID{id}, st.crash().Outbox)
		again := first
		again.Epoch = st.epoch
		_, err = st.Conversations.Commit(t.Context(), again)
		require.ErrorIs(t, err, conversation.ErrConflict)
	}
	require.NoError(t, st.Conversations.Relay(t.Context(), st.shop, id))
	if crashed() { // relayed, not sent; or sent, not settled
		require.Equal(t, []conversation.ID{id}, st.crash().Outbox)
	}
	require.Equal(t, []string{"OUT1"}, st.ready(id))
	st.settle(id, st.first(id), message.Sent, "")
	if crashed() { // settled, before the phone's receipt
		b := st.crash()
		require.Empty(t, b.Outbox)
		require.Empty(t, b.Inbox)
	}
	u := message.Update{Shop: st.shop, Channel: web, Chat: ana(), IDs: []string{"OUT1"}, Status: message.Delivered, At: noon}
	_, err = st.Conversations.Update(t.Context(), u)
	require.NoError(t, err)
	if crashed() {
		st.crash()
		changed, err := st.Conversations.Update(t.Context(), u)
		require.NoError(t, err)
		require.Empty(t, changed)
	}

	w := st.next(id)
	require.Empty(t, w.Items)
	require.JSONEq(t, `{"seq":1}`, string(w.Conversation.Run))
	require.Equal(t, []string{"vip"}, w.Contact.Tags)
	require.Equal(t, 1, w.Conversation.Unread)
	require.Equal(t, after(time.Hour), st.nextTimer())
	require.Equal(t, []string{"in M1 received", "out OUT1 delivered"}, st.history(id))
}
