package realtime

import (
	"context"
	"errors"
	"time"

	"recado/internal/i18n"
	"recado/internal/realtime/socketio"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// credentials are the parts of a handshake that the gateway knows.
type credentials struct {
	token          string
	shops          []string // auth.companyId: one or more shops to subscribe to instead of all
	lang           string   // auth.lang
	acceptLanguage string
}

func credentialsOf(h socketio.Handshake) credentials {
	text := func(key string) string {
		v, _ := h.Auth[key].(string)
		return v
	}
	c := credentials{token: text("token"), lang: text("lang"), acceptLanguage: h.AcceptLanguage}
	switch shops := h.Auth["companyId"].(type) {
	case string:
		c.shops = []string{shops}
	case []any:
		for _, v := range shops[:min(len(shops), 100)] {
			id, _ := v.(string) // a value that is no text becomes the id "", which is refused
			c.shops = append(c.shops, id)
		}
	}
	return c
}

// lookupTime bounds the store's answers to a handshake or a recheck. The library
// gives its callbacks no context.
const lookupTime = 5 * time.Second

// handshake accepts a socket, or refuses it.
func (g *Gateway) handshake(h socketio.Handshake) (socketio.Conn, *socketio.Refusal) {
	cred := credentialsOf(h)
	c, code := g.authenticate(cred)
	if code != "" {
		return nil, refusal(code, i18n.Pick(cred.lang, cred.acceptLanguage))
	}
	return socketConn{g, c}, nil
}

func refusal(code i18n.Code, lang i18n.Lang) *socketio.Refusal {
	return &socketio.Refusal{Message: string(code), Data: AckError{Code: code, Message: i18n.Problem(code, lang)}}
}

// authenticate registers the connection of valid credentials. code is empty on success.
func (g *Gateway) authenticate(cred credentials) (c *conn, code i18n.Code) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	id, err := g.Auth.Authenticate(ctx, cred.token)
	if err != nil {
		if !errors.Is(err, auth.ErrToken) {
			g.Log.Error("socket not authenticated", "error", err)
		}
		return nil, i18n.Unauthorized
	}
	only := make([]tenant.ShopID, 0, len(cred.shops))
	for _, s := range cred.shops {
		shop, err := tenant.ParseShopID(s)
		if err != nil || !id.Sees(shop) {
			return nil, i18n.Forbidden
		}
		only = append(only, shop)
	}
	c = newConn(cred.token, id, i18n.Pick(cred.lang, cred.acceptLanguage), only)
	if !g.conns.add(c, g.PerUser) {
		return nil, i18n.TooManySockets
	}
	if !id.ExpiresAt.IsZero() {
		c.closeAfter(id.ExpiresAt.Sub(g.Now()))
	}
	return c, ""
}

// socketConn implements socketio.Conn for c.
type socketConn struct {
	g *Gateway
	c *conn
}

// Connected implements socketio.Conn.
func (s socketConn) Connected(sock *socketio.Socket) {
	s.c.connect(sock)
	s.g.sendInitialState(s.c)
}

// Handle implements socketio.Conn.
func (s socketConn) Handle(event string, args []any) any { return s.g.handle(s.c, event, args) }

// Closed implements socketio.Conn.
func (s socketConn) Closed() {
	s.c.stop()
	s.g.conns.remove(s.c)
}

// recheckAll rechecks every token at an interval, until ctx ends: the bus reports
// changed memberships only at its best effort, and sign-outs not at all.
func (g *Gateway) recheckAll(ctx context.Context) error {
	tick := time.NewTicker(g.Recheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			for _, c := range g.conns.all("") {
				g.recheck(ctx, c)
			}
		}
	}
}

// recheck closes c if its token is no longer valid, and otherwise updates its
// permissions.
func (g *Gateway) recheck(ctx context.Context, c *conn) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	id, err := g.Auth.Authenticate(ctx, c.token)
	switch {
	case errors.Is(err, auth.ErrToken):
		c.close()
	case err != nil: // the store's fault: the next recheck decides
		g.Log.Warn("socket's token not checked", "error", err)
	default:
		g.conns.setPrincipal(c, id.Principal)
	}
}
