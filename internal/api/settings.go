package api

import (
	"context"
	"errors"
	"net/http"

	"recado/internal/i18n"
	"recado/internal/settings"
	"recado/internal/tenant"
)

type settingsReply struct{ Body settings.Settings }

type settingsInput struct {
	ShopPath
	Body settings.Settings
}

type secretsReply struct {
	Body struct {
		Secrets []string `json:"secrets" nullable:"false" doc:"Names; values are never shown."`
	}
}

type SecretPath struct {
	ShopPath
	Name string `path:"name" maxLength:"64" doc:"As flows call it: small letters, digits, underscores."`
}

type secretInput struct {
	SecretPath
	Body struct {
		Value string `json:"value" maxLength:"4096" doc:"Sent as Authorization: a token goes as Bearer; with a space in it, as it is."`
	}
}

func (s *server) settingsRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/settings", id: "getSettings", tag: "settings", may: tenant.ViewShop,
		summary: "What flows know of the shop",
	}, s.getSettings)
	handle(s, route{
		method: http.MethodPut, path: "/api/shops/{shopId}/settings", id: "putSettings", tag: "settings", may: tenant.EditShop,
		summary: "Replace the shop's settings", doc: "All of them: what is left out goes back to its default.",
	}, s.putSettings)
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}/secrets", id: "listSecrets", tag: "settings", may: tenant.ManageKeys,
		summary: "Names of the secrets that web calls of flows send",
	}, s.listSecrets)
	handle(s, route{
		method: http.MethodPut, path: "/api/shops/{shopId}/secrets/{name}", id: "putSecret", tag: "settings", may: tenant.ManageKeys,
		status: http.StatusNoContent, summary: "Store or replace a secret",
	}, s.putSecret)
	handle(s, route{
		method: http.MethodDelete, path: "/api/shops/{shopId}/secrets/{name}", id: "deleteSecret", tag: "settings", may: tenant.ManageKeys,
		status: http.StatusNoContent, summary: "Forget a secret",
	}, s.deleteSecret)
}

func (s *server) getSettings(ctx context.Context, _ identity, in *ShopPath) (*settingsReply, error) {
	set, err := s.Settings.Get(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return &settingsReply{set}, nil
}

func (s *server) putSettings(ctx context.Context, _ identity, in *settingsInput) (*settingsReply, error) {
	problems, err := s.Settings.Put(ctx, in.Shop, in.Body)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		fields := make([]FieldError, 0, len(problems))
		for _, p := range problems {
			fields = append(fields, FieldError{Path: "body." + p.Path, Message: p.Message})
		}
		return nil, refuse(http.StatusUnprocessableEntity, i18n.InvalidBody, fields...)
	}
	return s.getSettings(ctx, identity{}, &in.ShopPath)
}

func (s *server) listSecrets(ctx context.Context, _ identity, in *ShopPath) (*secretsReply, error) {
	names, err := s.Settings.Secrets(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	out := &secretsReply{}
	out.Body.Secrets = append([]string{}, names...)
	return out, nil
}

func (s *server) putSecret(ctx context.Context, _ identity, in *secretInput) (*struct{}, error) {
	err := s.Settings.PutSecret(ctx, in.Shop, in.Name, in.Body.Value)
	switch {
	case errors.Is(err, settings.ErrSecret):
		return nil, invalid("body.value", settings.ErrSecret.Error())
	case errors.Is(err, settings.ErrSecretName):
		return nil, invalid("path.name", settings.ErrSecretName.Error())
	}
	return nil, err
}

func (s *server) deleteSecret(ctx context.Context, _ identity, in *SecretPath) (*struct{}, error) {
	return nil, s.Settings.DeleteSecret(ctx, in.Shop, in.Name)
}
