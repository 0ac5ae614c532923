package realtime_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"recado/internal/bus"
	"recado/internal/realtime"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
	"recado/test/socketio"
)

func (f *fixture) changed(who string) {
	f.t.Helper()
	f.publish("a", tenant.EventMembers, tenant.MembersPayload{Who: who})
}

func (f *fixture) user(email string) tenant.UserID {
	f.t.Helper()
	u, _, err := f.store.UserByEmail(f.t.Context(), email)
	require.NoError(f.t, err)
	return u.ID
}

func TestRemovedMembersReceiveNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	agent := f.user("agent@a.example")
	require.NoError(t, f.store.PutMember(t.Context(), "b", agent, tenant.Agent))
	c, witness := f.open("c", "agent@a"), f.open("witness", "owner@a")
	f.settle("a", "both", c, witness)

	require.NoError(t, f.store.RemoveMember(t.Context(), "a", agent))
	f.changed(string(agent))
	f.publish("a", "message", map[string]any{"text": "secret"})
	f.settle("a", "gone", witness)
	f.settle("b", "still here", c)
	require.Equal(t, []string{"conversation", "conversation"}, c.Events(), "it hears of its other shop only")
	require.Equal(t, "forbidden", c.Ask("connectWhatsApp", map[string]any{"companyId": "a"})["error"].(map[string]any)["code"])

	require.NoError(t, f.store.RemoveMember(t.Context(), "b", agent)) // the account goes with it
	f.changed(string(agent))
	require.Equal(t, "transport close", c.Wait("disconnect").Reason)
}

func TestNewMembersReceiveAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.open("c", "viewer@a")
	f.qr("b", "2@one")
	require.NoError(t, f.store.PutMember(t.Context(), "b", f.user("viewer@a.example"), tenant.Owner))
	f.changed(string(f.user("viewer@a.example")))
	f.qr("b", "2@two")
	f.settle("b", "end", c)
	require.Equal(t, []string{"qr", "conversation"}, c.Events())
}

func TestSocketEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told bool // the bus says so; else the sweep finds out
		end  func(*fixture, auth.Grant) string
	}{
		"signed out, told": {true, func(f *fixture, g auth.Grant) string {
			user, err := f.auth.Logout(f.t.Context(), g.Refresh)
			require.NoError(f.t, err)
			return string(user)
		}},
		"signed out, found out": {false, func(f *fixture, g auth.Grant) string {
			_, err := f.auth.Logout(f.t.Context(), g.Refresh)
			require.NoError(f.t, err)
			return ""
		}},
		"a stolen refresh token": {false, func(f *fixture, g auth.Grant) string {
			_, err := f.auth.Refresh(f.t.Context(), g.Refresh)
			require.NoError(f.t, err)
			_, err = f.auth.Refresh(f.t.Context(), g.Refresh)
			require.ErrorIs(f.t, err, auth.ErrToken)
			return ""
		}},
		"expired, found out": {false, func(f *fixture, _ auth.Grant) string {
			f.clock.Advance(auth.AccessTTL + time.Second)
			return ""
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *realtime.Options) {
				if !c.told {
					o.Recheck = 20 * time.Millisecond
				}
			})
			g := f.login("owner@a")
			var sockets []*socketio.Client
			for _, transport := range []string{"websocket", "polling"} {
				s := f.node.Connect(transport, f.url, map[string]any{"transports": []string{transport}, "auth": map[string]any{"token": g.Access}})
				s.Wait("connect")
				sockets = append(sockets, s)
			}
			if who := c.end(f, g); who != "" {
				f.changed(who)
			}
			for _, s := range sockets { // the library's client comes back by itself after both
				require.Contains(t, []string{"transport close", "transport error"}, s.Wait("disconnect").Reason)
			}
		})
	}
}

func TestTokenExpiryClosesTheSocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	// A machine that is too busy to connect within the token's life gets a longer one.
	for left := 5 * time.Second; ; left *= 2 {
		f.clock.Advance(left - auth.AccessTTL)
		token := f.token("owner@a")
		f.clock.Advance(auth.AccessTTL - left)
		options := map[string]any{"transports": []string{"websocket"}, "auth": map[string]any{"token": token}}
		name := "with " + left.String() + " left"
		c := f.node.Connect(name, f.url, options)
		r := f.node.Wait(name, func(r socketioReport) bool {
			return r.Socket == name && (r.Kind == "connect" || r.Kind == "connect_error")
		})
		if r.Kind == "connect_error" {
			require.Equal(t, "unauthorized", r.Message)
			require.Less(t, left, time.Minute, "no socket within a minute")
			continue
		}
		c.Wait("disconnect")
		again := f.node.Connect("again", f.url, options)
		require.Equal(t, "unauthorized", again.Wait("connect_error").Message)
		return
	}
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k, secret, err := f.auth.CreateAPIKey(t.Context(), tenant.Principal{}, "a", "till", tenant.Agent)
	require.NoError(t, err)
	c := f.node.Connect("c", f.url, map[string]any{"transports": []string{"websocket"}, "auth": map[string]any{"token": secret}})
	c.Wait("connect")
	require.Equal(t, true, c.Ask("connectWhatsApp", map[string]any{"companyId": "a"})["ok"])
	require.Equal(t, "forbidden", c.Ask("connectWhatsApp", map[string]any{"companyId": "b"})["error"].(map[string]any)["code"])
	require.NoError(t, f.store.DeleteAPIKey(t.Context(), "a", k.ID))
	f.changed(tenant.KeyPrincipal(k.ID))
	c.Wait("disconnect")
}

func TestSocketsPerUserAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *realtime.Options) { o.PerUser = 3 })
	for i := range 3 {
		f.open(fmt.Sprint("s", i), "owner@a")
	}
	token := map[string]any{"token": f.token("owner@a")}
	options := map[string]any{"transports": []string{"websocket"}, "auth": token}
	require.Equal(t, "too_many_sockets", f.node.Connect("fourth", f.url, options).Wait("connect_error").Message)
	f.open("another user", "agent@a")

	left := f.node.All(func(r socketioReport) bool { return r.Socket == "s0" && r.Kind == "connect" })
	require.Len(t, left, 1)
	f.close("s0")
	require.Eventually(t, func() bool {
		name := fmt.Sprint("retry", time.Now().UnixNano())
		f.node.Connect(name, f.url, options)
		r := f.node.Wait(name, func(r socketioReport) bool {
			return r.Socket == name && (r.Kind == "connect" || r.Kind == "connect_error")
		})
		return r.Kind == "connect"
	}, time.Minute, 20*time.Millisecond, "a socket that left makes room")
}

func TestSlowGatewayResets(t *testing.T) {
	t.Parallel()
	dropping := &droppingBus{Local: new(bus.Local), drop: make(chan struct{})}
	f := newFixture(t, func(o *realtime.Options) { o.Bus = dropping })
	c := f.open("c", "owner@a")
	dropping.drop <- struct{}{}
	require.Equal(t, "transport close", c.Wait("disconnect").Reason)
	again := f.open("again", "owner@a")
	e, err := bus.NewEvent("a", "message", map[string]any{"text": "hola"})
	require.NoError(t, err)
	require.NoError(t, dropping.Publish(t.Context(), e))
	var got map[string]any
	again.Event("message", 1, &got)
	require.Equal(t, map[string]any{"text": "hola"}, got)
}
