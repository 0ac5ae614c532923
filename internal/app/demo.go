package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"recado/internal/config"
	"recado/internal/demo"
	"recado/internal/wasim"
)

type demoCmd struct {
	config.Config `embed:""`
}

// Run serves the demo until ctx ends. Its data is deleted then: the simulator
// forgets its phones, so stored sessions would be worth nothing.
func (c *demoCmd) Run(ctx context.Context, p *program) (err error) {
	dir, err := os.MkdirTemp("", "recado-demo-")
	if err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sim, err := wasim.Start(ctx, wasim.Options{Log: logger(p.stderr, "warn", "text")})
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, sim.Close(stop))
	}()
	c.DataDir, c.RedisURL, c.MongoDBURI = dir, "", ""
	c.WhatsAppURL, c.WhatsAppRoot = "ws://"+sim.Addr()+"/ws/chat", fmt.Sprintf("%x", sim.Root())
	c.AdminEmail, c.AdminPassword = "admin@example.com", config.Secret(rand.Text())
	c.HTTPAddr = loopbackAddr(c.HTTPAddr)
	if err := c.Validate(); err != nil {
		return usageError{fmt.Errorf("the settings are wrong:\n%w", err)}
	}
	return p.serve(ctx, &c.Config, func(s *server, ctx context.Context, p *program, url string) error {
		o := demo.Options{
			Simulator: sim, Password: rand.Text(), Shops: s.records, Users: s.auth, Flows: s.library, Channels: s.service,
		}
		if err := demo.Fill(ctx, o); err != nil {
			return err
		}
		s.handler = demo.Handler(o, s.handler)
		fmt.Fprintf(p.stdout, "\nDemo: open %s/demo\n\n  e-mail    %s\n  password  %s\n\n", url, demo.Email, o.Password)
		return nil
	})
}

// loopbackAddr keeps the demo, which shows its passwords, on this machine.
func loopbackAddr(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "" {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}
