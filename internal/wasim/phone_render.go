package wasim

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// render shows a decrypted message on the screen, or does to an earlier bubble what
// the message asks for.
func (p *phone) render(l *envelope, m *waE2E.Message) {
	b := ScreenMessage{ID: l.id, From: l.from.acc.number, FromMe: l.from.acc == p.acc, With: l.from.acc.number, At: l.at}
	if own := m.GetDeviceSentMessage(); own != nil {
		m = own.GetMessage()
		b.With = p.destination(l, own.GetDestinationJID())
	}
	m = unwrap(m)
	if change := m.GetProtocolMessage(); change != nil {
		p.applyChange(change)
		return
	}
	p.renderContent(&b, m)
	b.secret = m.GetMessageContextInfo().GetMessageSecret()
	p.screen.add(b)
	if !b.FromMe {
		p.setTyping(b.From, false)
	}
}

// destination is the number of whom an own device wrote to.
func (p *phone) destination(l *envelope, jid string) string {
	if j, err := types.ParseJID(jid); err == nil {
		if a := p.srv.accountOf(j); a != nil {
			return a.number
		}
	}
	if l.chat != nil {
		return l.chat.number
	}
	return ""
}

// unwrap takes off the envelopes that say how to show a message.
func unwrap(m *waE2E.Message) *waE2E.Message {
	for range 4 {
		inner := []*waE2E.FutureProofMessage{m.GetEphemeralMessage(), m.GetViewOnceMessage(), m.GetViewOnceMessageV2(), m.GetDocumentWithCaptionMessage(), m.GetEditedMessage()}
		next := (*waE2E.Message)(nil)
		for _, i := range inner {
			if i.GetMessage() != nil {
				next = i.GetMessage()
			}
		}
		if next == nil {
			return m
		}
		m = next
	}
	return m
}

// applyChange edits or deletes an earlier bubble.
func (p *phone) applyChange(c *waE2E.ProtocolMessage) {
	b := p.screen.byID[c.GetKey().GetID()]
	if b == nil {
		return
	}
	switch c.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		b.Kind, b.Text, b.Media = KindDeleted, "", nil
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		b.Edited = true
		p.renderContent(b, c.GetEditedMessage())
	}
}
