package engine

import (
	"strings"
	"time"
	"unicode/utf8"

	"recado/internal/flow"
	"recado/internal/flow/expr"
	"recado/internal/i18n"
	"recado/internal/message"
)

// sender is a memory that can also send messages.
type sender struct{ memory }

// renderAbove renders a say as the text above a list of options; files are sent at once.
func (m *sender) renderAbove(say flow.Say) string {
	var texts []string
	for _, b := range say {
		if t, ok := b.(*flow.TextBubble); ok {
			texts = append(texts, m.render(t.Text))
			continue
		}
		m.sendBubble(b)
	}
	return strings.Join(texts, "\n")
}

// say sends the bubbles of s.
func (m *sender) say(s flow.Say) {
	for _, b := range s {
		m.sendBubble(b)
	}
}

// sendBubble renders and sends one bubble.
func (m *sender) sendBubble(b flow.Bubble) { m.send(&Send{Content: m.content(b)}) }

func join(head, tail string) string {
	switch {
	case head == "":
		return tail
	case tail == "":
		return head
	}
	return head + "\n" + tail
}

// content renders one bubble.
func (m *sender) content(b flow.Bubble) message.Content {
	switch b := b.(type) {
	case *flow.TextBubble:
		return message.Content{Kind: message.Text, Text: m.render(b.Text)}
	case *flow.MediaBubble:
		media := &message.Media{Asset: b.Asset, Filename: b.Filename, Caption: cut(m.render(b.Caption), message.MaxCaption)}
		if b.URL != nil {
			url, ws := b.URL.Render(m.scope(), expr.URL)
			m.warn(ws)
			media.URL = url
		}
		return message.Content{Kind: message.Kind(b.Kind), Media: media}
	case *flow.LocationBubble:
		return message.Content{Kind: message.LocationPin, Location: &message.Location{Latitude: b.Lat, Longitude: b.Lng, Name: b.Name, Address: b.Address}}
	case *flow.ContactBubble:
		return message.Content{Kind: message.ContactCard, Contact: &message.Contact{Name: b.Name, Phone: strings.TrimPrefix(b.Phone, "+")}}
	}
	return message.Content{}
}

// sayPhrase sends a text of the engine.
func (m *sender) sayPhrase(p i18n.Sentence) { m.sendText(p.InLocale(m.locale())) }

func (m *sender) sendText(text string) string {
	s := new(Send)
	s.Content.Kind, s.Content.Text = message.Text, text
	return m.send(s)
}

// send queues a message and returns its key, "" when it must not be sent: to
// a contact that opted out, outside the channel's window, beyond a limit, or empty.
func (m *sender) send(s *Send) string {
	if s.Content.Kind == message.Text {
		s.Content.Text = cut(strings.TrimSpace(s.Content.Text), message.MaxText)
		if s.Content.Text == "" {
			m.event(Event{Kind: Warned, Name: "empty_text"})
			return ""
		}
	}
	if w := m.env.Caps.Window; w > 0 {
		s.Window = m.r.LastIn.Add(w)
		if m.now > s.Window || m.r.LastIn == 0 {
			m.event(Event{Kind: Ignored, Name: "window_closed"})
			return ""
		}
	}
	switch {
	case m.r.OptedOut != 0:
		m.event(Event{Kind: Ignored, Name: "opted_out"})
		return ""
	case !m.limits.maySend():
		return ""
	}
	if limit := m.r.Traffic.allow(textKey(s.Content), m.now, m.msg != nil); limit != "" {
		if !m.limits.breached {
			m.limits.exceed(limit)
			return ""
		}
		if m.limits.farewell {
			return ""
		}
		m.limits.farewell = true // one last message may pass, so that the customer is not left in silence
	}
	if m.def != nil {
		s.Flow, s.Node = m.def.ID, m.top().Node
		s.Typing = m.def.Settings.Typing
		if n, ok := m.node().(*flow.MessageNode); ok {
			s.Typing = s.Typing && n.Typing
		}
		if m.limits.sends > 0 && m.def.Settings.Pace > 0 {
			s.NotBefore = m.now.Add(time.Duration(m.limits.sends) * m.def.Settings.Pace)
		}
	}
	m.limits.sends++
	s.Epoch = m.r.Epoch
	return m.effect(s)
}

// textKey returns the text of a message by which repetitions are counted.
func textKey(c message.Content) string {
	switch {
	case c.Text != "":
		return c.Text
	case c.Media != nil:
		return c.Media.Asset + c.Media.URL + c.Media.Caption
	case c.Poll != nil:
		return c.Poll.Question
	case c.Location != nil:
		return c.Location.Name
	case c.Contact != nil:
		return c.Contact.Name
	}
	return ""
}

// cut shortens s to n runes, at the border of a character that people see where
// that is cheap to know: never between a letter and its marks or joiners.
func cut(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	end := n - 1
	for end > 0 && joins(runes[end]) {
		end--
	}
	return string(runes[:end]) + "…"
}

// joins reports whether r continues the character before it.
func joins(r rune) bool {
	return r == '\u200d' || r >= '\ufe00' && r <= '\ufe0f' || r >= '\u0300' && r <= '\u036f' || r >= 0x1f3fb && r <= 0x1f3ff
}
