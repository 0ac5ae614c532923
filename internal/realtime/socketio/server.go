package realtime

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"

	"recado/internal/i18n"
)

// Limits of the protocol.
const (
	// maxPayload is the most that a client may send at once, in bytes. Commands
	// have a few hundred.
	maxPayload = 100_000
	// greetTime is how long a connection may live without showing a token. The
	// library's own 45 s would let strangers hold memory.
	greetTime = 10 * time.Second
	// upgradeTime is how long a switch from polling to WebSocket may take.
	upgradeTime = 10 * time.Second
	// pongTime is how long an answer to a heartbeat may take.
	pongTime = 20 * time.Second
)

// wire is the Socket.IO library behind typed calls. No `...any` leaves this file.
type wire struct {
	g      *Gateway
	server *socket.Server
	engine http.Handler
}

func newWire(g *Gateway, ping time.Duration) *wire {
	o := socket.DefaultServerOptions()
	o.SetPath(strings.TrimSuffix(Path, "/"))
	o.SetServeClient(false)
	o.SetConnectTimeout(greetTime)
	o.SetUpgradeTimeout(upgradeTime)
	o.SetPingInterval(ping)
	o.SetPingTimeout(pongTime)
	o.SetMaxHttpBufferSize(maxPayload)
	o.SetTransports(types.NewSet[transports.TransportCtor](
		cured{&pollingBuilder{}, g}, cured{&transports.WebSocketBuilder{}, g},
	))
	w := &wire{g: g, server: socket.NewServer(nil, o)}
	w.engine = w.server.ServeHandler(o)
	w.server.Use(w.greet)
	if err := errors.Join(w.server.On("connection", w.connected), w.server.Engine().On("connection", w.opened)); err != nil {
		panic(err) // the event's name is a constant that the library knows
	}
	return w
}

// cured makes transports whose queue does not leak.
type cured struct {
	transports.TransportCtor
	g *Gateway
}

func (c cured) New(ctx *types.HttpContext) transports.Transport {
	t := c.TransportCtor.New(ctx)
	holder := any(t)
	if p, ok := t.(*polling); ok {
		holder = p.Polling
	}
	if err := release(holder, transportQueue); err != nil { // checkLibrary saw its shape
		c.g.Log.Error("transport not released", "error", err)
	}
	return t
}

// ServeHTTP lets through what the library's present protocol needs. The older
// revision and JSONP, which reads across origins by design, are not offered.
func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("EIO") != "4" || q.Has("j") || q.Has("b64") || !slices.Contains([]string{transports.POLLING, transports.WEBSOCKET}, q.Get("transport")) {
		http.Error(rw, "not Engine.IO 4 over polling or websocket", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		http.Error(rw, "only GET and POST", http.StatusMethodNotAllowed)
		return
	}
	if isUpgrade(r) {
		g := newGate(rw)
		defer close(g.open) // when it returns, all handlers are in place
		w.engine.ServeHTTP(g, r)
		return
	}
	answer := newReply(rw.Header())
	w.engine.ServeHTTP(answer, r)
	if err := answer.copyTo(rw); err != nil {
		w.g.Log.Debug("answer lost", "error", err)
	}
}

// isUpgrade reports whether r asks for a WebSocket, as the library sees it.
func isUpgrade(r *http.Request) bool {
	has := func(header, token string) bool {
		for t := range strings.SplitSeq(strings.Join(r.Header.Values(header), ","), ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
		return false
	}
	return has("Connection", "upgrade") && has("Upgrade", "websocket")
}

// connections is how many there are, admitted or not.
func (w *wire) connections() int { return int(w.server.Engine().ClientsCount()) }

func (w *wire) close() { w.server.Close(nil) }

// opened runs when there is a connection, before any handshake.
func (w *wire) opened(args ...any) {
	if s, ok := args[0].(engine.Socket); ok {
		carryOver(s)
	}
}

// greet runs on a handshake, before the socket exists for anybody else.
func (w *wire) greet(s *socket.Socket, next func(*socket.ExtendedError)) {
	if err := release(s, socketQueue); err != nil {
		w.g.Log.Error("socket not released", "error", err)
		next(refusedSocket(i18n.Internal, i18n.English))
		return
	}
	h := helloOf(s)
	c, code := w.g.admit(h)
	if code != "" {
		next(refusedSocket(code, i18n.Pick(h.Lang, h.Wish)))
		return
	}
	s.SetData(c)
	// The engine's close comes on every way out, also before the socket is connected.
	gone := func(...any) { w.g.leave(c) }
	if err := errors.Join(s.Conn().Once("close", gone), note(s)); err != nil || s.Conn().ReadyState() != "open" {
		w.g.leave(c)
		next(refusedSocket(i18n.Internal, c.lang))
		return
	}
	next(nil)
}

func refusedSocket(code i18n.Code, lang i18n.Lang) *socket.ExtendedError {
	return socket.NewExtendedError(string(code), AckError{Code: code, Message: i18n.Problem(code, lang)})
}

func helloOf(s *socket.Socket) hello {
	hs := s.Handshake()
	text := func(m map[string]any, key string) string {
		v, _ := m[key].(string)
		return v
	}
	h := hello{Token: text(hs.Auth, "token"), Lang: text(hs.Auth, "lang")}
	if wish, ok := hs.Headers["Accept-Language"].([]string); ok && len(wish) > 0 {
		h.Wish = wish[0]
	}
	switch only := hs.Auth["companyId"].(type) {
	case string:
		h.Only = []string{only}
	case []any:
		for _, v := range only[:min(len(only), 100)] {
			id, _ := v.(string) // what is no text names no shop and is refused
			h.Only = append(h.Only, id)
		}
	}
	return h
}

// connected runs when the client has been told that it is in.
func (w *wire) connected(args ...any) {
	s, ok := args[0].(*socket.Socket)
	if !ok {
		return
	}
	c, ok := s.Data().(*conn)
	if !ok {
		s.Disconnect(true)
		return
	}
	for _, name := range []string{connectWhatsApp, disconnectWhatsApp} {
		if err := s.On(name, func(args ...any) { w.command(c, name, args) }); err != nil {
			w.g.Log.Error("socket without commands", "error", err)
		}
	}
	if err := s.On("disconnect", func(...any) { w.g.leave(c) }); err != nil {
		w.g.Log.Error("socket without an end", "error", err)
	}
	w.g.greet(c, socketLine{s, w.g})
}

// command separates what the client sent from the library's way to answer.
func (w *wire) command(c *conn, name string, args []any) {
	var answer socket.Ack
	if n := len(args); n > 0 {
		if fn, ok := args[n-1].(socket.Ack); ok {
			answer, args = fn, args[:n-1]
		}
	}
	ack := w.g.handle(c, name, args)
	if answer != nil {
		answer([]any{ack}, nil)
	}
}

// socketLine is a line over the library's socket.
type socketLine struct {
	s *socket.Socket
	g *Gateway
}

func (l socketLine) emit(event string, payload any) {
	if err := l.s.Emit(event, payload); err != nil {
		l.g.Log.Warn("event not sent", "event", event, "error", err)
	}
}

// cut closes the connection below the socket. A polite disconnect would tell the
// client's library not to come back.
func (l socketLine) cut() { l.s.Conn().Close(true) }

var _ line = socketLine{}
