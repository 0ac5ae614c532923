package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/message"
	"recado/internal/store/sqlite/native"
	"recado/internal/store/storetest"
)

// openRecords opens the database at path as a process of its own does: handles
// that other calls opened stay as they are until the test ends.
func openRecords(t *testing.T, path string) storetest.Stores {
	t.Helper()
	d, err := Open(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	r, err := NewRecords(t.Context(), d)
	require.NoError(t, err)
	return storetest.Stores{
		Conversations: r, Tenants: r, Channels: r, Flows: r, Epochs: r, Settings: r,
		Reopen: func(t *testing.T) storetest.Stores { return openRecords(t, path) },
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Stores {
		return openRecords(t, filepath.Join(t.TempDir(), "recado.db"))
	})
}

// eager appends the eager way, and waits.
type eager struct{ *Records }

func (e eager) Append(ctx context.Context, m message.In) (conversation.AppendResult, error) {
	a, p, err := e.AppendAsync(ctx, m)
	if err != nil || p == nil {
		return a, err
	}
	if err := p.Flush(ctx); err != nil {
		return a, err
	}
	return a, <-p.Stored()
}

func openEager(t *testing.T, path string) storetest.Stores {
	t.Helper()
	s := openRecords(t, path)
	s.Conversations = eager{s.Conversations.(*Records)}
	s.Reopen = func(t *testing.T) storetest.Stores { return openEager(t, path) }
	return s
}

func TestEagerRecords(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Stores {
		return openEager(t, filepath.Join(t.TempDir(), "recado.db"))
	})
}

// A message whose transaction fails is told so, and what was decided about it in
// the meantime is not stored without it.
func TestLostMessageTakesItsCommitAlong(t *testing.T) {
	t.Parallel()
	s := openRecords(t, filepath.Join(t.TempDir(), "recado.db"))
	r := s.Conversations.(*Records)
	peer := message.Peer{Phone: "5491100000001"}
	hear := func(id string) message.In {
		return message.In{
			Shop: "a", Channel: message.WhatsAppBaileys, ID: id, Chat: peer, Sender: peer, At: time.UnixMilli(1),
			Content: message.Content{Kind: message.Text, Text: id},
		}
	}
	_, err := r.Append(t.Context(), hear("M1"))
	require.NoError(t, err)

	disk := errors.New("the disk is full")
	var a conversation.AppendResult
	var lost string
	there := 1
	for lost == "" { // on a busy machine the first transaction may end before the second operation comes
		id := fmt.Sprint("M", there+1)
		var p conversation.Ticket
		a, p, err = r.AppendAsync(t.Context(), hear(id))
		require.NoError(t, err)
		require.True(t, a.Fresh)
		err = r.tenantStore.d.writeFlat(t.Context(), nil, func(ctx context.Context, tx *native.Conn) error {
			if _, err := tx.ExecContext(ctx, `UPDATE conversations SET unread = 9`); err != nil {
				return err
			}
			return disk
		})
		require.ErrorIs(t, err, disk)
		if err := <-p.Stored(); err == nil {
			there++
		} else {
			require.ErrorIs(t, err, disk)
			lost = id
		}
	}

	_, err = r.Commit(t.Context(), conversation.Commit{
		Shop: "a", Conversation: a.Conversation.ID, Rev: a.Conversation.Rev, Done: []int64{a.Message.N}, Run: []byte(`{}`),
		Sends: []conversation.Send{{MessageID: "OUT", To: peer, By: conversation.ByFlow}},
	})
	require.ErrorIs(t, err, conversation.ErrConflict)
	w, err := r.Next(t.Context(), "a", a.Conversation.ID, 10)
	require.NoError(t, err)
	require.Len(t, w.Items, there)
	require.Equal(t, there, w.Conversation.Unread)
	again, p, err := r.AppendAsync(t.Context(), hear(lost))
	require.NoError(t, err)
	require.True(t, again.Fresh, "it is not there")
	require.NoError(t, <-p.Stored(), "a message that nobody waits for gets there as well")
	again, p, err = r.AppendAsync(t.Context(), hear(lost))
	require.NoError(t, err)
	require.False(t, again.Fresh)
	require.Nil(t, p)
}
