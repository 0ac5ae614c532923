package app

import (
	"context"
	"errors"
	"fmt"
	"net"

	"recado/internal/config"
)

type serveCmd struct {
	config.Config `embed:""`
	AllowMigrated bool `help:"Take data back into service that was migrated elsewhere, when the server there will never run again. It is asked for once."`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, p *program) error {
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	if c.AllowMigrated {
		taken, err := takeBack(ctx, &c.Config)
		if err != nil {
			return err
		}
		if taken {
			fmt.Fprintln(p.stdout, "This data is back in service; its copy elsewhere must never run again.")
		}
	}
	return p.serve(ctx, &c.Config, (*server).invite)
}

// serve builds the server, says where it is, lets before prepare it, and runs it.
func (p *program) serve(ctx context.Context, c *config.Config, before func(*server, context.Context, *program, string) error) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s, err := build(ctx, c, logger(p.stderr, c.LogLevel, c.LogFormat))
	if err != nil {
		return errors.Join(err, l.Close())
	}
	url := c.PublicURL
	if url == "" {
		url = localURL(l.Addr())
	}
	fmt.Fprintf(p.stdout, "Recado %s on %s\n", Version, url)
	if err := before(s, ctx, p, url); err != nil {
		return errors.Join(err, l.Close(), s.close())
	}
	return errors.Join(s.run(ctx, l), s.close())
}

// invite prints the one-time link for the first administrator while there is none.
func (s *server) invite(ctx context.Context, p *program, url string) error {
	token, needed, err := s.auth.SetUpToken(ctx)
	if err != nil || !needed {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "\nNobody can sign in yet. Open this link, once, to become the administrator:\n\n  %s/setup#token=%s\n\n", url, token)
	return err
}

// localURL is the URL of addr from this machine.
func localURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
