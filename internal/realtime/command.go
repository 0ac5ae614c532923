package realtime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"recado/internal/channel"
	"recado/internal/cluster"
	"recado/internal/i18n"
	"recado/internal/tenant"
)

// commandTime bounds a command; unlinking waits for WhatsApp.
const commandTime = 30 * time.Second

// handle executes a command and acknowledges it. It recovers from panics, with the
// code internal.
func (g *Gateway) handle(c *conn, name string, args []any) (ack Ack) {
	defer func() {
		if v := recover(); v != nil {
			g.Log.Error("panic in a socket's command", "command", name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			ack = failed(i18n.Internal, c.lang)
		}
	}()
	if !c.rate.Allow() {
		return failed(i18n.TooManyAttempts, c.lang)
	}
	cmd, code := decode(args)
	if code != "" {
		return failed(code, c.lang)
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	status, err := g.execute(ctx, c, name, cmd)
	if err != nil {
		return failed(g.codeOf(name, err), c.lang)
	}
	return Ack{OK: true, Status: status}
}

// clientError is a refusal for a reason on the client's side.
type clientError struct{ code i18n.Code }

func (r clientError) Error() string { return string(r.code) }

func (g *Gateway) execute(ctx context.Context, c *conn, name string, cmd command) (channel.Status, error) {
	if !c.currentPrincipal().Can(tenant.DisconnectAction(cmd.Logout), cmd.Company) {
		return "", clientError{i18n.Forbidden} // the same for a foreign shop, an unknown one and a viewer
	}
	if _, err := g.Shops.Shop(ctx, cmd.Company); err != nil {
		return "", err
	}
	if cmd.Type != "" && !cmd.Type.Valid() {
		return "", channel.ErrInvalidType
	}
	if name == disconnectWhatsApp {
		st, err := g.Channels.Deactivate(ctx, cmd.Company, cmd.Type, cmd.Logout)
		return st.Status, err
	}
	a, err := g.Channels.Activate(ctx, cmd.Company, cmd.Type)
	if err == nil && a.AlreadyActive {
		err = clientError{i18n.AlreadyActive}
	}
	return a.State.Status, err
}

// codeOf maps the error of a command to the ack's code.
func (g *Gateway) codeOf(name string, err error) i18n.Code {
	if r, ok := errors.AsType[clientError](err); ok {
		return r.code
	}
	for cause, code := range map[error]i18n.Code{
		tenant.ErrNotFound:       i18n.InvalidCompany,
		channel.ErrInvalidType:   i18n.InvalidType,
		channel.ErrNotConfigured: i18n.NotConfigured,
		cluster.ErrOwned:         i18n.ServedElsewhere,
	} {
		if errors.Is(err, cause) {
			return code
		}
	}
	g.Log.Error("command failed", "command", name, "error", err)
	return i18n.Internal
}

// decode parses {companyId, type?, logout?}. code names the first wrong field; other
// fields are ignored.
func decode(args []any) (cmd command, code i18n.Code) {
	if len(args) != 1 {
		return cmd, i18n.InvalidCompany
	}
	fields, ok := args[0].(map[string]any)
	if !ok {
		return cmd, i18n.InvalidCompany
	}
	id, ok := fields["companyId"].(string)
	if !ok {
		return cmd, i18n.InvalidCompany
	}
	shop, err := tenant.ParseShopID(id)
	if err != nil {
		return cmd, i18n.InvalidCompany
	}
	cmd.Company = shop
	if t, has := fields["type"]; has && t != nil {
		name, ok := t.(string)
		if !ok || name == "" || len(name) > 64 {
			return cmd, i18n.InvalidType
		}
		cmd.Type = channel.Type(name)
	}
	if l, has := fields["logout"]; has && l != nil {
		if cmd.Logout, ok = l.(bool); !ok {
			return cmd, i18n.InvalidPayload
		}
	}
	return cmd, ""
}
