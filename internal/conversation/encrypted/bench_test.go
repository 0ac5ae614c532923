package encrypted_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/conversation/encrypted"
	"recado/internal/message"
	"recado/internal/vault/vaulttest"
)

// BenchmarkAnswered is the price of the seal for one message and its answer, the
// store left out: an append, and a commit with half a kilobyte of run, a short
// trace and a text. cpu-µs/op is for the two messages together.
func BenchmarkAnswered(b *testing.B) {
	store := encrypted.New(&mirror{}, vaulttest.New(b))
	run, trace := fmt.Appendf(nil, `{"vars":{"pedido":%q}}`, make([]byte, 120)), fmt.Appendf(nil, `{"steps":%q}`, make([]byte, 200))
	peer := message.Peer{LID: "77001122334455", Phone: "5491155550000"}
	in := message.In{
		Shop: shop, Channel: web, ID: "3EB0C767D82B3C2A", Chat: peer, Sender: peer, Name: "Ana García", At: noon,
		Content: message.Content{Kind: message.Text, Text: "hola, quisiera dos tacos al pastor y una horchata"},
	}
	commit := conversation.Commit{
		Shop: shop, Run: run, Trace: trace, At: noon,
		Sends: []conversation.Send{{
			MessageID: "3EB0C767D82B3C2B", To: peer, By: "flow",
			Content: message.Content{Kind: message.Text, Text: "¡Claro! Dos tacos al pastor y una horchata. ¿Algo más?"},
		}},
	}
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		_, err := store.Append(b.Context(), in)
		require.NoError(b, err)
		_, err = store.Commit(b.Context(), commit)
		require.NoError(b, err)
	}
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/1000/float64(b.N), "cpu-µs/op")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// mirror is a store that returns what it was given.
type mirror struct {
	conversation.Store
	last    conversation.Conversation
	contact contact.Contact
}

func (m *mirror) Append(_ context.Context, in message.In) (conversation.AppendResult, error) {
	m.last.Last = conversation.PreviewOf(in.ID, conversation.Incoming, in.Content, in.At)
	m.contact = contact.Contact{Peer: in.Chat, Aliases: in.Chat.Keys(), Name: in.Name}
	return conversation.AppendResult{
		Fresh: true, Conversation: m.last, Contact: m.contact,
		Message: conversation.Message{ID: in.ID, Content: in.Content},
	}, nil
}

func (m *mirror) Commit(_ context.Context, c conversation.Commit) (conversation.CommitResult, error) {
	s := c.Sends[0]
	m.last.Run, m.last.Last = c.Run, conversation.PreviewOf(s.MessageID, conversation.Outgoing, s.Content, c.At)
	return conversation.CommitResult{Conversation: m.last, Queued: []conversation.OutboxItem{
		{Out: message.Out{ID: s.MessageID, To: s.To, Content: s.Content}},
	}}, nil
}
