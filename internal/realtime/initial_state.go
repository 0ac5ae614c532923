package realtime

import (
	"context"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/tenant"
)

// greet is called when c is connected: it tells the codes that its shops show.
func (g *Gateway) greet(c *conn, l line) {
	c.connected(l)
	ctx, cancel := context.WithTimeout(context.Background(), lookup)
	defer cancel()
	for _, shop := range c.topics() {
		if shop == everyShop {
			for _, p := range g.codes.current(g.Now()) {
				c.catchUp(p)
			}
			continue
		}
		if !c.hears(shop, audience[eventQR]) {
			continue
		}
		for _, t := range []channel.Type{message.WhatsAppWeb, message.WhatsAppBaileys, message.WhatsAppCloud} {
			g.showCode(ctx, c, shop, t)
		}
	}
}

func (g *Gateway) showCode(ctx context.Context, c *conn, shop tenant.ShopID, t channel.Type) {
	st, err := g.Channels.State(ctx, shop, t)
	if err != nil {
		g.Log.Warn("state of a channel not told to a new socket", "shop", shop, "type", t, "error", err)
		return
	}
	if p, ok := st.QRPayload(); ok {
		c.catchUp(p)
	}
}
