package linked

import (
	"recado/internal/channel"

	"go.mau.fi/whatsmeow"
)

// ReaderEnded is readerEnded.
var ReaderEnded = readerEnded

// ClientOf returns the whatsmeow client of a session.
func ClientOf(s channel.Session) *whatsmeow.Client {
	client, _ := s.(*session).current()
	return client
}
