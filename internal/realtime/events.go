package realtime

import (
	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// Path is where the gateway is mounted.
const Path = "/socket.io/"

// Events that clients send. Both take a command and are acknowledged with an Ack.
const (
	connectWhatsApp    = "connectWhatsApp"
	disconnectWhatsApp = "disconnectWhatsApp"
)

// Events that clients receive, under their names on the bus. The payloads of message
// and conversation are documented by their publisher.
const (
	eventQR           = channel.EventQR     // channel.QRPayload
	eventStatus       = channel.EventStatus // statusEvent
	eventReady        = channel.EventReady  // channel.ReadyPayload
	eventMessage      = "message"
	eventConversation = "conversation"
)

// audience is the permission that each event requires. Other events of the bus are
// not sent to clients.
var audience = map[string]tenant.Action{
	eventQR:           tenant.LinkChannel, // the holder of the code can take the account over
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

// command is the payload of a client's event; decode checks it.
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

func failed(code i18n.Code, lang i18n.Lang) Ack {
	return Ack{Error: &AckError{Code: code, Message: i18n.Problem(code, lang)}}
}
