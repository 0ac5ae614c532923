package wasim

import (
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Reaction is an emoji on an earlier message; an empty one takes it back.
type Reaction struct {
	ID    string `json:"id"`
	Emoji string `json:"emoji"`
}

func refuseReaction(d *Draft) string {
	if d.Reaction.ID == "" {
		return "Field reaction.id names the message that the reaction is about."
	}
	return ""
}

func composeReaction(p *phone, d *Draft, to *account) (*waE2E.Message, error) {
	return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
		Key:               p.srv.messageKey(d.Reaction.ID, to),
		Text:              &d.Reaction.Emoji,
		SenderTimestampMS: new(p.srv.o.Now().UnixMilli()),
	}}, nil
}

func renderReaction(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	r := m.GetReactionMessage()
	if r == nil {
		return false
	}
	b.Kind, b.Text, b.Target = KindReaction, r.GetText(), r.GetKey().GetID()
	return true
}

// messageKey names an earlier message of the chat with to, as its writer sees it.
func (s *Server) messageKey(id string, to *account) *waCommon.MessageKey {
	to.phone.mu.Lock()
	b := to.phone.screen.byID[id]
	theirs := b != nil && b.FromMe
	to.phone.mu.Unlock()
	return &waCommon.MessageKey{ID: &id, RemoteJID: new(to.jid(ByLID, 0).String()), FromMe: new(!theirs)}
}
