package linked_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/tenant"
	"recado/internal/wasim"
)

// TestFilesBothWays: encrypted, uploaded, fetched and opened on either side.
func TestFilesBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, sink := w.link(t)
	for i, kind := range []message.Kind{message.Image, message.Video, message.Audio, message.Voice, message.Document} {
		data := bytes.Repeat([]byte{byte(i), 7}, 5000)
		id := w.ana.Send(wasim.Draft{To: shopNumber, Media: &wasim.Media{Kind: wasim.Kind(kind), Data: data, MIME: "application/x-test", Filename: "a.bin"}})
		sink.Await(t, string(kind), func() bool {
			return slices.ContainsFunc(sink.Received(), func(m message.In) bool { return m.ID == id })
		})
		got := sink.Received()[len(sink.Received())-1]
		if got.Kind() != kind || got.Content.Media == nil {
			t.Fatalf("%s arrives as %+v", kind, got.Content)
		}
		file, err := s.(channel.Downloader).Download(t.Context(), *got.Content.Media)
		if err != nil || !bytes.Equal(file, data) {
			t.Errorf("%s: fetched %d bytes, %v", kind, len(file), err)
		}

		out := message.Out{ID: fmt.Sprintf("3EB00%d", i), To: w.Customer(), Content: message.Content{Kind: kind, Media: &message.Media{Data: data}}}
		if _, err := s.Send(t.Context(), out); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		screen := w.ana.WaitFor(out.ID, func(bs []wasim.ScreenMessage) bool {
			return slices.ContainsFunc(bs, func(b wasim.ScreenMessage) bool { return b.ID == out.ID })
		})
		if b := screen[len(screen)-1]; b.Kind != wasim.Kind(kind) || b.Media == nil || b.Media.Bytes != len(data) {
			t.Errorf("%s: the customer sees %+v", kind, b)
		}
	}
}

func TestOtherContentsBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, sink := w.link(t)
	hola := w.Say(t, "hola")
	sink.Text(t, "hola")
	for i, c := range []struct {
		draft wasim.Draft
		out   message.Content
		fits  func(wasim.ScreenMessage) bool
	}{
		{
			wasim.Draft{Location: &wasim.Location{Latitude: 19.4, Longitude: -99.1, Name: "Casa"}},
			message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: 19.4, Longitude: -99.1}},
			func(b wasim.ScreenMessage) bool { return b.Location != nil && b.Location.Latitude == 19.4 },
		},
		{
			wasim.Draft{Contact: &wasim.Contact{Name: "Beto", Number: "5491100"}},
			message.Content{Kind: message.ContactCard, Contact: &message.Contact{Name: "Beto", Phone: "5491100"}},
			func(b wasim.ScreenMessage) bool { return b.Contact != nil && b.Contact.Number == "5491100" },
		},
		{
			wasim.Draft{Reaction: &wasim.Reaction{ID: hola, Emoji: "👍"}},
			message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{Emoji: "❤️", Target: hola}},
			func(b wasim.ScreenMessage) bool { return b.Target == hola },
		},
	} {
		c.draft.To = shopNumber
		id := w.ana.Send(c.draft)
		sink.Await(t, string(c.out.Kind), func() bool {
			return slices.ContainsFunc(sink.Received(), func(m message.In) bool { return m.ID == id && m.Kind() == c.out.Kind })
		})
		out := message.Out{ID: fmt.Sprintf("3EB01%d", i), To: w.Customer(), Content: c.out}
		if _, err := s.Send(t.Context(), out); err != nil {
			t.Fatalf("%s: %v", c.out.Kind, err)
		}
		w.ana.WaitFor(string(c.out.Kind), func(bs []wasim.ScreenMessage) bool {
			return slices.ContainsFunc(bs, func(b wasim.ScreenMessage) bool { return !b.FromMe && b.Kind == wasim.Kind(c.out.Kind) && c.fits(b) })
		})
	}
}

// TestTheOwnersOwnWords: what the shop's owner writes on the phone arrives as
// such, in the customer's conversation.
func TestTheOwnersOwnWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sink := w.link(t)
	w.phone.Say(anaNumber, "yo le atiendo")
	in := sink.Text(t, "yo le atiendo")
	if !in.FromMe || in.Chat != w.Customer() {
		t.Errorf("received %+v", in)
	}
}

// TestReadReceipt: the phone reads what we sent.
func TestReadReceipt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, sink := w.link(t)
	w.ana = w.sim.Phone(anaNumber, wasim.PhoneSettings{Name: "Ana", Reads: true})
	out := message.Out{ID: "3EB0F1", To: w.Customer(), Content: message.Content{Kind: message.Text, Text: "léeme"}}
	if _, err := s.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	sink.Await(t, "it is read", func() bool {
		return slices.ContainsFunc(sink.Updates(), func(u message.Update) bool {
			return u.Status == message.Read && slices.Contains(u.IDs, out.ID)
		})
	})
}

// TestAPhoneAsksAgain: it cannot read a message that was sent before a restart;
// the copy comes from our outbox.
func TestAPhoneAsksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(t, wasim.Fault{Kind: wasim.FaultRetry, Number: anaNumber, Count: 1})
	out := message.Out{ID: "3EB0F2", To: w.Customer(), Content: message.Content{Kind: message.Text, Text: "otra vez"}}
	w.options.Sent = func(_ context.Context, shop tenant.ShopID, _ channel.Type, id string) (message.Out, bool, error) {
		return out, id == out.ID && shop == "lupita", nil
	}
	s, _ := w.link(t)
	if _, err := s.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	w.ana.WaitText("otra vez")
	for _, p := range w.ana.Problems() {
		if p.Reason != wasim.ReasonPretended || !p.Recovered {
			t.Errorf("problem %+v", p)
		}
	}
}
