package api

import (
	"context"
	"net/http"
	"time"

	"recado/internal/tenant"
)

// APIKey is a key as it is shown after it was made.
type APIKey struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Role       tenant.Role   `json:"role" enum:"owner,agent,viewer"`
	Prefix     string        `json:"prefix" doc:"The key's first characters, to tell keys apart."`
	CreatedBy  tenant.UserID `json:"createdBy,omitempty"`
	CreatedAt  time.Time     `json:"createdAt"`
	LastUsedAt *time.Time    `json:"lastUsedAt"`
}

func toAPIKey(k tenant.APIKey) APIKey {
	return APIKey{
		ID: k.ID, Name: k.Name, Role: k.Role, Prefix: k.Prefix,
		CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt, LastUsedAt: timePtr(k.LastUsedAt),
	}
}

// known is nil for a time that never was.
func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type newKeyInput struct {
	ShopPath
	Body struct {
		Name string      `json:"name" minLength:"1" maxLength:"100" example:"till"`
		Role tenant.Role `json:"role,omitempty" enum:"owner,agent,viewer" default:"agent"`
	}
}

type newKeyReply struct {
	Body struct {
		APIKey
		Key string `json:"key" doc:"The key itself. It is shown this once."`
	}
}

type keysReply struct {
	Body struct {
		Keys []APIKey `json:"keys" nullable:"false"`
	}
}

type keyInput struct {
	ShopPath
	Key string `path:"keyId" maxLength:"64"`
}

func (s *server) apiKeyRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/keys", id: "listKeys", tag: "API keys", may: tenant.ManageKeys,
		summary: "List the shop's API keys",
	}, s.listKeys)
	handle(s, route{
		method: http.MethodPost, path: "/api/shops/{shopId}/keys", id: "createKey", tag: "API keys", may: tenant.ManageKeys,
		status: http.StatusCreated, summary: "Create an API key",
	}, s.createKey)
	handle(s, route{
		method: http.MethodDelete, path: "/api/shops/{shopId}/keys/{keyId}", id: "deleteKey", tag: "API keys", may: tenant.ManageKeys,
		status: http.StatusNoContent, summary: "Delete an API key", doc: "It is refused from then on.",
	}, s.deleteKey)
}

func (s *server) listKeys(ctx context.Context, _ identity, in *ShopPath) (*keysReply, error) {
	list, err := s.Store.APIKeys(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	out := &keysReply{}
	out.Body.Keys = make([]APIKey, 0, len(list))
	for _, k := range list {
		out.Body.Keys = append(out.Body.Keys, toAPIKey(k))
	}
	return out, nil
}

func (s *server) createKey(ctx context.Context, c identity, in *newKeyInput) (*newKeyReply, error) {
	k, secret, err := s.Auth.CreateAPIKey(ctx, c.Principal, in.Shop, in.Body.Name, in.Body.Role)
	if err != nil {
		return nil, fieldError(err)
	}
	out := &newKeyReply{}
	out.Body.APIKey, out.Body.Key = toAPIKey(k), secret
	return out, nil
}

func (s *server) deleteKey(ctx context.Context, _ identity, in *keyInput) (*nothing, error) {
	if err := s.Store.DeleteAPIKey(ctx, in.Shop, in.Key); err != nil {
		return nil, err
	}
	s.announce(ctx, in.Shop, tenant.KeyPrincipal(in.Key))
	return nil, nil
}
