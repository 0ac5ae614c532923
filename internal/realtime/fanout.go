package realtime

import (
	"context"
	"encoding/json"
	"fmt"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// fanOut gives the bus's events to the sockets until ctx ends.
func (g *Gateway) fanOut(ctx context.Context) error {
	for first := true; ctx.Err() == nil; first = false {
		events, err := g.Bus.Subscribe(ctx, g.Buffer)
		if err != nil {
			return fmt.Errorf("subscribe to events: %w", err)
		}
		if !first {
			g.Log.Warn("events were missed, sockets start over")
			g.codes.forget()
			for _, c := range g.conns.all("") {
				c.cut()
			}
		}
		for e := range events {
			g.take(ctx, e)
		}
	}
	return nil
}

// take handles one event.
func (g *Gateway) take(ctx context.Context, e bus.Event) {
	if e.Name == tenant.EventMembers {
		g.membersChanged(ctx, e)
		return
	}
	action, known := audience[e.Name]
	if !known {
		return
	}
	key, payload, err := g.payload(e)
	if err != nil {
		g.Log.Error("event not understood", "event", e.Name, "shop", e.Shop, "error", err)
		return
	}
	for _, c := range g.conns.of(e.Shop) {
		if c.hears(e.Shop, action) {
			c.send(key, e.Name, payload(c.lang))
		}
	}
}

// payload returns what each language's readers are sent. key is set for the
// events of a channel.
func (g *Gateway) payload(e bus.Event) (key channel.Key, of func(i18n.Lang) any, err error) {
	switch e.Name {
	case eventQR:
		var p channel.QRPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		g.codes.show(key, p)
		return key, always(p), err
	case eventStatus:
		var p channel.StatusPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		if p.Status != channel.Connecting {
			g.codes.hide(key)
		}
		return key, func(l i18n.Lang) any {
			return statusEvent{StatusPayload: p, Message: i18n.Channel(p.Status, p.Reason, l)}
		}, err
	case eventReady:
		var p channel.ReadyPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		g.codes.hide(key)
		return key, always(p), err
	}
	if !json.Valid(e.Data) {
		return key, nil, fmt.Errorf("not JSON")
	}
	return key, always(data{e.Data}), nil
}

func always(v any) func(i18n.Lang) any { return func(i18n.Lang) any { return v } }

// membersChanged looks again at the tokens of whom it concerns. Cutting off or
// widening takes a look at the store, which must not hold up other shops' events.
func (g *Gateway) membersChanged(ctx context.Context, e bus.Event) {
	var p tenant.MembersPayload
	if err := json.Unmarshal(e.Data, &p); err != nil || p.Who == "" {
		g.Log.Error("event not understood", "event", e.Name, "shop", e.Shop, "error", err)
		return
	}
	for _, c := range g.conns.all(p.Who) {
		g.recheck(ctx, c)
	}
}
