package linked

import (
	"recado/internal/message"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// mediaContent returns the file that e carries. Its Ref is the media part of the
// WhatsApp message, with path and key, for Download.
func mediaContent(e *events.Message) (message.Content, bool) {
	m := e.Message
	var kind message.Kind
	var media message.Media
	ref := &waE2E.Message{}
	switch {
	case m.ImageMessage != nil:
		i := m.ImageMessage
		kind, ref.ImageMessage = message.Image, i
		media = message.Media{MIME: i.GetMimetype(), Caption: i.GetCaption(), Size: int64(i.GetFileLength()), SHA256: i.GetFileSHA256(), Width: int(i.GetWidth()), Height: int(i.GetHeight())}
	case m.VideoMessage != nil || m.PtvMessage != nil:
		v := m.VideoMessage
		if v == nil {
			v = m.PtvMessage
		}
		kind, ref.VideoMessage = message.Video, v
		media = message.Media{MIME: v.GetMimetype(), Caption: v.GetCaption(), Size: int64(v.GetFileLength()), SHA256: v.GetFileSHA256(), Seconds: int(v.GetSeconds()), Width: int(v.GetWidth()), Height: int(v.GetHeight())}
	case m.AudioMessage != nil:
		a := m.AudioMessage
		kind, ref.AudioMessage = message.Audio, a
		if a.GetPTT() {
			kind = message.Voice
		}
		media = message.Media{MIME: a.GetMimetype(), Size: int64(a.GetFileLength()), SHA256: a.GetFileSHA256(), Seconds: int(a.GetSeconds()), Wave: a.GetWaveform()}
	case m.DocumentMessage != nil:
		d := m.DocumentMessage
		kind, ref.DocumentMessage = message.Document, d
		media = message.Media{MIME: d.GetMimetype(), Caption: d.GetCaption(), Filename: d.GetFileName(), Size: int64(d.GetFileLength()), SHA256: d.GetFileSHA256(), Pages: int(d.GetPageCount())}
	case m.StickerMessage != nil:
		s := m.StickerMessage
		kind, ref.StickerMessage = message.Sticker, s
		media = message.Media{MIME: s.GetMimetype(), Size: int64(s.GetFileLength()), SHA256: s.GetFileSHA256(), Animated: s.GetIsAnimated()}
	default:
		return message.Content{}, false
	}
	media.ViewOnce = e.IsViewOnce
	media.Album = albumOf(m)
	raw, err := proto.Marshal(stripped(ref))
	if err != nil { // what was just unmarshalled marshals
		return message.Content{Kind: message.Unsupported}, true
	}
	media.Ref = raw
	return message.Content{Kind: kind, Media: &media}, true
}

// albumOf returns the id of the album of a file; empty for none.
func albumOf(m *waE2E.Message) string {
	a := m.GetMessageContextInfo().GetMessageAssociation()
	if a.GetAssociationType() != waE2E.MessageAssociation_MEDIA_ALBUM {
		return ""
	}
	return a.GetParentMessageKey().GetID()
}

// stripped returns m without its thumbnails, which are most of its bytes.
func stripped(m *waE2E.Message) *waE2E.Message {
	m = proto.Clone(m).(*waE2E.Message)
	if m.ImageMessage != nil {
		m.ImageMessage.JPEGThumbnail, m.ImageMessage.ContextInfo = nil, nil
	}
	if m.VideoMessage != nil {
		m.VideoMessage.JPEGThumbnail, m.VideoMessage.ContextInfo = nil, nil
	}
	if m.DocumentMessage != nil {
		m.DocumentMessage.JPEGThumbnail, m.DocumentMessage.ContextInfo = nil, nil
	}
	if m.StickerMessage != nil {
		m.StickerMessage.PngThumbnail, m.StickerMessage.ContextInfo = nil, nil
	}
	return m
}
