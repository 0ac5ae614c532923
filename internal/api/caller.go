package api

import (
	"context"
	"net/netip"

	"recado/internal/i18n"
	"recado/internal/tenant"
)

// caller is who asks, from where, and in which language to answer.
type caller struct {
	tenant.Principal
	addr   netip.Addr
	secure bool // the browser spoke TLS
	lang   i18n.Lang
}

type callerKey struct{}

func withCaller(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

func callerOf(ctx context.Context) caller {
	c, ok := ctx.Value(callerKey{}).(caller)
	if !ok {
		c.lang = i18n.Spanish
	}
	return c
}
