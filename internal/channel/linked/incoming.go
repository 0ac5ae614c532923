package linked

import (
	"strings"

	"recado/internal/message"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// incoming converts e; own is the shop's number. ok is false for messages that belong
// in no conversation: protocol messages, statuses, channels.
func incoming(e *events.Message, own message.Peer, offline bool) (in message.In, ok bool) {
	chat := e.Info.Chat
	switch chat.Server {
	case types.DefaultUserServer, types.HiddenUserServer, types.HostedServer, types.HostedLIDServer, types.GroupServer:
	default:
		return in, false
	}
	c, ok := contentOf(e)
	if !ok {
		return in, false
	}
	info := contextOf(e.Message)
	c.Ad = adOf(info)
	c.Mentioned = chat.Server == types.GroupServer && mentions(info, own)
	in = message.In{
		ID: e.Info.ID, Name: e.Info.PushName, FromMe: e.Info.IsFromMe, At: e.Info.Timestamp,
		Offline: offline, Quoted: info.GetStanzaID(), Content: c,
		Sender: peerOf(e.Info.Sender, e.Info.SenderAlt),
	}
	switch {
	case chat.Server == types.GroupServer:
		in.Chat = peerOf(chat)
	case e.Info.IsFromMe:
		in.Chat = peerOf(chat, e.Info.RecipientAlt)
		in.Name = "" // the shop's own
	default:
		in.Chat = in.Sender
	}
	return in, !in.Chat.IsZero()
}

// contentOf converts the content; ok is false when no person wrote it.
func contentOf(e *events.Message) (message.Content, bool) {
	m := e.Message
	switch {
	case m == nil:
		return message.Content{}, false
	case m.ProtocolMessage != nil:
		return protocolContent(m.ProtocolMessage)
	case e.IsEdit:
		text := textOf(m)
		return message.Content{Kind: message.Edited, Text: text, Target: e.Info.ID}, text != ""
	case m.Conversation != nil || m.ExtendedTextMessage != nil:
		return message.Content{Kind: message.Text, Text: textOf(m)}, true
	case m.ReactionMessage != nil:
		r := m.ReactionMessage
		return message.Content{Kind: message.ReactionTo, Reaction: &message.Reaction{
			Emoji: r.GetText(), Target: r.GetKey().GetID(), FromMe: r.GetKey().GetFromMe(),
		}}, true
	case m.LocationMessage != nil:
		return locationContent(m.LocationMessage), true
	case m.ContactMessage != nil:
		return contactContent(m.ContactMessage), true
	case m.ContactsArrayMessage != nil && len(m.ContactsArrayMessage.Contacts) > 0:
		return contactContent(m.ContactsArrayMessage.Contacts[0]), true
	case pollOf(m) != nil:
		return pollContent(pollOf(m)), true
	case m.SenderKeyDistributionMessage != nil && proto.Size(m) <= proto.Size(m.SenderKeyDistributionMessage)+64:
		return message.Content{}, false
	}
	if c, ok := choiceContent(m); ok {
		return c, true
	}
	if c, ok := mediaContent(e); ok {
		return c, true
	}
	if isBare(m) || m.AlbumMessage != nil || m.AssociatedChildMessage != nil {
		return message.Content{}, false // the files of an album are messages of their own; a child is a better copy of one
	}
	return message.Content{Kind: message.Unsupported}, true
}

// isBare reports whether m holds only context and key distribution.
func isBare(m *waE2E.Message) bool {
	rest := proto.Clone(m).(*waE2E.Message)
	rest.MessageContextInfo, rest.SenderKeyDistributionMessage = nil, nil
	return proto.Size(rest) == 0
}

func protocolContent(p *waE2E.ProtocolMessage) (message.Content, bool) {
	switch p.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		return message.Content{Kind: message.Deleted, Target: p.GetKey().GetID()}, true
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		return message.Content{Kind: message.Edited, Text: textOf(p.GetEditedMessage()), Target: p.GetKey().GetID()}, true
	}
	return message.Content{}, false
}

func textOf(m *waE2E.Message) string {
	if t := m.GetExtendedTextMessage().GetText(); t != "" {
		return t
	}
	return m.GetConversation()
}

func locationContent(l *waE2E.LocationMessage) message.Content {
	return message.Content{Kind: message.LocationPin, Location: &message.Location{
		Latitude: l.GetDegreesLatitude(), Longitude: l.GetDegreesLongitude(),
		Name: l.GetName(), Address: l.GetAddress(),
	}}
}

func contactContent(c *waE2E.ContactMessage) message.Content {
	return message.Content{Kind: message.ContactCard, Contact: &message.Contact{
		Name: c.GetDisplayName(), Phone: vcardPhone(c.GetVcard()), VCard: c.GetVcard(),
	}}
}

// vcardPhone returns the digits of the card's WhatsApp number, or of its first telephone.
func vcardPhone(card string) string {
	first := ""
	for line := range strings.Lines(card) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || !strings.Contains(strings.ToUpper(name), "TEL") {
			continue
		}
		for param := range strings.SplitSeq(name, ";") {
			if id, ok := strings.CutPrefix(strings.ToLower(param), "waid="); ok {
				return digits(id)
			}
		}
		if first == "" {
			first = digits(value)
		}
	}
	return first
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func pollOf(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{m.PollCreationMessage, m.PollCreationMessageV2, m.PollCreationMessageV3} {
		if p != nil {
			return p
		}
	}
	return nil
}

func pollContent(p *waE2E.PollCreationMessage) message.Content {
	poll := message.Poll{Question: p.GetName(), Max: int(p.GetSelectableOptionsCount())}
	for _, o := range p.GetOptions() {
		poll.Options = append(poll.Options, o.GetOptionName())
	}
	return message.Content{Kind: message.PollKind, Poll: &poll}
}

// choiceContent converts the answers to interactive messages of all generations.
func choiceContent(m *waE2E.Message) (message.Content, bool) {
	switch {
	case m.ButtonsResponseMessage != nil:
		r := m.ButtonsResponseMessage
		return message.Content{Kind: message.ChoiceKind, Choice: r.GetSelectedButtonID(), Text: r.GetSelectedDisplayText()}, true
	case m.ListResponseMessage != nil:
		r := m.ListResponseMessage
		return message.Content{Kind: message.ChoiceKind, Choice: r.GetSingleSelectReply().GetSelectedRowID(), Text: r.GetTitle()}, true
	case m.TemplateButtonReplyMessage != nil:
		r := m.TemplateButtonReplyMessage
		return message.Content{Kind: message.ChoiceKind, Choice: r.GetSelectedID(), Text: r.GetSelectedDisplayText()}, true
	}
	return message.Content{}, false
}
