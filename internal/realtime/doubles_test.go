package realtime_test

import (
	"context"
	"log/slog"
	"time"

	"recado/internal/bus"
	"recado/internal/realtime"
	"recado/internal/tenant/auth"
	"recado/test/socketio"
)

type socketioReport = socketio.Report

func (f *fixture) close(name string) {
	f.t.Helper()
	f.node.Client(name).Disconnect()
}

// droppingBus is a bus.Local that drops its subscriber on demand, as if it had fallen
// behind.
type droppingBus struct {
	*bus.Local
	drop chan struct{}
}

func (b *droppingBus) Subscribe(ctx context.Context, buffer int) (<-chan bus.Event, error) {
	sub, cancel := context.WithCancel(ctx)
	events, err := b.Local.Subscribe(sub, buffer)
	if err != nil {
		cancel()
		return nil, err
	}
	go func() {
		defer cancel()
		select {
		case <-b.drop:
		case <-ctx.Done():
		}
	}()
	return events, nil
}

// quiet discards the log, for tests that provoke errors.
func quiet(o *realtime.Options) { o.Log = slog.New(slog.DiscardHandler) }

// unlimited lifts the limits, for tests that connect more often than people do.
func unlimited(o *realtime.Options) {
	o.Handshakes, o.Waiting, o.PerUser = auth.Rule{Burst: 100_000, Every: time.Millisecond}, 100_000, 100_000
}
