package channel

import (
	"context"
	"time"

	"recado/internal/bus"
	"recado/internal/tenant"
)

// Names of a channel's events on the bus and on Socket.IO. The payload types below
// are their data.
const (
	EventQR     = "qr"
	EventStatus = "status"
	EventReady  = "ready"
)

// QRPayload is the data of EventQR.
type QRPayload struct {
	CompanyID tenant.ShopID `json:"companyId"`
	Type      Type          `json:"type"`
	QR        string        `json:"qr"`
	ExpiresAt time.Time     `json:"expiresAt"`
}

// StatusPayload is the data of EventStatus. realtime adds the sentence of the reason
// in the reader's language.
type StatusPayload struct {
	CompanyID   tenant.ShopID `json:"companyId"`
	Type        Type          `json:"type"`
	Status      Status        `json:"status"`
	Reason      Reason        `json:"reason,omitempty"`
	Attempt     int           `json:"attempt,omitempty"`
	MaxAttempts int           `json:"maxAttempts,omitempty"`
	RetryAt     *time.Time    `json:"retryAt,omitempty"`
}

// ReadyPayload is the data of EventReady.
type ReadyPayload struct {
	CompanyID tenant.ShopID `json:"companyId"`
	Type      Type          `json:"type"`
	Number    string        `json:"number"`
	Name      string        `json:"name"`
}

// QRPayload returns the state's data for EventQR; ok is false when it has no QR.
func (s State) QRPayload() (p QRPayload, ok bool) {
	return QRPayload{CompanyID: s.Shop, Type: s.Type, QR: s.QR, ExpiresAt: s.QRExpiresAt}, s.QR != ""
}

// StatusPayload returns the state's data for EventStatus.
func (s State) StatusPayload() StatusPayload {
	p := StatusPayload{
		CompanyID: s.Shop, Type: s.Type, Status: s.Status, Reason: s.Reason,
		Attempt: s.Attempt, MaxAttempts: s.MaxAttempts,
	}
	if !s.RetryAt.IsZero() {
		p.RetryAt = &s.RetryAt
	}
	return p
}

// announce publishes the change from old to s: a status for every transition, a QR
// for each new code, and ready when the channel becomes active.
func (s State) announce(ctx context.Context, b bus.Bus, old State) error {
	if s.Status != old.Status || s.Reason != old.Reason || s.Attempt != old.Attempt {
		if err := publish(ctx, b, s.Shop, EventStatus, s.StatusPayload()); err != nil {
			return err
		}
	}
	if p, ok := s.QRPayload(); ok && s.QR != old.QR {
		return publish(ctx, b, s.Shop, EventQR, p)
	}
	if s.Status == Active && old.Status != Active {
		return publish(ctx, b, s.Shop, EventReady, ReadyPayload{s.Shop, s.Type, s.Number, s.Name})
	}
	return nil
}

func publish(ctx context.Context, b bus.Bus, shop tenant.ShopID, name string, payload any) error {
	e, err := bus.NewEvent(shop, name, payload)
	if err != nil {
		return err
	}
	return b.Publish(ctx, e)
}
