package wasim_test

import (
	"context"
	"testing"

	"recado/internal/wasim"
	"recado/internal/wasim/wasimtest"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
)

// One question of a customer and the answer of a whatsmeow client with a store in
// memory: client and simulator together.
func BenchmarkAnswer(b *testing.B) {
	sim := wasimtest.Start(b, wasim.Options{})
	shop := sim.Phone(shopNumber, wasim.PhoneSettings{Name: "Shop"})
	ana := sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana"})
	c := sim.Client(wasimtest.NewDevice())
	c.Link(shop)
	c.AddEventHandler(func(e any) {
		m, ok := e.(*events.Message)
		if !ok || m.Message.GetConversation() == "" {
			return
		}
		if _, err := c.SendMessage(context.Background(), m.Info.Chat, &waE2E.Message{Conversation: new("answer to " + m.Message.GetConversation())}); err != nil {
			b.Errorf("answer: %v", err)
		}
	})
	b.ReportAllocs()
	for b.Loop() {
		ana.Ask(shopNumber, "question")
	}
	ana.AssertClean()
}

// One device more: account, link by QR and login, with the light client's share.
func BenchmarkLink(b *testing.B) {
	sim := wasimtest.Start(b, wasim.Options{})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		sim.Phone(numbered(i), wasim.PhoneSettings{Name: "Shop"})
		l := newLight(sim)
		if err := l.link(context.Background(), numbered(i)); err != nil {
			b.Fatal(err)
		}
		l.close()
	}
}
