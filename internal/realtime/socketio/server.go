// Package socketio serves the Socket.IO protocol through
// github.com/zishang520/socket.io behind typed calls, and repairs that library's
// faults: leaks and a hasty handshake (library.go), lost polls (polling.go), first
// bytes read too early (hijack.go) and late answers (poll_response.go). Its
// untyped arguments stay in this package. See docs/adr/0005-socketio-library.md.
//
// Goroutines: the library has a few for each connection, which end with it.
package socketio

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/zishang520/socket.io/servers/engine/v3"
	"github.com/zishang520/socket.io/servers/engine/v3/transports"
	"github.com/zishang520/socket.io/servers/socket/v3"
	"github.com/zishang520/socket.io/v3/pkg/types"
)

// Limits of the protocol.
const (
	// maxPayload bounds a client's packet, in bytes. Commands have a few hundred.
	maxPayload = 100_000
	// handshakeTime is how long a connection may live without a handshake. In the
	// library's own 45 s strangers could hold more memory.
	handshakeTime = 10 * time.Second
	// upgradeTime is how long a switch from polling to WebSocket may take.
	upgradeTime = 10 * time.Second
	// pongTime is how long an answer to a heartbeat may take.
	pongTime = 20 * time.Second
)

// Options are a Server's parts; all are required.
type Options struct {
	Path   string        // where it is mounted, with a slash at the end
	Ping   time.Duration // between two heartbeats
	Events []string      // names of the events that clients may send

	// Handshake accepts a new socket by returning its Conn, or refuses it.
	Handshake func(h Handshake) (Conn, *Refusal)
	Fault     Refusal // for a handshake that fails through no fault of the client
	Log       *slog.Logger
}

// Handshake is the first packet of a socket, as the client sent it.
type Handshake struct {
	Auth           map[string]any
	AcceptLanguage string
}

// Refusal is the client's connect_error: its message and data.
type Refusal struct {
	Message string
	Data    any
}

// Conn is the application's side of a socket.
type Conn interface {
	// Connected is called once, after the client was notified that it is connected.
	Connected(s *Socket)
	// Handle executes an event of the client and returns its acknowledgement.
	Handle(event string, args []any) (ack any)
	// Closed is called at the end, perhaps more than once, and perhaps without Connected.
	Closed()
}

// Socket sends to one client. Its methods do not wait for the client.
type Socket struct {
	s   *socket.Socket
	log *slog.Logger
}

// Emit sends an event. A payload of JSON bytes must be RawJSON.
func (s *Socket) Emit(event string, payload any) {
	if err := s.s.Emit(event, payload); err != nil {
		s.log.Warn("event not sent", "event", event, "error", err)
	}
}

// Close closes the connection below the socket: after a polite disconnect the
// client's library would not reconnect.
func (s *Socket) Close() { s.s.Conn().Close(true) }

// RawJSON is a payload that is JSON already. It is a struct because the library sends
// byte slices as binary attachments.
type RawJSON struct{ JSON json.RawMessage }

// MarshalJSON implements json.Marshaler.
func (r RawJSON) MarshalJSON() ([]byte, error) { return r.JSON, nil }

// Server is an http.Handler for Options.Path.
type Server struct {
	o      Options
	server *socket.Server
	engine http.Handler
}

// New returns a Server. It fails only if the library is not the version whose faults
// this package repairs.
func New(o Options) (*Server, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	lib := socket.DefaultServerOptions()
	lib.SetPath(strings.TrimSuffix(o.Path, "/"))
	lib.SetServeClient(false)
	lib.SetConnectTimeout(handshakeTime)
	lib.SetUpgradeTimeout(upgradeTime)
	lib.SetPingInterval(o.Ping)
	lib.SetPingTimeout(pongTime)
	lib.SetMaxHttpBufferSize(maxPayload)
	lib.SetTransports(types.NewSet[transports.TransportCtor](
		leakFree{&pollingBuilder{}, o.Log}, leakFree{&transports.WebSocketBuilder{}, o.Log},
	))
	s := &Server{o: o, server: socket.NewServer(nil, lib)}
	s.engine = s.server.ServeHandler(lib)
	s.server.Use(s.handshake)
	return s, errors.Join(s.server.On("connection", s.onSocket), s.server.Engine().On("connection", onTransport))
}

// Connections is the number of connections, with a socket or still without one.
func (s *Server) Connections() int { return int(s.server.Engine().ClientsCount()) }

// Close closes all connections.
func (s *Server) Close() { s.server.Close(nil) }

// ServeHTTP refuses the protocol's older revisions, and JSONP, which crosses origins
// by design.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("EIO") != "4" || q.Has("j") || q.Has("b64") || !slices.Contains([]string{transports.POLLING, transports.WEBSOCKET}, q.Get("transport")) {
		http.Error(w, "not Engine.IO 4 over polling or websocket", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		http.Error(w, "only GET and POST", http.StatusMethodNotAllowed)
		return
	}
	if isUpgrade(r) {
		h := newHijackDelay(w)
		defer close(h.ready) // all handlers are registered when the library returns
		s.engine.ServeHTTP(h, r)
		return
	}
	answer := newPollResponse(w.Header())
	s.engine.ServeHTTP(answer, r)
	if err := answer.copyTo(w); err != nil {
		s.o.Log.Debug("answer lost", "error", err)
	}
}

// isUpgrade reports whether r requests a WebSocket, by the library's own rule.
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

// onTransport runs for every connection, before any handshake.
func onTransport(args ...any) {
	if s, ok := args[0].(engine.Socket); ok {
		carryOver(s)
	}
}

// handshake runs before the library registers the socket.
func (s *Server) handshake(sock *socket.Socket, next func(*socket.ExtendedError)) {
	refuse := func(r Refusal) { next(socket.NewExtendedError(r.Message, r.Data)) }
	if err := dropFinalizer(sock, socketQueue); err != nil {
		s.o.Log.Error("socket not released", "error", err)
		refuse(s.o.Fault)
		return
	}
	hs := sock.Handshake()
	h := Handshake{Auth: hs.Auth}
	if accept, ok := hs.Headers["Accept-Language"].([]string); ok && len(accept) > 0 {
		h.AcceptLanguage = accept[0]
	}
	c, refusal := s.o.Handshake(h)
	if refusal != nil {
		refuse(*refusal)
		return
	}
	sock.SetData(c)
	// Only the engine's close event follows every end, also before the socket is connected.
	closed := func(...any) { c.Closed() }
	if err := errors.Join(sock.Conn().Once("close", closed), registerEarly(sock)); err != nil || sock.Conn().ReadyState() != "open" {
		c.Closed()
		refuse(s.o.Fault)
		return
	}
	next(nil)
}

// onSocket runs when the client has been notified that it is connected.
func (s *Server) onSocket(args ...any) {
	sock, ok := args[0].(*socket.Socket)
	if !ok {
		return
	}
	c, ok := sock.Data().(Conn)
	if !ok {
		sock.Disconnect(true)
		return
	}
	for _, event := range s.o.Events {
		if err := sock.On(event, func(args ...any) { dispatch(c, event, args) }); err != nil {
			s.o.Log.Error("socket without commands", "error", err)
		}
	}
	if err := sock.On("disconnect", func(...any) { c.Closed() }); err != nil {
		s.o.Log.Error("socket without an end", "error", err)
	}
	c.Connected(&Socket{sock, s.o.Log})
}

// dispatch separates the client's arguments from the library's acknowledgement
// function, which is the last one if the client wants an answer.
func dispatch(c Conn, event string, args []any) {
	var answer socket.Ack
	if n := len(args); n > 0 {
		if fn, ok := args[n-1].(socket.Ack); ok {
			answer, args = fn, args[:n-1]
		}
	}
	ack := c.Handle(event, args)
	if answer != nil {
		answer([]any{ack}, nil)
	}
}
