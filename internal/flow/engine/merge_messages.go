package engine

import (
	"time"

	"recado/internal/flow"
	"recado/internal/message"
)

// CollectWait returns how long a message may wait for more before Step handles them
// together: as the question on top says, else its flow. A
// menu needs no waiting: one line answers it.
func CollectWait(d flow.Defs, r Run) time.Duration {
	f, ok := r.At()
	if !ok || r.Wait == nil || r.Wait.Kind != ForReply || r.Question != nil {
		return 0
	}
	def, ok := d.Version(f.Flow, f.Version)
	if !ok {
		return 0
	}
	n, ok := def.Node(f.Node)
	if !ok {
		return 0
	}
	ask, ok := n.(*flow.AskNode)
	switch {
	case !ok || ask.Secret:
		return 0
	case ask.Collect > 0:
		return min(ask.Collect, maxCollect)
	case ask.As == flow.AskText || ask.As == flow.AskAddress || ask.As == flow.AskImage || ask.As == flow.AskAnyMedia:
		return min(def.Settings.Collect, maxCollect)
	}
	return 0
}

const (
	maxCollect  = 20 * time.Second
	maxTogether = 20 // messages that can be one input
)

// MergeMessages joins messages that belong together, in their order, into one
// input; it returns nil for none. Reactions, edits, deletions, votes, taps and
// answers to quoted messages stand for themselves: ask Mergeable first.
func MergeMessages(ms []*Message) *Message {
	if len(ms) == 0 {
		return nil
	}
	out := *ms[0]
	out.Also = append([]message.Content(nil), out.Also...)
	for _, m := range ms[1:min(len(ms), maxTogether)] {
		out.ID, out.At = m.ID, max(out.At, m.At)
		out.Offline = out.Offline || m.Offline
		out.Also = append(append(out.Also, m.Content), m.Also...)
	}
	return &out
}

// Mergeable reports whether a message may be put together with others.
func (m *Message) Mergeable() bool {
	switch m.Content.Kind {
	case message.Text, message.Image, message.Video, message.Audio, message.Voice, message.Document, message.LocationPin, message.ContactCard:
		return m.Quoted == ""
	case message.Sticker, message.ReactionTo, message.PollKind, message.VoteKind, message.ChoiceKind, message.Edited, message.Deleted, message.Unsupported:
	}
	return false
}
