package engine

import (
	"slices"
	"time"
	"unicode/utf8"

	"recado/internal/flow/normalize"
)

// hash recognises a text among the last few: FNV-1a over words of eight bytes,
// folded to 32 bits. It is stored, so it must not change.
func hash(s string) uint32 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for ; len(s) >= 8; s = s[8:] {
		h = (h ^ (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)) * prime
		h ^= h >> 29
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	h ^= h >> 32
	return uint32(h)
}

// How much is said in a conversation. What nobody asked for (reminders, events)
// is held short. An answer is owed to whoever writes, however much they write:
// its limit is there for machines that nothing else gave away, and the channel's
// own pacing comes long before it.
const (
	unaskedPerFive = 30  // messages in 5 minutes
	answersPerFive = 600 // the same, in answer to the customer
	unaskedSame    = 5   // the same text in 10 minutes
	answersSame    = 600
	maxSaid        = 6 // different texts remembered
	saidFor        = 10 * time.Minute
)

// Traffic counts what the limits speak of. As JSON it is one line of numbers.
type Traffic struct {
	Minute   int64                  // Unix minute of Sends[0]
	Sends    [5]int                 // messages per minute, the newest first
	Repeated [maxSaid]RepeatCounter // texts sent last, the newest first
	LastSend Instant
	Heard    [4]uint32 // hashes of the customer's last long texts, the newest first
	Same     int       // how often in a row it came
	Fast     int       // long texts in a row, heard before, right after ours
	Echo     int       // messages in a row that repeat ours
}

// RepeatCounter counts how often a text was sent; N and Since 0 is an empty place.
type RepeatCounter struct {
	Hash  uint32
	N     int32
	Since Instant
}

// count notes that text is about to be sent; it returns the limit that forbids it, "" for none.
func (m *machine) count(text string) (limit string) {
	t := &m.r.Traffic
	minute := int64(m.now) / 60_000
	switch gap := minute - t.Minute; {
	case gap >= 5 || gap < 0:
		t.Sends = [5]int{}
	case gap > 0:
		copy(t.Sends[gap:], t.Sends[:5-gap])
		clear(t.Sends[:gap])
	}
	t.Minute = minute
	total := 0
	for _, n := range t.Sends {
		total += n
	}
	most, same := unaskedPerFive, unaskedSame
	if m.msg != nil {
		most, same = answersPerFive, answersSame
	}
	if total >= most {
		return "sends_per_5m"
	}
	said := RepeatCounter{Hash: hash(text), N: 1, Since: m.now}
	at := len(t.Repeated) - 1 // the place to fill: the text's own, else the oldest
	for i, s := range t.Repeated {
		if s.Since != 0 && s.Hash == said.Hash {
			if at = i; m.now.Sub(s.Since) <= saidFor {
				said.N, said.Since = s.N+1, s.Since
			}
			break
		}
	}
	if int(said.N) > same {
		return "identical_text"
	}
	copy(t.Repeated[1:at+1], t.Repeated[:at])
	t.Repeated[0] = said
	t.Sends[0]++
	t.LastSend = m.now
	return ""
}

// What gives a machine away. Short texts never do: people say "ok" and "1" as
// often and as fast as they like.
const (
	maxSame   = 4 // the same text so many times in a row
	maxFast   = 8 // texts in a row that come faster than a person types and were sent before
	maxEcho   = 2 // our own words back so many times in a row
	minBot    = 16
	fastReply = 2 * time.Second
	botNap    = time.Hour
)

// looping notes a text of the customer and reports whether another machine
// seems to be writing: the breaker of bot-to-bot loops.
func (m *machine) looping(text string) (why string) {
	t := &m.r.Traffic
	if utf8.RuneCountInString(text) < minBot {
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
	if again && m.fast() {
		t.Fast++
	} else {
		t.Fast = 0
	}
	if slices.ContainsFunc(t.Repeated[:], func(s RepeatCounter) bool { return s.Since != 0 && s.Hash == own }) {
		t.Echo++
	} else {
		t.Echo = 0
	}
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

// fast reports whether the message was written right after ours. Its own time
// counts, in whole seconds as WhatsApp gives it: messages that waited together
// while we were away are no fast answers.
func (m *machine) fast() bool {
	at, last := m.now, m.r.Traffic.LastSend
	if m.msg.At != 0 {
		at = m.msg.At
	}
	gap := at/1000 - last/1000
	return last != 0 && gap >= 0 && gap < Instant(fastReply/time.Second)
}

// understood forgets repetitions: who gives answers that fit may walk round a
// menu as often as they like.
func (m *machine) understood() {
	m.heardOut()
	m.r.Traffic.Same, m.r.Traffic.Fast = 0, 0
}

// heardOut lets the bot repeat itself, because the customer said something new.
func (m *machine) heardOut() {
	for i := range m.r.Traffic.Repeated {
		m.r.Traffic.Repeated[i].N = 0
	}
}

// breakLoop silences the bot for an hour and tells the owner.
func (m *machine) breakLoop(why string) {
	m.event(Event{Kind: LimitHit, Name: "bot_loop", Rule: why})
	m.endRun("bot_loop")
	m.r.Epoch++
	m.r.Suspended, m.r.Deferred = nil, nil
	m.r.Paused = &Pause{Reason: "bot_loop", Since: m.now, Until: m.now.Add(botNap)}
	m.event(Event{Kind: Paused, Name: "bot_loop"})
	t := &m.r.Traffic
	t.Same, t.Fast, t.Echo = 0, 0, 0
	m.addTags("posible_bot")
	m.effect(&Notify{To: "owner", Reason: "bot_loop"})
}
