package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

// maxBody is how many bytes a JSON body may have.
const maxBody = 1 << 20

// route is one line of the API's table: what huma.Operation says in general,
// and who may call it.
type route struct {
	method, path string
	id           string // operationId: the name in generated clients
	tag          string
	summary      string
	doc          string
	status       int           // default 200
	may          tenant.Action // asked of the path's shop before the body is read; "" when the handler asks
	open         bool          // no token needed
	cookie       bool          // refused to other web sites
	file         string        // media type of the reply, when it is a file
	before       func(huma.Context, func(huma.Context))
}

// ShopPath is the part of an input that names the path's shop. By the time a
// handler sees it, the shop exists and the caller may do what the route says.
type ShopPath struct {
	Shop tenant.ShopID `path:"shopId" doc:"The shop's id." example:"tacos-centro"`
}

// handle registers a route. fn's errors become problems.
func handle[I, O any](s *server, r route, fn func(context.Context, identity, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Description: r.doc,
		Tags: []string{r.tag}, DefaultStatus: r.status, MaxBodyBytes: maxBody,
		Responses: map[string]*huma.Response{"default": s.problemResponse()},
	}
	if r.file != "" {
		is := &huma.Schema{Type: huma.TypeString}
		if r.file == "application/json" {
			is.Type = huma.TypeObject
		}
		op.Responses["200"] = &huma.Response{Description: "The file.", Content: map[string]*huma.MediaType{r.file: {Schema: is}}}
	}
	if r.cookie {
		op.Middlewares = append(op.Middlewares, s.checkOrigin)
	}
	if !r.open {
		op.Security = []map[string][]string{{bearer: {}}}
		op.Middlewares = append(op.Middlewares, s.authenticate, s.authorise(r))
	}
	if r.before != nil {
		op.Middlewares = append(op.Middlewares, r.before)
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := fn(ctx, identityOf(ctx), in)
		if err != nil {
			return nil, s.problem(ctx, r.id, err)
		}
		return out, nil
	})
}

func (s *server) problemResponse() *huma.Response {
	schema := s.api.OpenAPI().Components.Schemas.Schema(problemSchema, true, "Problem")
	return &huma.Response{
		Description: "A problem; code tells which.",
		Content:     map[string]*huma.MediaType{problemType: {Schema: schema}},
	}
}

func (s *server) checkOrigin(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	if err := s.checkOwnOrigin(r); err != nil {
		s.write(w, r, err)
		return
	}
	next(ctx)
}

// authenticate puts the token's principal into the caller.
func (s *server) authenticate(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c := identityOf(r.Context())
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		s.write(w, r, refuse(http.StatusUnauthorized, i18n.Unauthorized))
		return
	}
	id, err := s.Auth.Authenticate(r.Context(), strings.TrimSpace(token))
	if err != nil {
		s.write(w, r, err)
		return
	}
	c.Principal = id.Principal
	next(huma.WithContext(ctx, withIdentity(ctx.Context(), c)))
}

// authorise decides on the path's shop, or on no shop when there is none in it.
func (s *server) authorise(rt route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		c := identityOf(ctx.Context())
		shop := tenant.ShopID(ctx.Param("shopId"))
		var err error
		switch {
		case shop != "":
			err = s.permit(ctx.Context(), c, string(shop), rt.may)
		case rt.may != "":
			err = c.Authorize(rt.may, "")
		}
		if err != nil {
			s.write(w, r, err)
			return
		}
		next(ctx)
	}
}

// permit returns nil when the shop exists and c may do a in it. A shop that c may
// not see is tenant.ErrNotFound, like one that does not exist.
func (s *server) permit(ctx context.Context, c identity, id string, a tenant.Action) error {
	shop, err := tenant.ParseShopID(id)
	if err != nil {
		return tenant.ErrNotFound
	}
	if c.Admin { // members' shops exist
		if _, err := s.Store.Shop(ctx, shop); err != nil {
			return err
		}
	}
	return c.Authorize(a, shop)
}

// taken turns a store's ErrTaken into the code of what was taken.
func conflict(err error, code i18n.Code) error {
	if errors.Is(err, tenant.ErrTaken) {
		return refuse(http.StatusConflict, code)
	}
	return err
}

var problemSchema = reflect.TypeFor[Problem]()
