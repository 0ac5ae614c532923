package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/engine"
	"recado/internal/httpcall"
	"recado/internal/settings"
	"recado/internal/tenant"
	"recado/internal/vault"
)

// traceLife is how long traces of conversations are kept.
const traceLife = 90 * 24 * time.Hour

// kindSecret is the kind of the vault's values that are shops' secrets.
const kindSecret = "secret"

// newSettings keeps settings in the records, secrets sealed by the shop's key.
func newSettings(store settings.Store, v *vault.Vault) *settings.Service {
	return settings.New(settings.Options{
		Store: store,
		Seal: func(ctx context.Context, shop tenant.ShopID, name string, data []byte) ([]byte, error) {
			keys, err := v.Keys(ctx, shop, vault.Records)
			if err != nil {
				return nil, err
			}
			return keys.Seal(kindSecret, name, data)
		},
		Open: func(ctx context.Context, shop tenant.ShopID, name string, sealed []byte) ([]byte, error) {
			keys, err := v.Existing(ctx, shop, vault.Records)
			if err != nil {
				return nil, err
			}
			return keys.Open(kindSecret, name, sealed)
		},
	})
}

// newCaller makes flows' web calls with the shops' secrets.
func newCaller(set *settings.Service, loopback bool, log *slog.Logger) *httpcall.Client {
	return httpcall.New(httpcall.Options{
		Log: log, AllowLoopback: loopback,
		Secret: func(ctx context.Context, shop tenant.ShopID, name string) (string, error) {
			value, err := set.Secret(ctx, shop, name)
			if errors.Is(err, settings.ErrNoSecret) {
				return "", httpcall.ErrNoSecret
			}
			return value, err
		},
	})
}

// shop is what flows may know of a shop.
func (s *server) shop(ctx context.Context, id tenant.ShopID) (engine.Shop, error) {
	t, err := s.shops.get(ctx, id)
	if err != nil {
		return engine.Shop{}, fmt.Errorf("read shop %s: %w", id, err)
	}
	set, err := s.settings.Get(ctx, id)
	if err != nil {
		return engine.Shop{}, err
	}
	shop := engine.Shop{ID: t.ID, Name: t.Name, Phone: t.WhatsApp.Number}
	set.Apply(&shop)
	return shop, nil
}

// webhook is where a shop's notices are posted.
func (s *server) webhook(ctx context.Context, id tenant.ShopID) (engine.HTTP, bool, error) {
	set, err := s.settings.Get(ctx, id)
	if err != nil || set.Webhook == nil {
		return engine.HTTP{}, false, err
	}
	return engine.HTTP{URL: set.Webhook.URL, Secret: set.Webhook.Secret}, true, nil
}

// registry says what a flow of the shop may lean on. What cannot be read now is
// not held against the author: a call without its secret fails when it is made.
func (s *server) registry(ctx context.Context, shop tenant.ShopID) flow.Registry {
	reg := flow.Registry{Supports: engine.Supported}
	set, err := s.settings.Get(ctx, shop)
	if err != nil {
		s.log.Error("read settings", "shop", shop, "err", err)
		return reg
	}
	reg.Queue = set.HasQueue
	reg.Calendar = func(name string) bool { _, ok := set.Calendars[name]; return ok }
	names, err := s.settings.Secrets(ctx, shop)
	if err != nil {
		s.log.Error("list secrets", "shop", shop, "err", err)
		return reg
	}
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[name] = true
	}
	reg.Secret = func(name string) bool { return known[name] }
	return reg
}
