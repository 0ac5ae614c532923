package app

import (
	"context"
	"fmt"
	"time"

	"recado/internal/wasim"
)

type wasimCmd struct {
	Listen string `default:"127.0.0.1:7480" help:"Loopback address to listen on."`
}

// Run serves the simulator until ctx ends.
func (c *wasimCmd) Run(ctx context.Context, p *program) error {
	s, err := wasim.Start(ctx, wasim.Options{Listen: c.Listen, Log: logger(p.stderr, "warn", "text")})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "WhatsApp simulator on %s\nRECADO_WHATSAPP_URL=ws://%s/ws/chat RECADO_WHATSAPP_ROOT=%x\n", s.URL(), s.Addr(), s.Root())
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.Close(stop)
}
