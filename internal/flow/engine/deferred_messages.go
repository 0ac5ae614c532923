package engine

import (
	"slices"
	"strings"

	"recado/internal/message"
)

// add defers the message until the current wait is over.
func (m deferredMessages) add() {
	if len(m.r.Deferred) >= MaxDeferred {
		m.event(Event{Kind: LimitHit, Name: "queue"})
		return
	}
	m.event(Event{Kind: Queued})
	m.r.Deferred = append(slices.Clip(m.r.Deferred), m.compact())
}

// maxDeferredText is how many characters a message that waits may keep of a text.
const maxDeferredText = 1024

// compact returns the message with the parts that an answer can be made of, in valid
// UTF-8 and bounded: a stranger must not be able to fill the state.
func (m deferredMessages) compact() Message {
	text := func(s string, n int) string { return cut(strings.ToValidUTF8(s, "\ufffd"), n) }
	in := m.msg
	out := Message{
		ID: text(in.ID, 200), At: in.At, Quoted: text(in.Quoted, 200), Offline: in.Offline, Ad: text(in.Ad, 200),
		Content: message.Content{Kind: in.Content.Kind, Choice: text(in.Content.Choice, 200)},
	}
	c := &out.Content
	if md := in.Content.Media; md != nil {
		c.Media = &message.Media{MIME: text(md.MIME, 100), Filename: text(md.Filename, 240), Caption: text(m.raw, maxDeferredText), Seconds: md.Seconds}
	} else {
		c.Text = text(m.raw, maxDeferredText)
	}
	if l := in.Content.Location; l != nil {
		c.Location = &message.Location{Latitude: l.Latitude, Longitude: l.Longitude, Name: text(l.Name, 200), Address: text(l.Address, 400)}
	}
	if p := in.Content.Contact; p != nil {
		c.Contact = &message.Contact{Name: text(p.Name, 200), Phone: text(p.Phone, 40)}
	}
	if v := in.Content.Vote; v != nil {
		vote := message.Vote{Poll: text(v.Poll, 200)}
		for _, o := range v.Options[:min(len(v.Options), 12)] {
			vote.Options = append(vote.Options, text(o, 100))
		}
		c.Vote = &vote
	}
	return out
}

// handle handles the deferred messages, as one, once the run waits for a reply or has
// ended. People type ahead, so a text that the new question understands is its
// answer; any other was not meant for it.
func (m deferredMessages) handle() {
	for range 3 {
		if len(m.r.Deferred) == 0 || m.r.Paused != nil || m.limits.exceeded != "" {
			return
		}
		if w := m.r.Wait; w != nil && w.Kind != ForReply {
			return
		}
		queue := m.r.Deferred
		m.r.Deferred = nil
		one := queue[0]
		for _, q := range queue[1:] {
			one.Also = append(one.Also, q.Content)
			one.ID, one.At = q.ID, q.At
		}
		m.setMessage(&one)
		m.early = true
		m.route(&one, false)
		m.msg, m.early = nil, false
	}
}
