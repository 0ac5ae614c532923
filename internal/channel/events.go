package channel

import (
	"context"
	"time"

	"recado/internal/bus"
	"recado/internal/tenant"
)

// Names of the events that a channel publishes on the bus; the payload types
// below are their data. They are also the names on Socket.IO.
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

// StatusPayload is the data of EventStatus. Who shows it adds the sentence of
// the reason in the reader's language as message.
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

// QRPayload returns the code that the state shows; ok is false when it shows none.
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

// announce publishes what changed from old to s: a status at every transition,
// a QR for each new code, ready once per becoming active.
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
