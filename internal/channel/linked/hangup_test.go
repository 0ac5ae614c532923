package linked_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/message"
)

// TestHangUpUnderLoad closes sessions while frames arrive and leave. What it
// leaves behind, a reader that waits for ever, is found by goleak when all
// tests of the package are through.
func TestHangUpUnderLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, sink := w.link(t)
	var writers sync.WaitGroup
	for round := range 25 {
		writers.Go(func() {
			for i := range 20 {
				w.ana.Say(shopNumber, fmt.Sprintf("pregunta %d.%d", round, i))
			}
		})
		w.Say(t, fmt.Sprint("hola ", round))
		sink.Text(t, fmt.Sprint("hola ", round))
		sends, stop := context.WithCancel(t.Context())
		writers.Go(func() {
			out := message.Out{To: w.Customer(), Content: message.Content{Kind: message.Text, Text: "respuesta"}}
			for i := 0; sends.Err() == nil; i++ {
				out.ID = fmt.Sprintf("3EB0%06X%012X", round, i)
				if _, err := s.Send(sends, out); err != nil {
					return // hung up
				}
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), channeltest.Patience)
		err := s.Close(ctx)
		cancel()
		stop()
		writers.Wait()
		if err != nil {
			t.Fatalf("close: %v", err)
		}
		sink = channeltest.NewSink()
		s = w.Open(t, sink)
		channeltest.Event[channel.Ready](t, sink, 1)
	}
}
