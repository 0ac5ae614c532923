package linked

import (
	"slices"
	"strings"

	"recado/internal/message"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// contextOf returns what m says beside its content: what it answers, whom it
// mentions, which ad it came from. Nil when it says nothing.
func contextOf(m *waE2E.Message) *waE2E.ContextInfo {
	for _, c := range []*waE2E.ContextInfo{
		m.GetExtendedTextMessage().GetContextInfo(), m.GetImageMessage().GetContextInfo(),
		m.GetVideoMessage().GetContextInfo(), m.GetAudioMessage().GetContextInfo(),
		m.GetDocumentMessage().GetContextInfo(), m.GetStickerMessage().GetContextInfo(),
		m.GetLocationMessage().GetContextInfo(), m.GetContactMessage().GetContextInfo(),
		m.GetButtonsResponseMessage().GetContextInfo(), m.GetListResponseMessage().GetContextInfo(),
		m.GetTemplateButtonReplyMessage().GetContextInfo(), pollOf(m).GetContextInfo(),
	} {
		if c != nil {
			return c
		}
	}
	return nil
}

// adOf returns the id of the ad that led to the message. WhatsApp puts the ad
// into the first message of who tapped it; without an id its address names it.
// Other pages that are shown with a link are no ads.
func adOf(c *waE2E.ContextInfo) string {
	ad := c.GetExternalAdReply()
	if ad == nil || ad.GetSourceType() != "ad" && ad.GetCtwaClid() == "" && c.GetEntryPointConversionSource() != "ctwa_ad" {
		return ""
	}
	for _, id := range []string{ad.GetSourceID(), ad.GetSourceURL(), ad.GetCtwaClid()} {
		if id != "" {
			return strings.ToValidUTF8(id[:min(len(id), maxAd)], "")
		}
	}
	return ""
}

// maxAd bounds what a stranger calls an ad, in bytes.
const maxAd = 200

// mentions reports whether a message of a group is meant for own: it names it,
// or answers what it wrote.
func mentions(c *waE2E.ContextInfo, own message.Peer) bool {
	if c.GetStanzaID() != "" && is(own, c.GetParticipant()) {
		return true
	}
	return slices.ContainsFunc(c.GetMentionedJID(), func(jid string) bool { return is(own, jid) })
}

func is(own message.Peer, jid string) bool {
	j, err := types.ParseJID(jid)
	if err != nil || j.User == "" {
		return false
	}
	p := peerOf(j)
	return p.LID != "" && p.LID == own.LID || p.Phone != "" && p.Phone == own.Phone
}
