package wasim

import (
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Ad is the ad that an owner tapped before writing.
type Ad struct {
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
	URL   string `json:"url,omitempty"`
}

const maxText = 65_536

func refuseText(d *Draft) string {
	if len(d.Text) > maxText {
		return fmt.Sprintf("Field text has at most %d bytes.", maxText)
	}
	return ""
}

func composeText(_ *phone, d *Draft, to *account) (*waE2E.Message, error) {
	switch {
	case d.Ad != nil:
		return fromAd(d.Text, d.Ad), nil
	case d.Quote != "":
		return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
			Text:        &d.Text,
			ContextInfo: &waE2E.ContextInfo{StanzaID: &d.Quote, Participant: new(to.jid(ByLID, 0).String())},
		}}, nil
	default:
		return &waE2E.Message{Conversation: &d.Text}, nil
	}
}

// fromAd is a first message with the ad in its context.
func fromAd(text string, ad *Ad) *waE2E.Message {
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: &text,
		ContextInfo: &waE2E.ContextInfo{
			EntryPointConversionSource: new("ctwa_ad"),
			ExternalAdReply: &waE2E.ContextInfo_ExternalAdReplyInfo{
				SourceType: new("ad"), SourceID: &ad.ID, Title: nonEmpty(ad.Title), SourceURL: nonEmpty(ad.URL), ShowAdAttribution: new(true),
			},
		},
	}}
}

func renderText(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	switch {
	case m.GetConversation() != "":
		b.Kind, b.Text = KindText, m.GetConversation()
	case m.GetExtendedTextMessage() != nil:
		b.Kind, b.Text = KindText, m.GetExtendedTextMessage().GetText()
		b.Quote = m.GetExtendedTextMessage().GetContextInfo().GetStanzaID()
	default:
		return false
	}
	return true
}
