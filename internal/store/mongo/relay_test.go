package mongo

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/cluster"
	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/message"
)

var errKilled = errors.New("killed")

// TestRelayIsRepeated kills the process before every effect of a commit is
// carried out, and before they are taken off the conversation. The next owner
// finishes the commit; the end is the same each time, and nothing happens twice.
func TestRelayIsRepeated(t *testing.T) {
	t.Parallel()
	const shop, web = "a", message.WhatsAppBaileys
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ana := message.Peer{Phone: "5491100000001"}
	for _, line := range []string{doDone, doRecall, doSend, doTimer, doContact, "pull"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			uri := server.Database(t)
			s := open(t, uri)
			ctx := context.WithoutCancel(t.Context())
			_, err := s.Adopt(ctx, cluster.Lease{Shop: shop, Epoch: 1})
			require.NoError(t, err)
			text := func(s string) message.Content { return message.Content{Kind: message.Text, Text: s} }
			hear := func(id string) conversation.ID {
				a, err := s.Append(ctx, message.In{Shop: shop, Channel: web, ID: id, Chat: ana, Sender: ana, At: noon, Content: text(id)})
				require.NoError(t, err)
				return a.Conversation.ID
			}
			answer := func(mid string) conversation.Commit {
				w, err := s.Next(ctx, shop, hear("M"+mid), 10)
				require.NoError(t, err)
				return conversation.Commit{
					Shop: shop, Conversation: w.Conversation.ID, Rev: w.Conversation.Rev, Epoch: 1, Done: []int64{w.Items[0].N}, Recall: true,
					Sends:   []conversation.Send{{MessageID: mid, To: ana, Content: text(mid), By: conversation.ByFlow}},
					Timers:  []conversation.TimerChange{{Timer: conversation.Timer{Token: "T", Due: noon.Add(time.Hour)}}},
					Contact: []contact.Patch{{Key: "K" + mid, AddTags: []string{"tag" + mid}}}, At: noon,
				}
			}
			first := answer("OUT1")
			_, err = s.Commit(ctx, first)
			require.NoError(t, err)
			require.NoError(t, s.Relay(ctx, shop, first.Conversation))

			second := answer("OUT2")
			done, err := s.Commit(ctx, second)
			require.NoError(t, err)
			require.Len(t, done.Recalled, 1)
			s.crash = func(at string) error {
				if at == line {
					return errKilled
				}
				return nil
			}
			require.ErrorIs(t, s.Relay(ctx, shop, second.Conversation), errKilled)

			s = open(t, uri)
			b, err := s.Adopt(ctx, cluster.Lease{Shop: shop, Epoch: 2})
			require.NoError(t, err)
			require.Empty(t, b.Inbox)
			require.Equal(t, []conversation.ID{second.Conversation}, b.Outbox)
			require.NoError(t, s.Relay(ctx, shop, second.Conversation))
			items, err := s.Ready(ctx, shop, second.Conversation, -1<<62, 10)
			require.NoError(t, err)
			require.Equal(t, done.Queued, items)
			l, err := s.Conversation(ctx, shop, second.Conversation)
			require.NoError(t, err)
			require.Equal(t, []string{"tagOUT1", "tagOUT2"}, l.Contact.Tags)
			due, err := s.NextTimer(ctx, shop)
			require.NoError(t, err)
			require.Equal(t, noon.Add(time.Hour), due)
			list, err := s.Messages(ctx, shop, second.Conversation, conversation.Newest, 10)
			require.NoError(t, err)
			var history []string
			for _, m := range list {
				history = append(history, m.ID+" "+string(m.Status))
			}
			require.Equal(t, []string{"OUT2 queued", "MOUT2 received", "OUT1 dropped", "MOUT1 received"}, history)
		})
	}
}

// TestCommitsWhileRelaying: a commit that comes in before the effects are taken off
// keeps its own, and nothing stays behind of either.
func TestCommitsWhileRelaying(t *testing.T) {
	t.Parallel()
	const shop, web = "a", message.WhatsAppBaileys
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ana := message.Peer{Phone: "5491100000001"}
	s := open(t, server.Database(t))
	ctx := t.Context()
	_, err := s.Adopt(ctx, cluster.Lease{Shop: shop, Epoch: 1})
	require.NoError(t, err)
	text := func(s string) message.Content { return message.Content{Kind: message.Text, Text: s} }
	a, err := s.Append(ctx, message.In{Shop: shop, Channel: web, ID: "M1", Chat: ana, Sender: ana, At: noon, Content: text("hola")})
	require.NoError(t, err)
	id := a.Conversation.ID
	commit := func(mid string) {
		l, err := s.Conversation(ctx, shop, id)
		require.NoError(t, err)
		_, err = s.Commit(ctx, conversation.Commit{
			Shop: shop, Conversation: id, Rev: l.Conversation.Rev, Epoch: 1, At: noon,
			Sends: []conversation.Send{{MessageID: mid, To: ana, Content: text(mid), By: conversation.ByFlow}},
		})
		require.NoError(t, err)
	}
	commit("OUT1")
	s.crash = func(at string) error {
		if at == "pull" {
			s.crash = func(string) error { return nil }
			commit("OUT2")
		}
		return nil
	}
	require.NoError(t, s.Relay(ctx, shop, id))
	left := func() (keys []string, unrelayed bool) {
		d, err := s.relayer.conversations.conv(ctx, shop, id)
		require.NoError(t, err)
		known, ok := s.cache.conv(d.Key, d.Rev)
		require.True(t, ok)
		require.Equal(t, d.effectKeys(), known.effectKeys(), "what is known of it")
		return d.effectKeys(), d.Unrelayed
	}
	keys, unrelayed := left()
	require.Len(t, keys, 1)
	require.True(t, unrelayed)
	require.NoError(t, s.Relay(ctx, shop, id))
	keys, unrelayed = left()
	require.Empty(t, keys)
	require.False(t, unrelayed)
	items, err := s.Ready(ctx, shop, id, -1<<62, 10)
	require.NoError(t, err)
	require.Len(t, items, 2)
}

// TestMergesUnrelayed: what commits made of two contacts who turn out to be one is
// kept, also before it is relayed.
func TestMergesUnrelayed(t *testing.T) {
	t.Parallel()
	const shop = "a"
	s := open(t, server.Database(t))
	ctx := t.Context()
	_, err := s.Adopt(ctx, cluster.Lease{Shop: shop, Epoch: 1})
	require.NoError(t, err)
	for i, peer := range []message.Peer{{Phone: ana.Phone}, {LID: ana.LID}} {
		a, err := s.Append(ctx, heard(shop, peer, "M"+peer.Phone, i))
		require.NoError(t, err)
		_, err = s.Commit(ctx, conversation.Commit{
			Shop: shop, Conversation: a.Conversation.ID, Rev: a.Conversation.Rev, Epoch: 1, At: dawn,
			Contact: []contact.Patch{{Key: "K" + peer.Phone, AddTags: []string{"of " + peer.Keys()[0]}}},
		})
		require.NoError(t, err)
	}
	a, err := s.Append(ctx, heard(shop, ana, "M3", 3))
	require.NoError(t, err)
	require.Len(t, a.Merged, 1)
	w, err := s.Next(ctx, shop, a.Conversation.ID, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"of lid:" + ana.LID, "of pn:" + ana.Phone}, w.Contact.Tags)
}

// TestAKeyOfNobody: a key that leads to a contact who is no more, as a crash may leave
// it, is the next one's.
func TestAKeyOfNobody(t *testing.T) {
	t.Parallel()
	s := open(t, server.Database(t))
	ctx := t.Context()
	_, err := s.db.aliases.InsertOne(ctx, aliasDoc{aliasKey("a", ana.Keys()[0]), "a", "ct_gone"})
	require.NoError(t, err)
	first, err := s.Append(ctx, heard("a", ana, "M1", 1))
	require.NoError(t, err)
	second, err := s.Append(ctx, heard("a", message.Peer{LID: ana.LID}, "M2", 2))
	require.NoError(t, err)
	require.Equal(t, first.Conversation.ID, second.Conversation.ID)
}
