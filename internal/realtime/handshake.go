package realtime

import (
	"context"
	"errors"
	"time"

	"recado/internal/i18n"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// hello is the handshake of a socket, already out of the library's untyped values.
type hello struct {
	Token string
	Only  []string // auth.companyId: one or more shops to hear of instead of all
	Lang  string   // auth.lang
	Wish  string   // Accept-Language
}

// lookup is how long a look at the stores may take on behalf of a socket. The
// library gives its callbacks no context, so they start from here.
const lookup = 5 * time.Second

// admit decides on a handshake. code is empty when the socket may come in.
func (g *Gateway) admit(h hello) (c *conn, code i18n.Code) {
	ctx, cancel := context.WithTimeout(context.Background(), lookup)
	defer cancel()
	id, err := g.Auth.Authenticate(ctx, h.Token)
	if err != nil {
		if !errors.Is(err, auth.ErrToken) {
			g.Log.Error("socket not admitted", "error", err)
		}
		return nil, i18n.Unauthorized
	}
	only := make([]tenant.ShopID, 0, len(h.Only))
	for _, s := range h.Only {
		shop, err := tenant.ParseShopID(s)
		if err != nil || !id.Sees(shop) {
			return nil, i18n.Forbidden
		}
		only = append(only, shop)
	}
	c = newConn(h.Token, id, i18n.Pick(h.Lang, h.Wish), only)
	if !g.conns.add(c, g.PerUser) {
		return nil, i18n.TooManySockets
	}
	if !id.ExpiresAt.IsZero() {
		c.endAfter(id.ExpiresAt.Sub(g.Now()))
	}
	return c, ""
}

// leave forgets a connection; it may be called more than once.
func (g *Gateway) leave(c *conn) {
	c.stop()
	g.conns.remove(c)
}

// sweep looks at every token again now and then. The bus says when something
// changed, but best effort; and who signs out tells nobody.
func (g *Gateway) sweep(ctx context.Context) error {
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

// recheck cuts c off when its token is no longer good, and otherwise brings what
// it may see up to date.
func (g *Gateway) recheck(ctx context.Context, c *conn) {
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	id, err := g.Auth.Authenticate(ctx, c.token)
	switch {
	case errors.Is(err, auth.ErrToken):
		c.cut()
	case err != nil: // the store's fault: the next look decides
		g.Log.Warn("socket's token not checked", "error", err)
	default:
		g.conns.become(c, id.Principal)
	}
}
