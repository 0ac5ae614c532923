package realtime

import (
	"context"
	"encoding/json"
	"fmt"

	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/i18n"
	"recado/internal/realtime/socketio"
	"recado/internal/tenant"
)

// fanOut sends the bus's events to the sockets until ctx ends.
func (g *Gateway) fanOut(ctx context.Context) error {
	for first := true; ctx.Err() == nil; first = false {
		events, err := g.Bus.Subscribe(ctx, g.Buffer)
		if err != nil {
			return fmt.Errorf("subscribe to events: %w", err)
		}
		if !first {
			g.Log.Warn("events were missed, sockets reconnect")
			g.qrs.clear()
			for _, c := range g.conns.all("") {
				c.close()
			}
		}
		for e := range events {
			g.dispatch(ctx, e)
		}
	}
	return nil
}

// dispatch sends one event to the sockets that may receive it.
func (g *Gateway) dispatch(ctx context.Context, e bus.Event) {
	if e.Name == tenant.EventMembers {
		g.membersChanged(ctx, e)
		return
	}
	action, ok := audience[e.Name]
	if !ok {
		return
	}
	key, payload, err := g.payload(e)
	if err != nil {
		g.Log.Error("event not understood", "event", e.Name, "shop", e.Shop, "error", err)
		return
	}
	for _, c := range g.conns.of(e.Shop) {
		if c.receives(e.Shop, action) {
			c.send(key, e.Name, payload(c.lang))
		}
	}
}

// payload returns the event's payload by language. key is set for a channel's events.
func (g *Gateway) payload(e bus.Event) (key channel.Key, of func(i18n.Lang) any, err error) {
	switch e.Name {
	case eventQR:
		var p channel.QRPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		g.qrs.put(key, p)
		return key, inEveryLanguage(p), err
	case eventStatus:
		var p channel.StatusPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		if p.Status != channel.Connecting {
			g.qrs.remove(key)
		}
		return key, func(l i18n.Lang) any {
			return statusEvent{StatusPayload: p, Message: i18n.Channel(p.Status, p.Reason, l)}
		}, err
	case eventReady:
		var p channel.ReadyPayload
		err = json.Unmarshal(e.Data, &p)
		key = channel.Key{Shop: e.Shop, Type: p.Type}
		g.qrs.remove(key)
		return key, inEveryLanguage(p), err
	}
	if !json.Valid(e.Data) {
		return key, nil, fmt.Errorf("not JSON")
	}
	return key, inEveryLanguage(socketio.RawJSON{JSON: e.Data}), nil
}

func inEveryLanguage(v any) func(i18n.Lang) any { return func(i18n.Lang) any { return v } }

// membersChanged rechecks the connections of the user whose memberships changed.
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
