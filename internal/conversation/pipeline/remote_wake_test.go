package pipeline_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/conversation"
	"recado/internal/conversation/pipeline"
)

// A person writes on a node that does not own the shop: the owner sends it,
// because it gets the event, or because it rescans after it may have missed one.
func TestAnotherNodeStores(t *testing.T) {
	t.Parallel()
	for name, notify := range map[string]func(w *world, feed <-chan bus.Event){
		"the event arrives": func(w *world, feed <-chan bus.Event) {
			for e := range feed {
				if w.service.OnRemoteWake(e); e.Name == pipeline.EventWake {
					return
				}
			}
		},
		"the event is missed": func(w *world, _ <-chan bus.Event) { w.service.RescanShops() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, tacos)
			w.publish(tacos, echo)
			w.mustWrite(peer(1), "M1", "hola")
			w.sees(peer(1), "echo hola")
			feed, err := w.events.Subscribe(t.Context(), 100)
			require.NoError(t, err)
			other := pipeline.New(pipeline.Options{
				Store: w.store, Flows: w.flows, Bus: w.events, Sender: w.phones, Now: w.clock.now, Log: slog.New(slog.DiscardHandler),
			})
			_, err = other.Send(t.Context(), tacos, conversation.SendRequest{
				To: peer(1), Channel: web, Content: text("from the other node"), By: "usr_1",
			})
			require.NoError(t, err)
			notify(w, feed)
			w.sees(peer(1), "echo hola", "from the other node")
		})
	}
}
