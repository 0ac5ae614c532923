package channeltest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"recado/internal/channel"
	"recado/internal/message"
)

// World is one shop with a channel that is not linked yet, and one customer, on
// a simulator.
type World interface {
	// Open opens the shop's channel.
	Open(t testing.TB, sink channel.Sink) channel.Session
	// Link links a fresh session as the shop would, until it is Ready.
	Link(t testing.TB, s channel.Session, sink *Sink)
	// Number is the shop's number.
	Number() string
	// Customer is the customer's address; with both aliases if the channel knows them.
	Customer() message.Peer
	// Say has the customer write a text, and returns the message's id.
	Say(t testing.TB, text string) string
	// See waits until the customer's phone shows a message and returns its text
	// or caption, and how often it arrived.
	See(t testing.TB, id string) (text string, copies int)
	// Drop breaks the shop's connection without a close frame.
	Drop(t testing.TB)
}

// Run runs the contract of channel.Strategy; fresh returns a new world for each case.
func Run(t *testing.T, fresh func(t testing.TB) World) {
	for name, test := range map[string]func(*testing.T, World){
		"receives and sends":                testBothWays,
		"a refused message is redelivered":  testRefused,
		"order survives broken connections": testBroken,
		"messages queued while away arrive": testAway,
		"the same id is one message":        testSameID,
		"refusals are permanent":            testRefusals,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

func linked(t *testing.T, w World) (channel.Session, *Sink) {
	t.Helper()
	sink := NewSink()
	s := w.Open(t, sink)
	w.Link(t, s, sink)
	if r := Event[channel.Ready](t, sink, 1); r.Number != w.Number() {
		t.Fatalf("ready as %q, want %q", r.Number, w.Number())
	}
	return s, sink
}

func shut(t *testing.T, s channel.Session) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

func hello(w World, id, text string) message.Out {
	return message.Out{ID: id, To: w.Customer(), Content: message.Content{Kind: message.Text, Text: text}}
}

func testBothWays(t *testing.T, w World) {
	s, sink := linked(t, w)
	defer shut(t, s)
	id := w.Say(t, "hola")
	in := sink.Text(t, "hola")
	if in.ID != id || in.Chat != w.Customer() || in.Sender != w.Customer() || in.FromMe || in.At.IsZero() || in.Kind() != message.Text {
		t.Errorf("received %+v", in)
	}
	const out = "3EB0000000000000000001"
	r, err := s.Send(t.Context(), hello(w, out, "buenas"))
	if err != nil || r.ID != out || r.At.IsZero() {
		t.Fatalf("send: %+v, %v", r, err)
	}
	if text, copies := w.See(t, out); text != "buenas" || copies != 1 {
		t.Errorf("the customer sees %q, %d times", text, copies)
	}
	sink.Await(t, "a delivery receipt", func() bool {
		return slices.ContainsFunc(sink.Updates(), func(u message.Update) bool {
			return u.Status == message.Delivered && slices.Contains(u.IDs, out)
		})
	})
}

// testRefused: a message that cannot be stored is not lost, nor are its successors.
func testRefused(t *testing.T, w World) {
	s, sink := linked(t, w)
	defer shut(t, s)
	sink.Refuse(2)
	w.Say(t, "uno")
	w.Say(t, "dos")
	sink.Text(t, "dos")
	if got := texts(sink); !slices.Equal(got, []string{"uno", "dos"}) {
		t.Errorf("received %q", got)
	}
}

func testBroken(t *testing.T, w World) {
	s, sink := linked(t, w)
	defer shut(t, s)
	want := strings.Split("a b c d e f g h i j k l", " ")
	for i, text := range want {
		w.Say(t, text)
		if i%4 == 3 {
			w.Drop(t)
		}
	}
	sink.Text(t, "l")
	if got := texts(sink); !slices.Equal(got, want) {
		t.Errorf("received %q", got)
	}
}

func testAway(t *testing.T, w World) {
	s, first := linked(t, w)
	w.Say(t, "antes")
	first.Text(t, "antes")
	shut(t, s)
	w.Say(t, "durante 1")
	w.Say(t, "durante 2")
	sink := NewSink()
	s = w.Open(t, sink)
	defer shut(t, s)
	Event[channel.Ready](t, sink, 1)
	if in := sink.Text(t, "durante 2"); !in.Offline {
		t.Error("a queued message is not marked offline")
	}
	if got := texts(sink); !slices.Equal(got, []string{"durante 1", "durante 2"}) {
		t.Errorf("received %q", got)
	}
	for _, e := range sink.Events() {
		if _, ok := e.(channel.QR); ok {
			t.Error("a stored session showed a QR")
		}
	}
}

func testSameID(t *testing.T, w World) {
	s, _ := linked(t, w)
	defer shut(t, s)
	out := hello(w, "3EB0000000000000000002", "una vez")
	for range 3 {
		if _, err := s.Send(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	if text, copies := w.See(t, out.ID); text != "una vez" || copies < 1 {
		t.Errorf("the customer sees %q, %d times", text, copies)
	}
}

func testRefusals(t *testing.T, w World) {
	s, _ := linked(t, w)
	defer shut(t, s)
	for name, out := range map[string]message.Out{
		"no recipient": {ID: "3EB01", Content: message.Content{Kind: message.Text, Text: "x"}},
		"no text":      hello(w, "3EB02", ""),
		"too long":     hello(w, "3EB03", strings.Repeat("x", message.MaxText+1)),
		"no file":      {ID: "3EB04", To: w.Customer(), Content: message.Content{Kind: message.Image, Media: &message.Media{}}},
		"an edit":      {ID: "3EB05", To: w.Customer(), Content: message.Content{Kind: message.Edited, Text: "x"}},
	} {
		_, err := s.Send(t.Context(), out)
		if e := message.AsSendError(err); err == nil || e.Retry || e.Code == "unknown" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func texts(s *Sink) []string {
	var list []string
	for _, m := range s.Received() {
		list = append(list, m.Content.Text)
	}
	return list
}
