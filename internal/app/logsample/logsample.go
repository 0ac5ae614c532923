// Package logsample keeps an outage from filling the log. While a store is away,
// every operation of every shop fails with the same line, many times a second. A
// [Handler] writes the first lines of a message in each minute and counts the rest.
package logsample

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// perMinute is the number of lines of one message in a minute: enough to see
	// several shops and causes.
	perMinute = 5
	// maxMessages bounds the counted messages. They are constants of the program, so
	// the bound is hardly reached.
	maxMessages = 1000
)

// Handler is a slog.Handler that passes warnings and errors on to another one, at
// most five lines of each message in a minute. The first line of the next minute
// carries the number of suppressed ones as attribute unwritten. Lines less severe
// than a warning pass.
type Handler struct {
	next  slog.Handler
	count *counter // shared by the handlers that With derives
}

// New returns a Handler over next.
func New(next slog.Handler) *Handler {
	return &Handler{next: next, count: &counter{seen: make(map[string]*minute)}}
}

// Enabled implements slog.Handler.
func (h *Handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements slog.Handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.next.Handle(ctx, r)
	}
	write, unwritten := h.count.add(r.Message, r.Time)
	if !write {
		return nil
	}
	if unwritten > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("unwritten", unwritten))
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Handler{next: h.next.WithAttrs(attrs), count: h.count}
}

// WithGroup implements slog.Handler.
func (h *Handler) WithGroup(name string) slog.Handler {
	return &Handler{next: h.next.WithGroup(name), count: h.count}
}

type counter struct {
	mu   sync.Mutex
	seen map[string]*minute
}

// minute counts the lines of one message.
type minute struct {
	began time.Time
	lines int
}

// add counts a line. It reports whether the line is written, and how many of the
// minute before were suppressed.
func (c *counter) add(message string, now time.Time) (write bool, unwritten int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.seen[message]
	if m == nil {
		if len(c.seen) >= maxMessages {
			clear(c.seen)
		}
		m = &minute{began: now}
		c.seen[message] = m
	}
	if now.Sub(m.began) >= time.Minute {
		unwritten = max(m.lines-perMinute, 0)
		*m = minute{began: now}
	}
	m.lines++
	return m.lines <= perMinute, unwritten
}
