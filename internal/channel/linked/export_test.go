package linked

import (
	"recado/internal/channel"

	"go.mau.fi/whatsmeow"
)

// Gone is gone.
var Gone = gone

// ClientOf returns the whatsmeow client that a session works with.
func ClientOf(s channel.Session) *whatsmeow.Client {
	client, _ := s.(*session).live()
	return client
}
