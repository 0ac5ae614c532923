package api

import (
	"context"
	"net/netip"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

// identity is the sender of a request: the authenticated principal, the client's
// address, and the language to answer in.
type identity struct {
	tenant.Principal
	addr   netip.Addr
	secure bool // the browser spoke TLS
	lang   i18n.Lang
}

type identityKey struct{}

func withIdentity(ctx context.Context, id identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}

func identityOf(ctx context.Context) identity {
	id, ok := ctx.Value(identityKey{}).(identity)
	if !ok {
		id.lang = i18n.Spanish
	}
	return id
}
