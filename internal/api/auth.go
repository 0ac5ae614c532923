package api

import (
	"context"
	"net/http"
	"time"

	"recado/internal/tenant"
	"recado/internal/tenant/auth"
)

// User is who is signed in.
type User struct {
	ID    string     `json:"id"`
	Email string     `json:"email"`
	Name  string     `json:"name"`
	Admin bool       `json:"admin" doc:"Administrator of the whole installation: may do everything in every shop."`
	Shops []UserShop `json:"shops" nullable:"false"`
}

// UserShop is one of the user's shops.
type UserShop struct {
	ShopID tenant.ShopID `json:"shopId"`
	Name   string        `json:"name"`
	Role   tenant.Role   `json:"role" enum:"owner,agent,viewer"`
}

func toUser(u tenant.User, in []tenant.Membership) User {
	out := User{ID: string(u.ID), Email: u.Email, Name: u.Name, Admin: u.Admin, Shops: make([]UserShop, 0, len(in))}
	for _, m := range in {
		out.Shops = append(out.Shops, UserShop{ShopID: m.Shop, Name: m.Name, Role: m.Role})
	}
	return out
}

// SignedIn is the reply to a sign-in and to a refresh.
type SignedIn struct {
	AccessToken string    `json:"accessToken"`
	ExpiresAt   time.Time `json:"expiresAt" doc:"When the access token ends; refresh before."`
	User        User      `json:"user"`
}

type signedIn struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   SignedIn
}

// cookieName is the refresh cookie's. The path keeps it away from every other call.
const (
	cookieName = "recado_refresh"
	cookiePath = "/api/auth"
)

func cookie(c identity, value string, until time.Time) http.Cookie {
	return http.Cookie{
		Name: cookieName, Value: value, Path: cookiePath, Expires: until,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	}
}

func signedInAs(c identity, g auth.Grant) *signedIn {
	return &signedIn{
		Cookie: cookie(c, g.Refresh, g.RefreshUntil),
		Body:   SignedIn{AccessToken: g.Access, ExpiresAt: g.ExpiresAt, User: toUser(g.User, g.Shops)},
	}
}

type loginInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254" example:"ana@example.com"`
		Password string `json:"password" maxLength:"256" format:"password"`
	}
}

type refreshInput struct {
	Token string `cookie:"recado_refresh" hidden:"true"`
}

type signedOut struct {
	Cookie http.Cookie `header:"Set-Cookie"`
}

type setUpInput struct {
	Body struct {
		Token    string `json:"token" maxLength:"100" doc:"The secret of the set-up link that the server printed."`
		Email    string `json:"email" maxLength:"254"`
		Name     string `json:"name" minLength:"1" maxLength:"100"`
		Password string `json:"password" minLength:"8" maxLength:"256" format:"password"`
	}
}

type setUpState struct {
	Body struct {
		Needed bool `json:"needed" doc:"There is no administrator yet: open the set-up link."`
	}
}

type me struct{ Body User }

type passwordInput struct {
	Body struct {
		Current string `json:"current" maxLength:"256" format:"password"`
		New     string `json:"new" minLength:"8" maxLength:"256" format:"password"`
	}
}

type nothing struct{}

func (s *server) authRoutes() {
	handle(s, route{
		method: http.MethodPost, path: "/api/auth/login", id: "login", tag: "sign in", open: true, cookie: true,
		summary: "Sign in",
		doc: "Sets the refresh cookie (HttpOnly, SameSite=Strict, path /api/auth). After repeated failures, " +
			"per account and per address, it answers 429 too_many_attempts with Retry-After.",
	}, s.login)
	handle(s, route{
		method: http.MethodPost, path: "/api/auth/refresh", id: "refresh", tag: "sign in", open: true, cookie: true,
		summary: "Trade the refresh cookie for a new one and an access token",
		doc: "A refresh cookie is good once. Using an old one again ends the whole sign-in, because two parties hold it: " +
			"tabs that share the cookie must take turns.",
	}, s.refresh)
	handle(s, route{
		method: http.MethodPost, path: "/api/auth/logout", id: "logout", tag: "sign in", open: true, cookie: true,
		status: http.StatusNoContent, summary: "Sign out",
	}, s.logout)
	handle(s, route{
		method: http.MethodGet, path: "/api/auth/setup", id: "setupState", tag: "sign in", open: true,
		summary: "Is there an administrator yet?",
	}, s.setUpState)
	handle(s, route{
		method: http.MethodPost, path: "/api/auth/setup", id: "setup", tag: "sign in", open: true, cookie: true,
		status: http.StatusCreated, summary: "Create the first administrator and sign in",
		doc: "The token is in the link that the server prints on its console while there is no administrator. It is good once.",
	}, s.setUp)
	handle(s, route{
		method: http.MethodGet, path: "/api/me", id: "me", tag: "sign in", summary: "Who am I?",
	}, s.me)
	handle(s, route{
		method: http.MethodPut, path: "/api/me/password", id: "changePassword", tag: "sign in", status: http.StatusNoContent,
		summary: "Change the own password", doc: "Ends every other sign-in of the user.",
	}, s.changePassword)
}

func (s *server) login(ctx context.Context, c identity, in *loginInput) (*signedIn, error) {
	g, err := s.Auth.Login(ctx, in.Body.Email, in.Body.Password, c.addr)
	if err != nil {
		return nil, err
	}
	return signedInAs(c, g), nil
}

func (s *server) refresh(ctx context.Context, c identity, in *refreshInput) (*signedIn, error) {
	g, err := s.Auth.Refresh(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	return signedInAs(c, g), nil
}

func (s *server) logout(ctx context.Context, c identity, in *refreshInput) (*signedOut, error) {
	user, err := s.Auth.Logout(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	if user != "" {
		s.announce(ctx, "", string(user))
	}
	gone := cookie(c, "", time.Unix(1, 0))
	gone.MaxAge = -1
	return &signedOut{Cookie: gone}, nil
}

func (s *server) setUpState(ctx context.Context, _ identity, _ *nothing) (*setUpState, error) {
	needed, err := s.Auth.SetUpNeeded(ctx)
	out := &setUpState{}
	out.Body.Needed = needed
	return out, err
}

func (s *server) setUp(ctx context.Context, c identity, in *setUpInput) (*signedIn, error) {
	g, err := s.Auth.SetUp(ctx, in.Body.Token, auth.NewUser{Email: in.Body.Email, Name: in.Body.Name, Password: in.Body.Password}, c.addr)
	if err != nil {
		return nil, fieldError(err)
	}
	return signedInAs(c, g), nil
}

func (s *server) me(ctx context.Context, c identity, _ *nothing) (*me, error) {
	if c.User == "" {
		return s.program(ctx, c)
	}
	u, in, err := s.Store.User(ctx, c.User)
	if err != nil {
		return nil, err
	}
	return &me{Body: toUser(u, in)}, nil
}

// program shows an API key as the user that it stands for.
func (s *server) program(ctx context.Context, c identity) (*me, error) {
	u := User{ID: c.Key, Shops: []UserShop{}}
	for id, role := range c.Shops {
		shop, err := s.Store.Shop(ctx, id)
		if err != nil {
			return nil, err
		}
		u.Shops = append(u.Shops, UserShop{ShopID: id, Name: shop.Name, Role: role})
	}
	return &me{Body: u}, nil
}

func (s *server) changePassword(ctx context.Context, c identity, in *passwordInput) (*nothing, error) {
	if c.User == "" {
		return nil, tenant.ErrForbidden
	}
	if err := s.Auth.ChangePassword(ctx, c.Principal, in.Body.Current, in.Body.New, c.addr); err != nil {
		return nil, fieldError(err)
	}
	s.announce(ctx, "", c.ID())
	return nil, nil
}
