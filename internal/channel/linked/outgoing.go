package linked

import (
	"fmt"
	"strings"
	"time"

	"recado/internal/message"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// outgoing converts out. up is the uploaded file, nil for content without one; at is
// the present time.
func outgoing(out message.Out, to types.JID, up *upload, at time.Time) (*waE2E.Message, error) {
	c := out.Content
	quote := quoting(out.Quoted, to)
	switch c.Kind {
	case message.Text:
		return textMessage(c.Text, quote), nil
	case message.LocationPin:
		l := c.Location
		return &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
			DegreesLatitude: &l.Latitude, DegreesLongitude: &l.Longitude,
			Name: optional(l.Name), Address: optional(l.Address), ContextInfo: quote,
		}}, nil
	case message.ContactCard:
		return &waE2E.Message{ContactMessage: &waE2E.ContactMessage{
			DisplayName: &c.Contact.Name, Vcard: new(vcard(*c.Contact)), ContextInfo: quote,
		}}, nil
	case message.ReactionTo:
		return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
			Key:  &waCommon.MessageKey{RemoteJID: new(to.String()), FromMe: &c.Reaction.FromMe, ID: &c.Reaction.Target},
			Text: &c.Reaction.Emoji, SenderTimestampMS: new(at.UnixMilli()),
		}}, nil
	case message.PollKind:
		return pollMessage(*c.Poll), nil
	case message.Image, message.Video, message.Audio, message.Voice, message.Document, message.Sticker:
		if up == nil {
			return nil, fmt.Errorf("compose %s: the file was not uploaded", c.Kind)
		}
		return mediaMessage(c, *up, quote), nil
	}
	return nil, &message.SendError{Code: "unsupported", Err: fmt.Errorf("a linked device does not send %q", string(c.Kind))}
}

func textMessage(text string, quote *waE2E.ContextInfo) *waE2E.Message {
	if quote == nil {
		return &waE2E.Message{Conversation: &text}
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text, ContextInfo: quote}}
}

func quoting(id string, chat types.JID) *waE2E.ContextInfo {
	if id == "" {
		return nil
	}
	return &waE2E.ContextInfo{
		StanzaID: &id, Participant: new(chat.String()),
		QuotedMessage: &waE2E.Message{Conversation: new("")},
	}
}

// pollMessage returns the poll in its first version: whatsmeow marks the stanzas of
// newer ones as text. compose adds the secret that votes are encrypted with.
func pollMessage(p message.Poll) *waE2E.Message {
	poll := &waE2E.PollCreationMessage{Name: &p.Question, SelectableOptionsCount: new(uint32(p.Max))}
	for _, o := range p.Options {
		poll.Options = append(poll.Options, &waE2E.PollCreationMessage_Option{OptionName: new(o)})
	}
	return &waE2E.Message{PollCreationMessage: poll}
}

// upload is a file on WhatsApp's media servers.
type upload struct {
	whatsmeow.UploadResponse
	mime string
}

func mediaMessage(c message.Content, up upload, quote *waE2E.ContextInfo) *waE2E.Message {
	m := c.Media
	switch c.Kind {
	case message.Image:
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &up.mime, Caption: optional(m.Caption), ContextInfo: quote,
		}}
	case message.Video:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &up.mime, Caption: optional(m.Caption), ContextInfo: quote,
		}}
	case message.Audio, message.Voice:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &up.mime,
			PTT: new(c.Kind == message.Voice), Seconds: new(uint32(max(m.Seconds, 0))), ContextInfo: quote,
		}}
	case message.Sticker:
		return &waE2E.Message{StickerMessage: &waE2E.StickerMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
			FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &up.mime, IsAnimated: &m.Animated, ContextInfo: quote,
		}}
	}
	name := m.Filename
	if name == "" {
		name = "archivo"
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256,
		FileSHA256: up.FileSHA256, FileLength: &up.FileLength, Mimetype: &up.mime,
		FileName: &name, Title: &name, Caption: optional(m.Caption), ContextInfo: quote,
	}}
}

// vcard returns the given card, or the smallest one that WhatsApp accepts.
func vcard(c message.Contact) string {
	if c.VCard != "" {
		return c.VCard
	}
	name := strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\n", " ", "\r", " ").Replace(c.Name)
	card := "BEGIN:VCARD\nVERSION:3.0\nN:;" + name + ";;;\nFN:" + name + "\n"
	if d := digits(c.Phone); d != "" {
		card += "TEL;type=CELL;type=VOICE;waid=" + d + ":+" + d + "\n"
	}
	return card + "END:VCARD"
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
