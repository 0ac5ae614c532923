package pipeline_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/conversation/pipeline"
	"recado/internal/message"
	"recado/internal/tenant"
)

// order asks for a name, a text, photos and a number; "menu" leads back from anywhere.
const order = `{"format":"recado-flow/1","id":"order","name":"Order","locale":"en","start":"menu",
	"triggers":[{"on":"any_message"}],
	"settings":{"collect":"1s","stale_after":"1h"},
	"commands":[{"words":["menu"],"do":"menu"}],
	"nodes":{
		"menu":{"type":"menu","say":"What?","options":[
			{"id":"name","label":"Name","next":"name"},{"id":"text","label":"Text","next":"text"},
			{"id":"photo","label":"Photo","next":"photo"},{"id":"number","label":"Number","next":"number"}],
			"invalid":"Sorry?","nudges":[{"after":"10m","say":"Still there?"}]},
		"name":{"type":"ask","say":"Name?","as":"name","save":"x","next":"done"},
		"text":{"type":"ask","say":"Text?","as":"text","save":"x","next":"done"},
		"photo":{"type":"ask","say":"Photo?","as":"image","save":"p","next":"photos"},
		"number":{"type":"ask","say":"Number?","as":"integer","save":"x","next":"done"},
		"done":{"type":"end","say":"[{{ x }}]"},
		"photos":{"type":"end","say":"{{ len(p.all) + 1 }} photos"}}}`

// say is one message of a burst.
type say struct {
	text    string
	at      time.Duration // when it was sent, after the burst's beginning
	offline bool
	album   string // a photo of it
}

// burst has a customer send everything at once: before anything is decided,
// however long this machine takes to store it.
func (w *world) burst(from message.Peer, id string, said ...say) {
	w.t.Helper()
	w.clock.advance(time.Minute)
	w.undecided(func() {
		for i, s := range said {
			m := says(tacos, from, fmt.Sprint(id, i), s.text, w.clock.now().Add(s.at))
			m.Offline = s.offline
			if s.album != "" {
				m.Content = message.Content{Kind: message.Image, Media: &message.Media{MIME: "image/jpeg", Album: s.album, Ref: []byte("ref")}}
			}
			require.NoError(w.t, w.service.Receive(w.t.Context(), m))
		}
	})
}

// undecided has everything that do brings arrive before anything is decided.
func (w *world) undecided(do func()) {
	w.decide.Lock()
	defer w.decide.Unlock()
	do()
}

// menuText is what "menu" shows.
const menuText = "What?\n1. Name\n2. Text\n3. Photo\n4. Number"

// Messages that a customer writes in quick succession get one sensible answer.
func TestDebounce(t *testing.T) {
	t.Parallel()
	nine := make([]say, 9)
	for i := range nine { // the first line came last
		nine[i] = say{text: fmt.Sprint("line ", (i+1)%9), at: -time.Duration(40-(i+1)%9) * time.Minute, offline: true}
	}
	for name, c := range map[string]struct {
		doc    string
		before []string // what was said before, each answered by one message
		said   []say
		want   []string // what is answered
	}{
		"a start and its second line":         {order, nil, []say{{text: "hi"}, {text: "I want to order"}}, []string{menuText}},
		"answers that ask nothing":            {echo, nil, []say{{text: "one"}, {text: "two"}}, []string{"echo one", "echo two"}},
		"an album where nothing is asked":     {echo, nil, []say{{album: "A"}, {album: "A"}, {album: "A"}}, []string{"echo"}},
		"a filler and a choice":               {order, []string{"hi"}, []say{{text: "er"}, {text: "the 1"}}, []string{"Name?"}},
		"two fillers":                         {order, []string{"hi"}, []say{{text: "er"}, {text: "hm"}}, []string{"Sorry?\n1. Name\n2. Text\n3. Photo\n4. Number"}},
		"a choice and a courtesy":             {order, []string{"hi"}, []say{{text: "2"}, {text: "lines of text"}}, []string{"Text?", "[lines of text]"}},
		"a filler and a command":              {order, []string{"hi"}, []say{{text: "er"}, {text: "menu"}}, []string{menuText}},
		"a name in two lines":                 {order, []string{"hi", "1"}, []say{{text: "my name is"}, {text: "Ana López"}}, []string{"[Ana López]"}},
		"a number after a word":               {order, []string{"hi", "4"}, []say{{text: "well"}, {text: "33"}}, []string{"[33]"}},
		"a text in three lines":               {order, []string{"hi", "2"}, []say{{text: "two"}, {text: "of"}, {text: "those"}}, []string{"[two\nof\nthose]"}},
		"a text and a command":                {order, []string{"hi", "2"}, []say{{text: "two of those"}, {text: "menu"}}, []string{"[two of those]", menuText}},
		"five photos":                         {order, []string{"hi", "3"}, []say{{album: "A"}, {album: "A"}, {album: "A"}, {album: "A"}, {album: "A"}}, []string{"5 photos"}},
		"photos where words are wanted":       {order, []string{"hi"}, []say{{album: "A"}, {album: "A"}, {album: "A"}}, []string{"I only understand text for now. Could you write it?"}},
		"nine lines out of order, at first":   {echo2, nil, nine, []string{"You wrote: line 0\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8"}},
		"nine lines out of order, as answer":  {order, []string{"hi", "2"}, nine, []string{"[line 0\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8]"}},
		"nine lines out of order, at a menu":  {order, []string{"hi"}, nine, []string{"Sorry?\n1. Name\n2. Text\n3. Photo\n4. Number"}},
		"a choice among what waited":          {order, []string{"hi"}, []say{{text: "hm", at: -10 * time.Minute, offline: true}, {text: "1", at: -9 * time.Minute, offline: true}}, []string{"Name?"}},
		"a courtesy before its question":      {order, []string{"hi"}, []say{{text: "4", at: -10 * time.Minute, offline: true}, {text: "please", at: -9 * time.Minute, offline: true}}, []string{"Number?"}},
		"too late to be taken for an answer":  {order, []string{"hi"}, []say{{text: "1", at: -3 * time.Hour, offline: true}, {text: "hello?", at: -2 * time.Hour, offline: true}}, []string{"Sorry for the delay, I only see your messages now.", menuText}},
		"an answer a while after another one": {order, []string{"hi", "2"}, []say{{text: "two"}, {text: "more", at: time.Hour}}, []string{"[two\nmore]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *pipeline.Options) { o.Debounce, o.Album = 400*time.Millisecond, 400*time.Millisecond }, tacos)
			w.publish(tacos, c.doc)
			for i, text := range c.before {
				w.mustWrite(peer(1), fmt.Sprint("B", i), text)
				w.until(func() bool { return len(w.phones.screen(peer(1))) == i+1 }, func() string { return fmt.Sprint(w.phones.screen(peer(1))) })
			}
			w.burst(peer(1), "M", c.said...)
			want := append(slices.Clone(w.phones.screen(peer(1))[:len(c.before)]), c.want...)
			w.sees(peer(1), want...)
			w.processed(peer(1))
			w.sees(peer(1), want...) // and nothing after it
		})
	}
}

// echo2 starts with a question that repeats the message, so that a start differs from its answers.
const echo2 = `{"format":"recado-flow/1","id":"echo2","name":"Echo","locale":"en","start":"ask","triggers":[{"on":"any_message"}],
	"nodes":{"ask":{"type":"ask","say":"You wrote: {{ message.text }}","as":"text","save":"x","next":"@end"}}}`

// A word that stops all messages is heard at once, whatever else is being said.
func TestStopDoesNotWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Debounce = time.Hour }, tacos)
	w.publish(tacos, echo)
	w.mustWrite(peer(1), "M1", "STOP")
	w.until(func() bool { return len(w.phones.screen(peer(1))) == 1 }, func() string { return "no confirmation" })
	w.mustWrite(peer(1), "M2", "hello?")
	w.processed(peer(1))
	require.Len(t, w.phones.screen(peer(1)), 1)
}

// What waits for more survives kill -9, in its order.
func TestKilledWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Debounce = 9 * time.Minute }, tacos)
	w.publish(tacos, order)
	w.burst(peer(1), "M", say{text: "hi"}, say{text: "I want to order"})
	w.until(func() bool { return len(w.history(tacos, peer(1))) == 2 }, func() string { return "not stored" })
	require.Empty(t, w.phones.screen(peer(1)))
	w.kill()
	w.clock.advance(10 * time.Minute)
	w.boot()
	w.sees(peer(1), menuText)
	w.processed(peer(1))
	w.sees(peer(1), menuText)
}

// The half of a burst that was stored before kill -9 waits for the other half,
// which WhatsApp kept.
func TestSecondHalfOfABurstAfterAKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Offline = 2 * time.Second }, tacos)
	w.publish(tacos, order)
	w.burst(peer(1), "M", say{text: "hi"})
	sent := w.clock.now()
	w.kill()
	w.clock.advance(10 * time.Minute)
	w.boot()
	for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); <-time.After(10 * time.Millisecond) {
		require.Empty(t, w.phones.screen(peer(1)), "it does not wait")
	}
	rest := says(tacos, peer(1), "M1", "I want to order", sent)
	rest.Offline = true
	require.NoError(t, w.service.Receive(t.Context(), rest))
	w.sees(peer(1), menuText)
	w.processed(peer(1))
	w.sees(peer(1), menuText)
}

// Killed at every point of the unit of work, a burst is one input all the same.
func TestBurstCrashes(t *testing.T) {
	t.Parallel()
	for _, point := range []string{
		pipeline.CrashComputed, pipeline.CrashCommitted, pipeline.CrashRelayed, pipeline.CrashSending, pipeline.CrashSent,
	} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, tacos)
			w.publish(tacos, order)
			var struck atomic.Bool
			w.crash = func(at string) error {
				if at != point || struck.Swap(true) {
					return nil
				}
				w.store.dead.Store(true)
				w.phones.hangUp()
				return errKilled
			}
			w.burst(peer(1), "M", say{text: "hi"}, say{text: "I want to order"})
			w.until(struck.Load, func() string { return "never came to this point" })
			w.kill()
			w.clock.advance(time.Minute)
			w.boot()
			w.sees(peer(1), menuText)
			w.processed(peer(1))
			w.sees(peer(1), menuText)
		})
	}
}

// A reply and the reminder for it come at the same moment: whichever is first in
// the inbox, the customer gets one answer to what they wrote.
func TestReplyRacesItsReminder(t *testing.T) {
	t.Parallel()
	for name, reminded := range map[string]bool{"the reply is first": false, "the reminder is first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, tacos)
			w.publish(tacos, order)
			w.mustWrite(peer(1), "M1", "hi")
			w.sees(peer(1), menuText)
			w.processed(peer(1))
			w.clock.advance(10 * time.Minute)
			want := []string{menuText, "Name?"}
			if reminded {
				want = []string{menuText, "Still there?", "Name?"}
				w.kill()
				w.boot() // looks at what is due
				w.sees(peer(1), want[:2]...)
			}
			require.NoError(t, w.service.Receive(t.Context(), says(tacos, peer(1), "M2", "1", w.clock.now())))
			w.sees(peer(1), want...)
			w.kill()
			w.boot()
			w.mustWrite(peer(1), "M3", "Ana")
			w.sees(peer(1), append(want, "[Ana]")...)
		})
	}
}

// A new version is published between the lines of a burst.
func TestRepublishedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Debounce = 400 * time.Millisecond }, tacos)
	w.publish(tacos, order)
	w.mustWrite(peer(1), "M1", "hi")
	w.sees(peer(1), menuText)
	w.undecided(func() {
		require.NoError(t, w.service.Receive(t.Context(), says(tacos, peer(1), "N0", "er", w.clock.now())))
		w.publish(tacos, `{"format":"recado-flow/1","id":"order","name":"Order","locale":"en","start":"menu","triggers":[{"on":"any_message"}],
		"nodes":{
			"menu":{"type":"menu","say":"What now?","options":[
				{"id":"name","label":"Name","next":"name"},{"id":"text","label":"Text","next":"name"},{"id":"photo","label":"Photo","next":"name"},{"id":"number","label":"Number","next":"name"}]},
			"name":{"type":"ask","say":"Your full name?","as":"name","save":"x","next":"done"},
			"done":{"type":"end","say":"[{{ x }}]"}}}`)
		require.NoError(t, w.service.Receive(t.Context(), says(tacos, peer(1), "N1", "1", w.clock.now())))
	})
	w.sees(peer(1), menuText, "Your full name?")
	w.mustWrite(peer(1), "N2", "Ana")
	w.sees(peer(1), menuText, "Your full name?", "[Ana]")
}

// Two customers of a group who write at the same moment are two people.
func TestDebounceIsPerSender(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, `{"format":"recado-flow/1","id":"g","name":"G","locale":"en","start":"say","triggers":[{"on":"any_message"}],
		"settings":{"groups":"mention_only"},
		"nodes":{"say":{"type":"message","say":"yes, {{ message.text }}"}}}`)
	group := message.Peer{Group: "1203"}
	in := func(id, text string, from message.Peer, mentioned bool) message.In {
		m := says(tacos, from, id, text, w.clock.now())
		m.Chat, m.Content.Mentioned = group, mentioned
		return m
	}
	w.undecided(func() { // otherwise a busy machine answers the first before the second arrives
		for _, m := range []message.In{
			in("M1", "talk among us", peer(1), false), in("M2", "bot?", peer(1), true), in("M3", "me too", peer(2), true),
		} {
			require.NoError(t, w.service.Receive(t.Context(), m))
		}
	})
	w.sees(group, "yes, bot?", "yes, me too")
	w.historyIs(group, "in received bot?", "in received me too", "out sent yes, bot?", "out sent yes, me too")
}

// Calls and ads start flows.
func TestCallsAndAds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, `{"format":"recado-flow/1","id":"c","name":"C","locale":"en","start":"call",
		"triggers":[{"on":"missed_call","start":"call"},{"on":"ad_referral","match":{"ad":"777"},"start":"ad"}],
		"nodes":{"call":{"type":"message","say":"You called"},"ad":{"type":"message","say":"You saw the ad"}}}`)
	call := says(tacos, peer(1), "C1", "", w.clock.now())
	call.Content = message.Content{Kind: message.MissedCall}
	old := call
	old.ID, old.At = "C0", w.clock.now().Add(-2*time.Hour)
	for _, m := range []message.In{old, call, call} {
		require.NoError(t, w.service.Receive(t.Context(), m))
	}
	w.sees(peer(1), "You called")
	from := says(tacos, peer(2), "M1", "hi", w.clock.now())
	from.Content.Ad = "777"
	plain := says(tacos, peer(3), "M2", "hi", w.clock.now())
	for _, m := range []message.In{from, plain} {
		require.NoError(t, w.service.Receive(t.Context(), m))
	}
	w.sees(peer(2), "You saw the ad")
	w.processed(peer(3))
	w.processed(peer(1))
	require.Empty(t, w.phones.screen(peer(3)))
	w.sees(peer(1), "You called")
}

// A poll is sent where the channel carries it, and a vote is a tap.
func TestPolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, tacos)
	w.publish(tacos, `{"format":"recado-flow/1","id":"p","name":"P","locale":"en","start":"ask","triggers":[{"on":"any_message"}],
		"nodes":{"ask":{"type":"menu","render":"poll","say":"Red or green?","options":[{"id":"r","label":"Red","next":"red"},{"id":"g","label":"Green","next":"green"}]},
			"red":{"type":"ask","say":"How much red?","as":"integer","save":"n","next":"@end"},"green":{"type":"end","say":"Green!"}}}`)
	w.mustWrite(peer(1), "M1", "hi")
	w.until(func() bool { return len(w.phones.screen(peer(1))) == 1 }, func() string { return "no poll" })
	w.phones.mu.Lock()
	poll := w.phones.bubbles[peer(1)][0]
	w.phones.mu.Unlock()
	require.Equal(t, &message.Poll{Question: "Red or green?", Options: []string{"Red", "Green"}, Max: 1}, poll.Content.Poll)
	vote := func(id, in string, options ...string) {
		m := says(tacos, peer(1), id, "", w.clock.now())
		m.Content = message.Content{Kind: message.VoteKind, Vote: &message.Vote{Poll: in, Options: options}}
		require.NoError(t, w.service.Receive(t.Context(), m))
		w.processed(peer(1))
	}
	vote("V0", "UNKNOWN", "Red")
	vote("V1", poll.ID)
	w.sees(peer(1), "")
	vote("V2", poll.ID, "Red")
	w.sees(peer(1), "", "How much red?")
	vote("V3", poll.ID, "Green") // changed afterwards: an old tap, which this menu accepts
	w.sees(peer(1), "", "How much red?", "Green!")
	vote("V4", poll.ID, "Red") // the flow is over
	w.sees(peer(1), "", "How much red?", "Green!")
}

// Bursts of one shop do not affect another.
func TestDebounceIsPerShop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *pipeline.Options) { o.Debounce = 400 * time.Millisecond }, tacos, pizza)
	for _, shop := range []tenant.ShopID{tacos, pizza} {
		w.publish(shop, order)
	}
	w.undecided(func() {
		for i, shop := range []tenant.ShopID{tacos, pizza, tacos, pizza} {
			require.NoError(t, w.service.Receive(t.Context(), says(shop, peer(1), fmt.Sprint("M", i), "hi", w.clock.now())))
		}
	})
	w.sees(peer(1), menuText, menuText)
}
