package realtime

import (
	"encoding/json"

	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// Path is where the gateway is mounted.
const Path = "/socket.io/"

// What a client may send. Both take a Command and are acknowledged with an Ack.
const (
	connectWhatsApp    = "connectWhatsApp"
	disconnectWhatsApp = "disconnectWhatsApp"
)

// What a client is sent. The names are the bus's own: channel.EventQR,
// EventStatus and EventReady carry the payloads below, the others what their
// publisher documents.
const (
	eventQR           = channel.EventQR     // channel.QRPayload
	eventStatus       = channel.EventStatus // statusEvent
	eventReady        = channel.EventReady  // channel.ReadyPayload
	eventMessage      = "message"
	eventConversation = "conversation"
)

// audience says who in the shop an event is for. What is not in it stays inside.
var audience = map[string]tenant.Action{
	eventQR:           tenant.LinkChannel, // whoever holds the code can take the account over
	eventStatus:       tenant.ViewShop,
	eventReady:        tenant.ViewShop,
	eventMessage:      tenant.ViewShop,
	eventConversation: tenant.ViewShop,
}

// statusEvent is channel.StatusPayload with the reason in the reader's language.
type statusEvent struct {
	channel.StatusPayload
	Message string `json:"message,omitempty"`
}

// command is the payload of what a client sends; see decode for what is refused.
type command struct {
	Company tenant.ShopID
	Type    channel.Type // empty: the shop's only or most recent one
	Logout  bool         // disconnectWhatsApp only
}

// Ack answers a command.
type Ack struct {
	OK     bool           `json:"ok"`
	Status channel.Status `json:"status,omitempty"`
	Error  *AckError      `json:"error,omitempty"`
}

// AckError says why a command did nothing.
type AckError struct {
	Code    i18n.Code `json:"code"`
	Message string    `json:"message"`
}

func refused(code i18n.Code, lang i18n.Lang) Ack {
	return Ack{Error: &AckError{Code: code, Message: i18n.Problem(code, lang)}}
}

// data is JSON that passes through. It is a struct so that the library does not
// take the bytes for a binary attachment.
type data struct{ raw json.RawMessage }

// MarshalJSON implements json.Marshaler.
func (d data) MarshalJSON() ([]byte, error) { return d.raw, nil }
