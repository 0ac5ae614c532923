package api

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

// Shop is a tenant with the sum of its channels.
type Shop struct {
	ShopID   tenant.ShopID `json:"shopId"`
	Name     string        `json:"name"`
	WhatsApp WhatsApp      `json:"whatsapp"`
}

// WhatsApp says how a shop is linked.
type WhatsApp struct {
	Connected      bool       `json:"connected"`
	Number         *string    `json:"number" doc:"Digits, or null when none is linked."`
	LastConnection *time.Time `json:"lastConnection" doc:"Or null when there was none."`
}

func toShop(s tenant.Shop) Shop {
	w := WhatsApp{Connected: s.WhatsApp.Connected, LastConnection: timePtr(s.WhatsApp.LastConnection)}
	if s.WhatsApp.Number != "" {
		w.Number = &s.WhatsApp.Number
	}
	return Shop{ShopID: s.ID, Name: s.Name, WhatsApp: w}
}

type shopReply struct{ Body Shop }

type newShopInput struct {
	Body struct {
		ShopID string `json:"shopId,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9_-]{1,64}$" patternDescription:"1 to 64 letters, digits, hyphens or underscores" doc:"Left out, one is made up. It never changes." example:"tacos-centro"`
		Name   string `json:"name" minLength:"1" maxLength:"100" example:"Tacos del Centro"`
	}
}

type renameInput struct {
	ShopPath
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}

type shopsInput struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type shopsReply struct {
	Body struct {
		Shops []Shop `json:"shops" nullable:"false"`
		Next  string `json:"next,omitempty" doc:"cursor of the next page; missing on the last."`
	}
}

func (s *server) shopRoutes() {
	handle(s, route{
		method: http.MethodGet, path: "/api/shops", id: "listShops", tag: "shops",
		summary: "List the shops that I may see", doc: "All of them for an administrator. By id.",
	}, s.listShops)
	handle(s, route{
		method: http.MethodPost, path: "/api/shops", id: "createShop", tag: "shops", may: tenant.CreateShop,
		status: http.StatusCreated, summary: "Create a shop (administrators)",
	}, s.createShop)
	handle(s, route{
		method: http.MethodGet, path: "/api/shops/{shopId}", id: "getShop", tag: "shops", may: tenant.ViewShop,
		summary: "A shop and its WhatsApp connection",
	}, s.getShop)
	handle(s, route{
		method: http.MethodPatch, path: "/api/shops/{shopId}", id: "renameShop", tag: "shops", may: tenant.EditShop,
		summary: "Rename a shop",
	}, s.renameShop)
}

func (s *server) listShops(ctx context.Context, c identity, in *shopsInput) (*shopsReply, error) {
	list, err := s.visible(ctx, c, tenant.ShopID(in.Cursor), in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &shopsReply{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.Next = string(list[in.Limit-1].ID)
	}
	out.Body.Shops = make([]Shop, 0, len(list))
	for _, shop := range list {
		out.Body.Shops = append(out.Body.Shops, toShop(shop))
	}
	return out, nil
}

func (s *server) visible(ctx context.Context, c identity, after tenant.ShopID, limit int) ([]tenant.Shop, error) {
	if c.Admin {
		return s.Store.Shops(ctx, after, limit)
	}
	var list []tenant.Shop
	for _, id := range slices.Sorted(maps.Keys(c.Shops)) {
		if id <= after || len(list) == limit {
			continue
		}
		shop, err := s.Store.Shop(ctx, id)
		if errors.Is(err, tenant.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, shop)
	}
	return list, nil
}

func (s *server) createShop(ctx context.Context, _ identity, in *newShopInput) (*shopReply, error) {
	if in.Body.ShopID == "" {
		in.Body.ShopID = "shop_" + strings.ToLower(rand.Text())
	}
	id, err := tenant.ParseShopID(in.Body.ShopID)
	if err != nil {
		return nil, fieldError(err)
	}
	name, err := tenant.ParseName(in.Body.Name)
	if err != nil {
		return nil, fieldError(err)
	}
	shop := tenant.Shop{ID: id, Name: name, CreatedAt: s.Now().UTC()}
	if err := s.Store.CreateShop(ctx, shop); err != nil {
		return nil, conflict(err, i18n.ShopTaken)
	}
	return &shopReply{Body: toShop(shop)}, nil
}

func (s *server) getShop(ctx context.Context, _ identity, in *ShopPath) (*shopReply, error) {
	shop, err := s.Store.Shop(ctx, in.Shop)
	if err != nil {
		return nil, err
	}
	return &shopReply{Body: toShop(shop)}, nil
}

func (s *server) renameShop(ctx context.Context, _ identity, in *renameInput) (*shopReply, error) {
	name, err := tenant.ParseName(in.Body.Name)
	if err != nil {
		return nil, fieldError(err)
	}
	if err := s.Store.RenameShop(ctx, in.Shop, name); err != nil {
		return nil, err
	}
	return s.getShop(ctx, identity{}, &in.ShopPath)
}
