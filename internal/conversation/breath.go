package conversation

import (
	"slices"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// People write one thought in several messages, albums arrive photo by photo,
// and what waited at WhatsApp's server comes all at once. This file decides
// which items of the inbox are one input for the flow, and what may still
// belong to it. An item that waits for more lies in the inbox, so a crash loses
// nothing of it; see linger.go for the waiting.
//
// A choice that was understood and an answer that asks nothing back do not wait
// at all.

// pause is how long an input waits for more of it, counted from the arrival of
// its last message.
type pause struct {
	quiet   time.Duration // 0: it is complete
	offline bool          // the shop's whole queue at the server counts
	newest  time.Time     // when its last message was sent, by WhatsApp's clock
}

// Bounds of a wait, however much goes on arriving.
const (
	maxLinger  = 20 * time.Second
	maxOffline = 30 * time.Second
)

// maxBreath is how far apart two messages may be sent to be one, where nobody
// asked for more than a line. WhatsApp's clock has whole seconds.
const maxBreath = time.Second

// chronological returns items with what waited at the server, at their head, in
// the order in which it was written: the server need not keep it.
func chronological(items []InboxItem) []InboxItem {
	n := 0
	for n < len(items) && items[n].In != nil && items[n].In.Offline && !items[n].In.FromMe {
		n++
	}
	if n < 2 {
		return items
	}
	items = slices.Clone(items) // they are the store's
	slices.SortStableFunc(items[:n], func(a, b InboxItem) int { return a.In.At.Compare(b.In.At) })
	return items
}

// next returns how many of the items, at least one, are the next input, how long
// that waits for more, and how many before it in items are passed over: they
// were written before anybody could see the question that they do not answer.
func (d *decision) next(items []InboxItem) (skip, n int, p pause) {
	joined := joinable(items)
	if joined == 0 || d.run.Paused != nil || d.run.OptedOut != 0 {
		return 0, 1, pause{}
	}
	if n = album(items[:joined]); n > 1 || albumOf(items[0]) != "" {
		return 0, n, d.pauseOf(items, n, d.limits.Album)
	}
	skip, n, quiet := d.read(items[:joined])
	if n > 1 && d.try(items[skip:skip+n]).panicked {
		return skip, 1, pause{} // one of them is a defect of ours, the others need not suffer
	}
	if quiet < 0 { // nothing can be wrong about it
		return skip, n, pause{}
	}
	return skip, n, d.pauseOf(items[skip:], n, quiet)
}

// pauseOf is the wait of the first n items: none when something else has
// arrived behind them, or when they are as many as one input may have.
func (d *decision) pauseOf(items []InboxItem, n int, quiet time.Duration) pause {
	if n < len(items) || n >= maxJoined {
		return pause{}
	}
	p := pause{quiet: quiet}
	for _, item := range items[:n] {
		p.offline = p.offline || item.In.Offline
		if item.In.At.After(p.newest) {
			p.newest = item.In.At
		}
	}
	if p.offline {
		p.quiet = max(p.quiet, d.limits.Offline)
	}
	return p
}

// maxJoined is how many messages the engine takes as one.
const maxJoined = 20

// joinable returns how many of the items at the head can be one input: messages
// of one customer that carry no meaning of their own.
func joinable(items []InboxItem) int {
	n := 0
	for n < len(items) && n < maxJoined {
		m := items[n].In
		if m == nil || m.FromMe || m.Sender != items[0].In.Sender || !messageOf(m).Mergeable() {
			break
		}
		n++
	}
	return n
}

// album returns how many of the items, at least one, are photos of one album.
func album(items []InboxItem) int {
	n := 1
	for albumOf(items[0]) != "" && n < len(items) && albumOf(items[n]) == albumOf(items[0]) {
		n++
	}
	return n
}

func albumOf(i InboxItem) string {
	if i.In == nil || i.In.FromMe || i.In.Content.Media == nil {
		return ""
	}
	return i.In.Content.Media.Album
}

// read finds out how many of the items are one input by trying what the flow
// would make of them, alone and together. quiet is how long that input waits for
// more; negative when it is not to wait, whatever else is true of it.
func (d *decision) read(items []InboxItem) (skip, n int, quiet time.Duration) {
	one := d.try(items[:1])
	if one.own || one.panicked {
		return 0, 1, -1
	}
	if !d.run.Active() {
		return d.beginning(items, one)
	}
	if w := d.run.Wait; w == nil || w.Kind != engine.ForReply {
		return 0, 1, -1
	}
	ask, asked := d.question()
	switch quiet := engine.CollectWait(d.defs, d.run); {
	case quiet > 0:
		return 0, d.ownWords(items), max(quiet, d.limits.Breath)
	case asked && ask.Secret:
		return 0, 1, -1
	case asked:
		return d.answer(items, one)
	}
	return d.choice(items, one)
}

// question returns the node on top when that is a question to be answered with words.
func (d *decision) question() (*flow.AskNode, bool) {
	f, ok := d.run.At()
	if !ok || d.run.Question != nil {
		return nil, false
	}
	def, ok := d.defs.Version(f.Flow, f.Version)
	if !ok {
		return nil, false
	}
	node, ok := def.Node(f.Node)
	if !ok {
		return nil, false
	}
	ask, ok := node.(*flow.AskNode)
	return ask, ok
}

// beginning reads what starts a flow. When that asks something, what was written
// at once belongs to it, and all that waited at the server: one start.
func (d *decision) beginning(items []InboxItem, one outcome) (skip, n int, quiet time.Duration) {
	if !one.asks {
		return 0, 1, -1
	}
	n = breath(items, true)
	if n > 1 && !d.try(items[:n]).asks { // the words together are not the words that start it
		return 0, 1, -1
	}
	return 0, n, d.limits.Breath
}

// breath returns how many of the items, at least one, were sent at once; with
// queue, or waited at the server together.
func breath(items []InboxItem, queue bool) int {
	n := 1
	for n < len(items) {
		a, b := items[n-1].In, items[n].In
		if b.At.Sub(a.At).Abs() > maxBreath && (!queue || !a.Offline || !b.Offline) {
			break
		}
		n++
	}
	return n
}

// answer reads what answers a question with words: as much as makes sense
// together of what was sent at once.
func (d *decision) answer(items []InboxItem, one outcome) (skip, n int, quiet time.Duration) {
	n = breath(items[:d.ownWords(items)], false)
	for k := n; k > 1; k-- {
		if d.try(items[:k]).understood {
			return 0, k, d.limits.Breath
		}
	}
	if one.understood {
		return 0, 1, d.limits.Breath
	}
	return d.choice(items, one)
}

// choice reads what answers a menu: the first of the items that does, and
// together with it what was said before.
func (d *decision) choice(items []InboxItem, one outcome) (skip, n int, quiet time.Duration) {
	if one.understood {
		if items[0].In.Offline { // what was written before it may still come
			return 0, 1, 0
		}
		return 0, 1, -1
	}
	for k := 2; k <= len(items); k++ {
		if d.try(items[:k]).understood {
			return 0, k, 0
		}
		if d.try(items[k-1 : k]).understood {
			return k - 1, 1, 0
		}
	}
	if len(d.commit.Sends) > 0 { // written before the question was: it means nothing by not being an answer
		return len(items), 0, -1
	}
	return 0, len(items), d.limits.Breath
}

// ownWords returns how many of the items, at least one, come before one that has
// a meaning of its own: a command, a word that stops all messages.
func (d *decision) ownWords(items []InboxItem) int {
	for i := range items[1:] {
		if d.try(items[i+1 : i+2]).own {
			return i + 1
		}
	}
	return len(items)
}

// passOver ends items that the flow need not hear of. The trace says so, and has
// no input to be replayed.
func (d *decision) passOver(items []InboxItem) {
	for _, item := range items {
		d.commit.Done = append(d.commit.Done, item.N)
		s := stepOf(d.env.Now, nil, d.run, d.run, nil, []engine.Event{{Kind: engine.Ignored, Name: "one_breath", Rule: item.In.ID}})
		d.steps = append(d.steps, s)
	}
}
