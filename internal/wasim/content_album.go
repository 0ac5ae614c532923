package wasim

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Album announces photos that follow as media of this message's id.
type Album struct {
	Images int `json:"images"`
}

func refuseAlbum(d *Draft) string {
	if d.Album.Images < 2 {
		return "An album has at least two images."
	}
	return ""
}

func composeAlbum(_ *phone, d *Draft, _ *account) (*waE2E.Message, error) {
	return &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: new(uint32(d.Album.Images))}}, nil
}

func renderAlbum(_ *phone, b *ScreenMessage, m *waE2E.Message) bool {
	if m.GetAlbumMessage() == nil {
		return false
	}
	b.Kind = KindAlbum
	return true
}
