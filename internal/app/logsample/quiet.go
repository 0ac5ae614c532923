// Package logsample keeps an outage from filling the log. When a store is away,
// everything that every shop does fails, many times a second, and each failure is
// the same news. A [Handler] writes the first lines of a message and counts the
// rest, by the minute.
package logsample

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// few is how many lines of one message are written in a minute: enough to see
	// several shops and causes.
	few = 5
	// many is how many messages are told apart. They are constants of the program,
	// so there are hardly as many.
	many = 1000
)

// Handler is a slog.Handler that writes warnings and errors through another one,
// of each message no more than five in a minute. The first line of the next minute
// says in the attribute unwritten how many there were besides. What is less
// severe than a warning passes.
type Handler struct {
	next  slog.Handler
	count *counter // shared by all that With made of one
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
	write, unwritten := h.count.take(r.Message, r.Time)
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

// minute is one message's lines since it began.
type minute struct {
	began time.Time
	lines int
}

// take reports whether a line is written, and how many were not before it.
func (c *counter) take(message string, now time.Time) (write bool, unwritten int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.seen[message]
	if m == nil {
		if len(c.seen) >= many {
			clear(c.seen)
		}
		m = &minute{began: now}
		c.seen[message] = m
	}
	if now.Sub(m.began) >= time.Minute {
		unwritten = max(m.lines-few, 0)
		*m = minute{began: now}
	}
	m.lines++
	return m.lines <= few, unwritten
}
