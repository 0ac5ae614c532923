package pipeline_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
	"recado/internal/message"
)

// witness is a store that says of a message that comes again where it waits.
type witness struct{ conversation.Store }

func (s witness) Append(ctx context.Context, m message.In) (conversation.AppendResult, error) {
	a, err := s.Store.Append(ctx, m)
	if err != nil || a.Fresh {
		return a, err
	}
	l, err := s.Open(ctx, m.Shop, m.Channel, m.Chat, m.At)
	a.Conversation = conversation.Conversation{Shop: m.Shop, ID: l.Conversation.ID}
	return a, err
}

// What a killed process had on its way to the store may get there when the next
// one has asked what waits. WhatsApp delivers it again, and that it is there
// already must not keep it waiting, while what was written later is answered.
func TestStoredByAProcessThatWasKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Store = witness{o.Store} }, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(2), "M0", "hola")
	w.sees(peer(2), "echo hola") // what waited was asked for
	first := says(tacos, peer(1), "M1", "one", w.clock.now())
	_, err := w.store.Append(t.Context(), first)
	require.NoError(t, err)

	require.NoError(t, w.service.Receive(t.Context(), first))
	w.mustWrite(peer(1), "M2", "two")
	w.sees(peer(1), "echo one", "echo two")
	w.historyIs(peer(1), "in received one", "in received two", "out sent echo one", "out sent echo two")
}
