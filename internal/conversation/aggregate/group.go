package aggregate

import (
	"time"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// maxJoined is how many messages the engine takes as one.
const maxJoined = 20

// burstGap is the largest time between two messages of one burst. WhatsApp's
// clock has whole seconds.
const burstGap = time.Second

// joinable returns how many messages at the head can be one input: messages of
// one customer that have no meaning of their own.
func joinable(ms []*message.In) int {
	n := 0
	for n < len(ms) && n < maxJoined {
		m := ms[n]
		if m == nil || m.FromMe || m.Sender != ms[0].Sender || !toEngine(m).Mergeable() {
			break
		}
		n++
	}
	return n
}

// albumSize returns how many messages at the head, at least one, are photos of one album.
func albumSize(ms []*message.In) int {
	n := 1
	for album(ms[0]) != "" && n < len(ms) && album(ms[n]) == album(ms[0]) {
		n++
	}
	return n
}

func album(m *message.In) string {
	if m.Content.Media == nil {
		return ""
	}
	return m.Content.Media.Album
}

// burst returns how many messages at the head, at least one, were sent at once;
// with offline, or waited at the server together.
func burst(ms []*message.In, offline bool) int {
	n := 1
	for n < len(ms) {
		a, b := ms[n-1], ms[n]
		if b.At.Sub(a.At).Abs() > burstGap && (!offline || !a.Offline || !b.Offline) {
			break
		}
		n++
	}
	return n
}

// Merge returns the one message that the engine sees of ms, at least one. It has
// the first one's ID, by which files are found again.
func Merge(ms []*message.In) *engine.Message {
	all := make([]*engine.Message, 0, len(ms))
	for _, m := range ms {
		all = append(all, toEngine(m))
	}
	one := engine.MergeMessages(all)
	one.ID = all[0].ID
	for _, m := range all {
		one.Mentioned = one.Mentioned || m.Mentioned
		if one.Ad == "" {
			one.Ad = m.Ad
		}
	}
	return one
}

func toEngine(m *message.In) *engine.Message {
	return &engine.Message{
		ID: m.ID, At: engine.At(m.At), Content: m.Content, Quoted: m.Quoted, Offline: m.Offline,
		Group: m.Chat.Group != "", Mentioned: m.Content.Mentioned, Ad: m.Content.Ad,
	}
}
