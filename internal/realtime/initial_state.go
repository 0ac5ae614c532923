package realtime

import (
	"context"

	"recado/internal/channel"
	"recado/internal/message"
	"recado/internal/tenant"
)

// sendInitialState sends the QR codes that c's shops show at present.
func (g *Gateway) sendInitialState(c *conn) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	for _, shop := range c.topics() {
		if shop == everyShop {
			for _, p := range g.qrs.current(g.Now()) {
				c.sendQR(p)
			}
			continue
		}
		if !c.receives(shop, audience[eventQR]) {
			continue
		}
		for _, t := range []channel.Type{message.WhatsAppWeb, message.WhatsAppBaileys, message.WhatsAppCloud} {
			g.sendStateQR(ctx, c, shop, t)
		}
	}
}

func (g *Gateway) sendStateQR(ctx context.Context, c *conn, shop tenant.ShopID, t channel.Type) {
	st, err := g.Channels.State(ctx, shop, t)
	if err != nil {
		g.Log.Warn("state of a channel not sent to a new socket", "shop", shop, "type", t, "error", err)
		return
	}
	if p, ok := st.QRPayload(); ok {
		c.sendQR(p)
	}
}
