package linked_test

import (
	"context"
	"slices"
	"testing"

	"recado/internal/channel"
	"recado/internal/channel/channeltest"
	"recado/internal/message"
	"recado/internal/signalstore"
	"recado/internal/signalstore/kv"
	"recado/internal/tenant"
	"recado/internal/wasim"
)

// TestVotesAreRead: a poll is the same poll when it is sent again, its votes name
// the labels that we sent, after a restart too, and even if the stored secret is gone.
func TestVotesAreRead(t *testing.T) {
	t.Parallel()
	for name, backend := range map[string]kv.Backend{
		"secrets kept": kv.NewMemory(), "secrets lost": forgetful{kv.NewMemory()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testVotes(t, backend)
		})
	}
}

func testVotes(t *testing.T, backend kv.Backend) {
	w := newWorld(t)
	w.devices = signalstore.New(backend, signalstore.Options{})
	w.options.Devices = w.devices
	poll := message.Out{ID: "3EB0A1", Content: message.Content{Kind: message.PollKind, Poll: &message.Poll{
		Question: "¿Qué se te antoja?", Options: []string{"Pastor", "Suadero"}, Max: 1,
	}}}
	w.options.Sent = func(_ context.Context, _ tenant.ShopID, _ channel.Type, id string) (message.Out, bool, error) {
		return poll, id == poll.ID, nil
	}
	s, sink := w.link(t)
	poll.To = w.Customer()
	for range 2 { // the second is the repeat after an unknown outcome
		if _, err := s.Send(t.Context(), poll); err != nil {
			t.Fatal(err)
		}
	}
	w.ana.WaitFor("the poll, twice", func(bs []wasim.ScreenMessage) bool {
		return slices.ContainsFunc(bs, func(b wasim.ScreenMessage) bool { return b.ID == poll.ID && b.Copies == 2 })
	})
	votes := func(sink *channeltest.Sink, in string, options ...string) message.In {
		t.Helper()
		id := w.ana.Send(wasim.Draft{To: shopNumber, Vote: &wasim.Vote{ID: in, Options: options}})
		var got message.In
		sink.Await(t, "the vote", func() bool {
			i := slices.IndexFunc(sink.Received(), func(m message.In) bool { return m.ID == id })
			if i >= 0 {
				got = sink.Received()[i]
			}
			return i >= 0
		})
		return got
	}
	is := func(m message.In, options ...string) {
		t.Helper()
		if v := m.Content.Vote; m.Kind() != message.VoteKind || v == nil || v.Poll != poll.ID || !slices.Equal(v.Options, options) {
			t.Errorf("the vote for %q arrives as %+v", options, m.Content)
		}
	}
	is(votes(sink, poll.ID, "Suadero"), "Suadero")
	is(votes(sink, poll.ID))

	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := channeltest.NewSink()
	w.Open(t, after)
	channeltest.Event[channel.Ready](t, after, 1)
	is(votes(after, poll.ID, "Pastor"), "Pastor")

	// A vote in a poll that is no longer stored has no options.
	known := poll.ID
	poll.ID = "FORGOTTEN"
	if m := votes(after, known, "Pastor"); m.Kind() != message.VoteKind || len(m.Content.Vote.Options) != 0 {
		t.Errorf("a vote in an unknown poll arrives as %+v", m.Content)
	}
}

// forgetful is a back end that a crash takes all message secrets from.
type forgetful struct{ kv.Backend }

func (f forgetful) Apply(ctx context.Context, k kv.DeviceKey, a kv.Apply) error {
	a.Writes = slices.DeleteFunc(slices.Clone(a.Writes), func(w kv.Write) bool { return w.Ref.Kind == kv.KindSecret })
	return f.Backend.Apply(ctx, k, a)
}

// TestMissedCalls: an unanswered call is a line in the conversation; one that
// the phone took or declined is none.
func TestMissedCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sink := w.link(t)
	for _, c := range []wasim.Call{{End: "answered"}, {End: "declined"}, {Video: true}} {
		c.To = shopNumber
		if _, err := w.sim.Ring(t.Context(), anaNumber, c); err != nil {
			t.Fatal(err)
		}
	}
	w.Say(t, "¿hola?")
	sink.Text(t, "¿hola?")
	var missed []message.In
	for _, m := range sink.Received() {
		if m.Kind() == message.MissedCall {
			missed = append(missed, m)
		}
	}
	if len(missed) != 1 || !missed[0].Content.Video || missed[0].Chat != w.Customer() || missed[0].ID == "" || missed[0].At.IsZero() {
		t.Errorf("missed calls: %+v", missed)
	}
}

// TestFromAnAd: the first message of who tapped an ad names it.
func TestFromAnAd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sink := w.link(t)
	w.ana.Send(wasim.Draft{To: shopNumber, Text: "¿Sigue la promo?", Ad: &wasim.Ad{ID: "120211", Title: "2x1", URL: "https://fb.me/x"}})
	if in := sink.Text(t, "¿Sigue la promo?"); in.Content.Ad != "120211" {
		t.Errorf("received %+v", in.Content)
	}
}
