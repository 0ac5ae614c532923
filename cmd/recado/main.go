// Command recado is self-hosted WhatsApp for many shops; see recado help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"recado/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
