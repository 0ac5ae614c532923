package linked_test

import (
	"testing"

	"recado/internal/channel"
	"recado/internal/message"
)

// The customer sees that the shop types until its message comes, and the shop's
// phone goes on ringing: the device never says that it is available.
func TestTyping(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, sink := w.link(t)
	w.Say(t, "hola")
	sink.Text(t, "hola")
	typist := s.(channel.TypingNotifier)
	if err := typist.Typing(t.Context(), message.Peer{}); err == nil {
		t.Error("typed without a recipient")
	}
	if err := typist.Typing(t.Context(), w.Customer()); err != nil {
		t.Fatal(err)
	}
	w.ana.WaitTyping(shopNumber)
	if _, err := s.Send(t.Context(), message.Out{ID: "3EB0000000000000000001", To: w.Customer(), Content: message.Content{Kind: message.Text, Text: "va"}}); err != nil {
		t.Fatal(err)
	}
	w.ana.WaitText("va")
	if got := w.ana.Typing(shopNumber); got.Now || got.Times != 1 {
		t.Errorf("after the message: %+v", got)
	}
	phone, err := w.sim.Server.Phone(shopNumber)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range phone.Devices {
		if d.Available {
			t.Error("the device keeps the shop's phone from ringing")
		}
	}
}
