package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"recado/internal/api/clientaddr"
	"recado/internal/bus"
	"recado/internal/channel"
	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// Options is what the API needs. Store to Log are required.
type Options struct {
	Store         tenant.Store
	Auth          *auth.Service
	Channels      Channels
	Conversations Conversations
	Automation    Automation
	Flows         FlowService
	TestChats     TestChats
	Settings      Settings
	Assets        Assets
	Bus           bus.Bus // receives tenant.EventMembers
	Log           *slog.Logger

	Ready   func(context.Context) error // default: always ready
	Metrics http.Handler                // default: none, /metrics answers 404
	Proxies clientaddr.Proxies          // default: no proxy is trusted
	Origins []string                    // further browser origins, like "https://panel.example"
	Version string                      // shown in the OpenAPI document
	QRWait  time.Duration               // default: channel.QRWait
	Now     func() time.Time            // default: time.Now
}

type server struct {
	Options
	api huma.API
	mux *http.ServeMux
}

// New returns the handler of /api/, /healthz, /readyz and /metrics. The server
// that it is given to needs a write timeout above QRWait, and a header timeout.
func New(o Options) http.Handler {
	if o.QRWait == 0 {
		o.QRWait = channel.QRWait
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Ready == nil {
		o.Ready = func(context.Context) error { return nil }
	}
	strictCasing()
	s := &server{Options: o, mux: http.NewServeMux()}
	s.api = humago.New(s.mux, s.config())
	s.authRoutes()
	s.shopRoutes()
	s.userRoutes()
	s.apiKeyRoutes()
	s.settingsRoutes()
	s.flowRoutes()
	s.flowVersionRoutes()
	s.testChatRoutes()
	s.eventRoutes()
	s.traceRoutes()
	s.whatsappRoutes()
	s.messageRoutes()
	s.conversationRoutes()
	s.healthRoutes()
	s.openAPIRoutes()
	return s.recoverPanics(s.addIdentity(http.HandlerFunc(s.dispatch)))
}

func (s *server) config() huma.Config {
	version := s.Version
	if version == "" {
		version = "dev"
	}
	json := format()
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Recado", Version: version, Description: overview,
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearer: {
					Type: "http", Scheme: "bearer",
					Description: "An access token from /api/auth/login, or an API key of one shop (rk_…).",
				}},
			},
			Tags: tags,
		},
		Formats:       map[string]huma.Format{"application/json": json, "json": json},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{translate},
	}
}

const bearer = "token"

const overview = `WhatsApp for many shops. Sign in, publish a flow, link a number, read and write messages.

Every failure is an application/problem+json whose code is stable. Another shop's id answers 404, like one that does not exist. ` +
	`Sentences come in Spanish, English or Portuguese by Accept-Language or ?lang=. Live events are on Socket.IO, path /socket.io/.`

var tags = []*huma.Tag{
	{Name: "sign in", Description: "People get a short-lived access token and a rotating refresh cookie."},
	{Name: "shops"},
	{Name: "users"},
	{Name: "API keys", Description: "For programs; a key acts in one shop."},
	{Name: "whatsapp", Description: "Linking a shop to its number."},
	{Name: "settings", Description: "What flows know of the shop, and the secrets that their web calls send."},
	{Name: "flow", Description: "The automation that answers customers."},
	{Name: "messages"},
	{Name: "inbox"},
}

// dispatch gives the request to its route, and answers in our shape when there is none.
func (s *server) dispatch(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); pattern != "" {
			s.write(w, r, refuse(http.StatusMethodNotAllowed, "method_not_allowed"))
			return
		}
	}
	s.write(w, r, tenant.ErrNotFound)
}

// write answers an error outside of huma.
func (s *server) write(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), r.Method+" "+r.URL.Path, err)
	maps.Copy(w.Header(), p.header)
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	if err := huma.DefaultJSONFormat.Marshal(w, p); err != nil {
		s.Log.Debug("answer lost", "error", err)
	}
}

// problem turns err into an answer and logs what is ours.
func (s *server) problem(ctx context.Context, op string, err error) *Problem {
	p, ours := toProblem(err, identityOf(ctx).lang)
	if ours {
		s.Log.Error("request failed", "operation", op, "error", err)
	}
	return p
}

// announce publishes that the rights of a principal have changed. It is best
// effort: the gateway checks its sockets' tokens periodically.
func (s *server) announce(ctx context.Context, shop tenant.ShopID, who string) {
	e, err := bus.NewEvent(shop, tenant.EventMembers, tenant.MembersPayload{Who: who})
	if err = errors.Join(err, s.Bus.Publish(context.WithoutCancel(ctx), e)); err != nil {
		s.Log.Warn("change of rights not announced", "shop", shop, "error", err)
	}
}
