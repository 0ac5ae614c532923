package linked_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/channel/linked"
	"recado/internal/message"

	"go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"
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

// TestReaderIsWaitedFor: an error of the stream wakes who waits for the
// reader's end, and is none; the end is heard as soon as it comes, also when
// whatsmeow expects it and fires no event.
func TestReaderIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _ := w.link(t)
	client := linked.ClientOf(s)
	whatsmeow := client.DangerousInternals() //nolint:staticcheck // deprecated as a warning only: it says when the stream errs
	whatsmeow.ExpectDisconnect()
	ended := make(chan bool, 1)
	go func() { ended <- linked.ReaderEnded(client, channeltest.Patience) && !client.IsConnected() }()
	for range 1000 {
		whatsmeow.ClearResponseWaiters(&binary.Node{Tag: "stream:error"})
		runtime.Gosched()
	}
	w.Drop(t)
	if !<-ended {
		t.Error("the end of the reader was not noticed")
	}
}

// TestHangUpIsNotTold: a disconnect that we bring about is no event, which
// might reach the handler of the connection that follows.
func TestHangUpIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _ := w.link(t)
	fired := make(chan struct{}, 1)
	linked.ClientOf(s).AddEventHandler(func(evt any) {
		if _, ok := evt.(*events.Disconnected); ok {
			fired <- struct{}{}
		}
	})
	if err := s.Close(t.Context()); err != nil {
		t.Fatalf("close: %v", err)
	}
	select {
	case <-fired:
		t.Error("whatsmeow fired an event")
	case <-time.After(100 * time.Millisecond): // the event has a goroutine of its own
	}
}
