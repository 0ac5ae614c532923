package linked

import (
	"slices"
	"strings"

	"recado/internal/message"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
)

// contextOf returns the context of m: the quoted message, mentions, the ad. Nil for
// none.
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

// adOf returns the id, or else the address, of the ad that led to the message: the
// first message after a tap on it carries it. Empty for other link previews.
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

const maxAd = 200 // bytes, of an untrusted id

// mentions reports whether a group message mentions own or quotes its message.
func mentions(c *waE2E.ContextInfo, own message.Peer) bool {
	if c.GetStanzaID() != "" && isPeer(own, c.GetParticipant()) {
		return true
	}
	return slices.ContainsFunc(c.GetMentionedJID(), func(jid string) bool { return isPeer(own, jid) })
}

func isPeer(own message.Peer, jid string) bool {
	j, err := types.ParseJID(jid)
	if err != nil || j.User == "" {
		return false
	}
	p := peerOf(j)
	return p.LID != "" && p.LID == own.LID || p.Phone != "" && p.Phone == own.Phone
}
