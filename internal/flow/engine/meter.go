package engine

import (
	"slices"
	"time"
	"unicode/utf8"

	"recado/internal/flow/fold"
)

// hash is FNV-1a, 32 bits: enough to recognise a text among the last few.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

const (
	maxSaid   = 6 // different texts remembered
	saidFor   = 10 * time.Minute
	fastReply = 2 * time.Second
)

// Meter counts what the limits speak of. As JSON it is one line of numbers.
type Meter struct {
	Minute   int64         // Unix minute of Sends[0]
	Sends    [5]int        // messages per minute, the newest first
	Said     [maxSaid]Said // texts sent last, the newest first
	LastSend Instant
	Heard    uint32 // hash of the customer's last text
	Same     int    // how often in a row it came
	Fast     int    // messages in a row that came within fastReply of ours
	Echo     int    // messages in a row that repeat ours
}

// Said counts how often a text was sent; N and Since 0 is an empty place.
type Said struct {
	Hash  uint32
	N     int
	Since Instant
}

// count notes that text is about to be sent; it returns the limit that forbids it, "" for none.
func (m *machine) count(text string) (limit string) {
	t := &m.r.Meter
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
	most := sendsPerFive
	if m.msg != nil {
		most = answersPerFive
	}
	if total >= most {
		return "sends_per_5m"
	}
	said := Said{Hash: hash(text), N: 1, Since: m.now}
	at := len(t.Said) - 1 // the place to fill: the text's own, else the oldest
	for i, s := range t.Said {
		if s.Since != 0 && s.Hash == said.Hash {
			if at = i; m.now.Sub(s.Since) <= saidFor {
				said.N, said.Since = s.N+1, s.Since
			}
			break
		}
	}
	if said.N > identicalSays {
		return "identical_text"
	}
	copy(t.Said[1:at+1], t.Said[:at])
	t.Said[0] = said
	t.Sends[0]++
	t.LastSend = m.now
	return ""
}

const (
	maxSame = 4   // the same text so many times in a row
	maxFast = 200 // so many in a row faster than a person types: whoever pastes a long list is no machine
	maxEcho = 2   // our own words back so many times in a row
	ownLen  = 20
	botNap  = time.Hour
)

// looping notes a text of the customer and reports whether another machine
// seems to be writing: the breaker of bot-to-bot loops.
func (m *machine) looping(text string) (why string) {
	t := &m.r.Meter
	h := hash(fold.Key(text))
	if h == t.Heard && utf8.RuneCountInString(text) > 3 {
		t.Same++
	} else {
		t.Same = 1
	}
	t.Heard = h
	if t.LastSend != 0 && m.now.Sub(t.LastSend) < fastReply {
		t.Fast++
	} else {
		t.Fast = 0
	}
	own := hash(text)
	if utf8.RuneCountInString(text) >= ownLen && slices.ContainsFunc(t.Said[:], func(s Said) bool { return s.Since != 0 && s.Hash == own }) {
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

// understood forgets repetitions: who gives answers that fit may walk round a
// menu as often as they like.
func (m *machine) understood() {
	m.knew = true
	m.heardOut()
	m.r.Meter.Same = 0
}

// heardOut lets the bot repeat itself, because the customer said something new.
func (m *machine) heardOut() {
	for i := range m.r.Meter.Said {
		m.r.Meter.Said[i].N = 0
	}
}

// breakLoop silences the bot for an hour and tells the owner.
func (m *machine) breakLoop(why string) {
	m.event(Event{Kind: LimitHit, Name: "bot_loop", Rule: why})
	m.endRun("bot_loop")
	m.r.Epoch++
	m.r.Held, m.r.Queue = nil, nil
	m.r.Paused = &Pause{Reason: "bot_loop", Since: m.now, Until: m.now.Add(botNap)}
	m.event(Event{Kind: Paused, Name: "bot_loop"})
	t := &m.r.Meter
	t.Same, t.Fast, t.Echo = 0, 0, 0
	m.addTags("posible_bot")
	m.effect(&Notify{To: "owner", Reason: "bot_loop"})
}
