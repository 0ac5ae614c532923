package engine

import (
	"slices"
	"time"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

// Signs that another machine writes. Short texts are none: people say "ok" and "1" as
// often and as fast as they like.
const (
	maxSame     = 4 // the same text so many times in a row
	maxFast     = 8 // texts in a row that come faster than a person types and were sent before
	maxEcho     = 2 // our own words back so many times in a row
	minLoopText = 16
	fastReply   = 2 * time.Second
	loopPause   = time.Hour
)

// looping counts a text of the customer, written at the moment at. It returns why
// another machine seems to be writing, "" when none does: the breaker of loops
// between two bots.
func (t *Traffic) looping(text string, at Instant) (why string) {
	if utf8.RuneCountInString(text) < minLoopText {
		t.Same, t.Fast, t.Echo = 0, 0, 0
		return ""
	}
	h, own := hash(normalize.Key(text)), hash(text)
	again := slices.Contains(t.Heard[:], h)
	if h == t.Heard[0] {
		t.Same++
	} else {
		t.Same = 1
	}
	if !again {
		copy(t.Heard[1:], t.Heard[:])
		t.Heard[0] = h
	} else if h != t.Heard[0] {
		i := slices.Index(t.Heard[:], h)
		copy(t.Heard[1:i+1], t.Heard[:i])
		t.Heard[0] = h
	}
	t.Fast = countIf(again && t.rightAfterOurs(at), t.Fast)
	t.Echo = countIf(slices.ContainsFunc(t.Repeated[:], func(s RepeatCounter) bool { return s.Since != 0 && s.Hash == own }), t.Echo)
	switch {
	case t.Echo >= maxEcho:
		return "echo"
	case t.Fast >= maxFast:
		return "fast"
	case t.Same >= maxSame:
		return "same"
	}
	return ""
}

// countIf returns n+1 when ok, else 0.
func countIf(ok bool, n int) int {
	if ok {
		return n + 1
	}
	return 0
}

// rightAfterOurs reports whether a message was written right after our last one, in
// whole seconds as WhatsApp gives them. The moment of writing counts: messages that
// waited together while the shop was away are no fast answers.
func (t *Traffic) rightAfterOurs(at Instant) bool {
	gap := at/1000 - t.LastSend/1000
	return t.LastSend != 0 && gap >= 0 && gap < Instant(fastReply/time.Second)
}

// understood forgets repetitions: a customer whose answers fit may walk round a menu
// as often as they like.
func (t *Traffic) understood() {
	t.forgetRepeats()
	t.Same, t.Fast = 0, 0
}

// breakLoop silences the bot for an hour and notifies the owner.
func (m *machine) breakLoop(why string) {
	m.event(Event{Kind: LimitHit, Name: "bot_loop", Rule: why})
	m.endRun("bot_loop")
	m.r.Epoch++
	m.r.Suspended, m.r.Deferred = nil, nil
	m.r.Paused = &Pause{Reason: "bot_loop", Since: m.now, Until: m.now.Add(loopPause)}
	m.event(Event{Kind: Paused, Name: "bot_loop"})
	m.r.Traffic.Same, m.r.Traffic.Fast, m.r.Traffic.Echo = 0, 0, 0
	m.addTags("posible_bot")
	m.effect(&Notify{To: "owner", Reason: "bot_loop"})
}
