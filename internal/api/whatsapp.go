package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// Activation is the reply to activate: a QR to scan, or why there is none.
type Activation struct {
	Status    channel.Status `json:"status" enum:"connecting,active,inactive,error"`
	Reason    channel.Reason `json:"reason,omitempty"`
	Message   string         `json:"message,omitempty"`
	Type      channel.Type   `json:"type"`
	Number    string         `json:"number,omitempty" doc:"Digits."`
	QR        string         `json:"qr,omitempty" doc:"Text of the QR code to scan."`
	ExpiresAt *time.Time     `json:"expiresAt,omitempty" doc:"When the QR is replaced by the next one."`
}

// ChannelStatus is where a channel stands.
type ChannelStatus struct {
	Activation
	LastConnection *time.Time `json:"lastConnection,omitempty"`
	Attempt        int        `json:"attempt,omitempty" doc:"Reconnects in a row."`
	MaxAttempts    int        `json:"maxAttempts,omitempty"`
	RetryAt        *time.Time `json:"retryAt,omitempty"`
}

// toChannelStatus converts st; qr says whether the reader may see the QR code.
func toChannelStatus(st channel.State, lang i18n.Lang, qr bool) ChannelStatus {
	out := ChannelStatus{
		Activation: Activation{
			Status: st.Status, Reason: st.Reason, Type: st.Type, Number: st.Number,
			Message: i18n.Channel(st.Status, st.Reason, lang),
		},
		LastConnection: timePtr(st.LastConnection),
		Attempt:        st.Attempt, MaxAttempts: st.MaxAttempts, RetryAt: timePtr(st.RetryAt),
	}
	if qr && st.QR != "" {
		out.QR, out.ExpiresAt = st.QR, timePtr(st.QRExpiresAt)
	}
	return out
}

// ChannelRef names a channel in a body. The type is checked by hand because a
// wrong one has its own code.
type ChannelRef struct {
	ShopID string `json:"shopId" minLength:"1"`
	Type   string `json:"type,omitempty" maxLength:"64" doc:"WHATSAPP_WEB, WHATSAPP_BAILEYS or WHATSAPP_CLOUD. Left out: the shop's only or most recent one, WHATSAPP_BAILEYS when it has none." example:"WHATSAPP_BAILEYS"`
}

type activateInput struct{ Body ChannelRef }

type activateReply struct{ Body Activation }

type deactivateInput struct {
	Body struct {
		ChannelRef
		Logout bool `json:"logout,omitempty" doc:"Also unlink the device and destroy its credentials."`
	}
}

type statusInput struct {
	ShopID string `query:"shopId" required:"true"`
	Type   string `query:"type" maxLength:"64"`
}

type statusReply struct{ Body ChannelStatus }

type pairInput struct {
	Body struct {
		ChannelRef
		Phone string `json:"phone" maxLength:"32" doc:"With country code." example:"+54 9 11 5555 0100"`
	}
}

type pairReply struct {
	Body struct {
		Code      string    `json:"code" example:"ABCD-EFGH"`
		ExpiresAt time.Time `json:"expiresAt"`
	}
}

func (s *server) whatsappRoutes() {
	handle(s, route{
		method: http.MethodPost, path: "/api/whatsapp/activate", id: "activate", tag: "whatsapp", summary: "Connect a shop to WhatsApp",
		doc: "Answers as soon as it is known: with a QR to scan, with active when the channel is connected already, or with connecting " +
			"while a stored session is being restored. 504 qr_timeout when WhatsApp gives no QR within 20 s.",
	}, s.activate)
	handle(s, route{
		method: http.MethodGet, path: "/api/whatsapp/status", id: "channelStatus", tag: "whatsapp", summary: "Where a channel stands",
	}, s.status)
	handle(s, route{
		method: http.MethodPost, path: "/api/whatsapp/deactivate", id: "deactivate", tag: "whatsapp", summary: "Disconnect a shop from WhatsApp",
	}, s.deactivate)
	handle(s, route{
		method: http.MethodPost, path: "/api/whatsapp/pair", id: "pair", tag: "whatsapp", summary: "Link by an 8-character code instead of a QR",
		doc: "The phone shows where to type it under Linked devices. Starts the channel when it does not run.",
	}, s.pair)
}

// channel checks the shop, the permission and the type, in that order.
func (s *server) channel(ctx context.Context, c identity, b ChannelRef, a tenant.Action) (tenant.ShopID, channel.Type, error) {
	if err := s.permit(ctx, c, b.ShopID, a); err != nil {
		return "", "", err
	}
	t := channel.Type(b.Type)
	if t != "" && !t.Valid() {
		return "", "", channel.ErrInvalidType
	}
	return tenant.ShopID(b.ShopID), t, nil
}

func (s *server) activate(ctx context.Context, c identity, in *activateInput) (*activateReply, error) {
	shop, t, err := s.channel(ctx, c, in.Body, tenant.LinkChannel)
	if err != nil {
		return nil, err
	}
	a, err := s.Channels.Activate(ctx, shop, t)
	if err != nil {
		return nil, err
	}
	st := a.State
	switch {
	case a.AlreadyActive:
		return &activateReply{Activation{Status: st.Status, Type: st.Type, Number: st.Number, Message: "already connected"}}, nil
	case a.Restoring:
		return &activateReply{Activation{Status: st.Status, Type: st.Type, Number: st.Number, Message: "restoring session"}}, nil
	}
	wait, cancel := context.WithTimeout(ctx, s.QRWait)
	defer cancel()
	st, err = s.Channels.AwaitQR(wait, st.Key())
	if err != nil {
		return nil, err
	}
	out := toChannelStatus(st, c.lang, true).Activation
	if out.QR != "" {
		out.Message = ""
	}
	return &activateReply{out}, nil
}

func (s *server) status(ctx context.Context, c identity, in *statusInput) (*statusReply, error) {
	shop, t, err := s.channel(ctx, c, ChannelRef{in.ShopID, in.Type}, tenant.ViewShop)
	if err != nil {
		return nil, err
	}
	st, err := s.Channels.State(ctx, shop, t)
	if err != nil {
		return nil, err
	}
	return &statusReply{toChannelStatus(st, c.lang, c.Can(tenant.LinkChannel, shop))}, nil
}

func (s *server) deactivate(ctx context.Context, c identity, in *deactivateInput) (*statusReply, error) {
	shop, t, err := s.channel(ctx, c, in.Body.ChannelRef, tenant.DisconnectAction(in.Body.Logout))
	if err != nil {
		return nil, err
	}
	st, err := s.Channels.Deactivate(ctx, shop, t, in.Body.Logout)
	if err != nil {
		return nil, err
	}
	return &statusReply{toChannelStatus(st, c.lang, true)}, nil
}

func (s *server) pair(ctx context.Context, c identity, in *pairInput) (*pairReply, error) {
	shop, t, err := s.channel(ctx, c, in.Body.ChannelRef, tenant.LinkChannel)
	if err != nil {
		return nil, err
	}
	phone, err := digits(in.Body.Phone, "body.phone")
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, s.QRWait)
	defer cancel()
	code, err := s.Channels.Pair(wait, shop, t, phone)
	if err != nil {
		return nil, err
	}
	out := &pairReply{}
	out.Body.Code, out.Body.ExpiresAt = code.Code, code.ExpiresAt.UTC()
	return out, nil
}

// digits returns a phone number as people write it as bare digits with country code.
func digits(phone, field string) (string, error) {
	bare := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(phone)
	bare = strings.TrimPrefix(bare, "+")
	if len(bare) < 8 || len(bare) > 15 || strings.Trim(bare, "0123456789") != "" || bare[0] == '0' {
		return "", refuse(http.StatusUnprocessableEntity, i18n.InvalidPhone, FieldError{Path: field, Message: "8 to 15 digits with country code"})
	}
	return bare, nil
}
