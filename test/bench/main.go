// Command bench measures Recado against its neighbours in one run, on one
// simulator, and prints a table: CPU per answered message beside a bare
// whatsmeow bot and a Baileys bot, activation to QR, memory of idle sessions,
// start-up of stored ones; and, without a simulator, its flow engine beside
// builderbot's. `make bench` runs it; docs/benchmarks.md quotes it.
//
// CPU and memory are those of the measured process, from /proc: the simulator
// and this program run beside it and do not count.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	messages := flag.Int("messages", 4000, "messages to answer, per bot")
	sessions := flag.Int("sessions", 1000, "idle sessions")
	activations := flag.Int("activations", 200, "activations to time")
	seconds := flag.Int("seconds", 5, "seconds per round of a flow engine")
	only := flag.String("only", "", "engines, answers, qr, idle or redis; empty: all")
	flag.Parse()

	if err := run(*only, *messages, *activations, *sessions, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only string, messages, activations, sessions, seconds int) error {
	if only == "" || only == "engines" {
		if err := engines(seconds); err != nil {
			return fmt.Errorf("engines: %w", err)
		}
	}
	if only == "engines" {
		return nil
	}
	b, err := newBench()
	if err != nil {
		return err
	}
	defer b.close()
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"answers", func() error { return b.answers(messages) }},
		{"qr", func() error { return b.qr(activations) }},
		{"idle", func() error { return b.idle(sessions) }},
		{"redis", b.redisMemory},
	} {
		if only != "" && only != part.name {
			continue
		}
		if err := part.do(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}
