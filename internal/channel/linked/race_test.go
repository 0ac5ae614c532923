package linked_test

import (
	"fmt"
	"slices"
	"testing"

	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/wasim"
)

// chatter lets the customer write while another goroutine sends replies, and
// returns how many replies the customer's phone could not read.
func chatter(t *testing.T, w *world, replies int) int {
	t.Helper()
	s, sink := w.link(t)
	w.Say(t, "hola")
	sink.Text(t, "hola")
	questions, stopped := make(chan int, 1), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := range questions {
			w.ana.Say(shopNumber, fmt.Sprint("pregunta ", i))
		}
	}()
	out := message.Out{To: w.Customer(), Content: message.Content{Kind: message.Text}}
	for i := range replies {
		questions <- i // one is on its way while the next reply is encrypted
		out.ID, out.Content.Text = fmt.Sprintf("3EB0%018X", i), fmt.Sprint("respuesta ", i)
		if _, err := s.Send(t.Context(), out); err != nil {
			t.Fatalf("reply %d: %v", i, err)
		}
	}
	close(questions)
	<-stopped
	w.ana.WaitFor("the last reply", func(screen []wasim.ScreenMessage) bool {
		for _, b := range slices.Backward(screen) {
			if b.ID == out.ID {
				return true
			}
		}
		return len(w.unreadable()) > 0
	})
	return len(w.unreadable())
}

// TestRepliesWhileTheCustomerWrites is the ratchet race: encrypting and
// decrypting for one address at once must not use a message key twice.
func TestRepliesWhileTheCustomerWrites(t *testing.T) {
	t.Parallel()
	if n := chatter(t, newWorld(t), 10_000); n > 0 {
		t.Errorf("%d replies could not be read", n)
	}
}

// TestRepliesWithoutTheCompare shows what the protection is for.
func TestRepliesWithoutTheCompare(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.readable = false
	w.options.Devices = signalstore.New(kv.NewMemory(), signalstore.Options{UnsafeNoCompare: true})
	for range 20 {
		if chatter(t, w, 500) > 0 {
			return
		}
		w = newWorld(t)
		w.readable = false
		w.options.Devices = signalstore.New(kv.NewMemory(), signalstore.Options{UnsafeNoCompare: true})
	}
	t.Error("10 000 replies without the compare-and-swap were all readable: the test above proves nothing")
}
