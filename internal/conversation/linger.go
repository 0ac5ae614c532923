package conversation

import (
	"time"

	"recado/internal/message"
)

// wait of an input for more of it, in memory: since when, and what came last.
type lingering struct {
	linger *time.Timer // runs while the wait does
	ripe   bool        // it is over
	since  time.Time   // when it began; zero when nothing waits
	heard  time.Time   // when the last message arrived here; zero when before this process
}

// hear notes that a message arrived: what waits goes on waiting. The caller
// holds s.mu.
func (sh *shop) hear(c *conv, offline bool, now time.Time) {
	c.heard, c.ripe = now, false
	if offline {
		sh.caughtUp = now
	}
}

// ready has everything looked at that waits for the channel, which brings what
// waited at the server from now on. The caller holds s.mu.
func (s *Service) ready(sh *shop) {
	sh.caughtUp = s.o.Now()
	for _, c := range sh.convs {
		if c.linger != nil && c.heard.IsZero() {
			c.again = true
			s.step(sh, c)
		}
	}
}

// left returns how much of p is left to wait. What this process has not seen
// arrive may be half of what was sent: the rest comes when the channel is up.
func (s *Service) left(sh *shop, c *conv, p pause, channel message.ChannelType, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ripe {
		return 0
	}
	waited := time.Duration(0)
	if !c.since.IsZero() {
		waited = now.Sub(c.since)
	}
	last, most := c.heard, maxLinger
	if last.IsZero() {
		if !sh.up[channel] {
			return maxOffline - waited
		}
		last = p.newest
	}
	left := min(p.quiet, p.quiet-now.Sub(last))
	if p.offline || c.heard.IsZero() {
		most, left = maxOffline, max(left, s.o.Offline-now.Sub(sh.caughtUp))
	}
	return min(left, most-waited)
}

// lingerFor has a conversation stepped when a wait is over, unless something
// arrives before.
func (s *Service) lingerFor(sh *shop, c *conv, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh.closed || c.again {
		return
	}
	if c.since.IsZero() {
		c.since = s.o.Now()
	}
	c.linger = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		c.linger, c.ripe, c.again = nil, true, true
		s.step(sh, c)
	})
}

// waited says that what waited is dealt with.
func (s *Service) waited(c *conv) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.since, c.ripe = time.Time{}, false
}
