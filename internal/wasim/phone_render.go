package wasim

import (
	"strings"

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
	p.describe(&b, m)
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
		p.describe(b, c.GetEditedMessage())
	}
}

// describe fills in what a message holds.
func (p *phone) describe(b *ScreenMessage, m *waE2E.Message) {
	switch {
	case m.GetConversation() != "":
		b.Kind, b.Text = KindText, m.GetConversation()
	case m.GetExtendedTextMessage() != nil:
		b.Kind, b.Text = KindText, m.GetExtendedTextMessage().GetText()
		b.Quote = m.GetExtendedTextMessage().GetContextInfo().GetStanzaID()
	case m.GetImageMessage() != nil:
		p.describeFile(b, KindImage, m.GetImageMessage(), m.GetImageMessage().GetCaption(), "")
	case m.GetVideoMessage() != nil:
		p.describeFile(b, KindVideo, m.GetVideoMessage(), m.GetVideoMessage().GetCaption(), "")
	case m.GetAudioMessage().GetPTT():
		p.describeFile(b, KindVoice, m.GetAudioMessage(), "", "")
	case m.GetAudioMessage() != nil:
		p.describeFile(b, KindAudio, m.GetAudioMessage(), "", "")
	case m.GetStickerMessage() != nil:
		p.describeFile(b, KindSticker, m.GetStickerMessage(), "", "")
	case m.GetDocumentMessage() != nil:
		p.describeFile(b, KindDocument, m.GetDocumentMessage(), m.GetDocumentMessage().GetCaption(), m.GetDocumentMessage().GetFileName())
	default:
		describeRest(b, m)
	}
}

func describeRest(b *ScreenMessage, m *waE2E.Message) {
	switch {
	case m.GetLocationMessage() != nil:
		l := m.GetLocationMessage()
		b.Kind, b.Text = KindLocation, l.GetName()
		b.Location = &Location{Latitude: l.GetDegreesLatitude(), Longitude: l.GetDegreesLongitude(), Name: l.GetName(), Address: l.GetAddress()}
	case m.GetContactMessage() != nil:
		c := m.GetContactMessage()
		b.Kind, b.Text, b.Contact = KindContact, c.GetDisplayName(), &Contact{Name: c.GetDisplayName(), Number: waid(c.GetVcard())}
	case m.GetReactionMessage() != nil:
		b.Kind, b.Text, b.Target = KindReaction, m.GetReactionMessage().GetText(), m.GetReactionMessage().GetKey().GetID()
	case pollOf(m) != nil:
		q := pollOf(m)
		b.Kind, b.Text = KindPoll, q.GetName()
		b.Poll = &Poll{Question: q.GetName(), Multiple: q.GetSelectableOptionsCount() != 1}
		for _, o := range q.GetOptions() {
			b.Poll.Options = append(b.Poll.Options, o.GetOptionName())
		}
	case m.GetAlbumMessage() != nil:
		b.Kind = KindAlbum
	case m.GetPollUpdateMessage() != nil:
		b.Kind, b.Target = KindVote, m.GetPollUpdateMessage().GetPollCreationMessageKey().GetID()
	default:
		b.Kind = KindOther
	}
}

func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, q := range []*waE2E.PollCreationMessage{m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3()} {
		if q != nil {
			return q
		}
	}
	return nil
}

// describeFile downloads the file and opens it, as a phone does.
func (p *phone) describeFile(b *ScreenMessage, kind Kind, f file, caption, name string) {
	b.Kind, b.Text = kind, caption
	b.Media = &Media{Kind: kind, MIME: f.GetMimetype(), Filename: name, Caption: caption}
	data, err := p.srv.fetch(f, kind)
	if err != nil {
		p.screen.reportProblem(b.ID, b.From, ReasonBadMedia, err.Error(), b.At)
		return
	}
	b.Media.Bytes, b.Media.SHA256 = len(data), hexSum(data)
}

// waid finds the number in a card.
func waid(vcard string) string {
	_, after, ok := strings.Cut(vcard, "waid=")
	if !ok {
		return ""
	}
	digits, _, _ := strings.Cut(after, ":")
	return digits
}
