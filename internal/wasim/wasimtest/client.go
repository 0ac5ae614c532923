package wasimtest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
)

// Client is an unmodified whatsmeow client that is connected to a simulator and
// remembers its events.
type Client struct {
	*whatsmeow.Client
	tb testing.TB

	mu     sync.Mutex
	events []any
	more   chan struct{}
}

// Client makes a client for a device; it is disconnected when the test ends.
// Histories are left for the test to download, because whatsmeow's own loop
// would outlive the test by a minute. Auto-reconnect is off, because whatsmeow
// has a data race in it, which the race detector reports: test/strangers covers
// it in a process without the detector.
func (s *Sim) Client(d *store.Device) *Client {
	s.tb.Helper()
	c := &Client{Client: whatsmeow.NewClient(d, nil), tb: s.tb, more: make(chan struct{})}
	s.Connect(c.Client)
	c.ManualHistorySyncDownload = true
	c.EnableAutoReconnect = false
	c.AddEventHandler(c.record)
	s.tb.Cleanup(c.Disconnect)
	return c
}

// Connect makes a client use the simulator for everything.
func (s *Sim) Connect(c *whatsmeow.Client) {
	h := s.HTTPClient()
	c.SetWebsocketHTTPClient(h)
	c.SetPreLoginHTTPClient(h)
	c.SetMediaHTTPClient(h)
}

func (c *Client) record(e any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, e)
	close(c.more)
	c.more = make(chan struct{})
}

// Await takes the first event of a type that the client had, or gets within
// Patience, and that is what the test wants; a nil function wants any.
func Await[T any](c *Client, is func(T) bool) T {
	c.tb.Helper()
	return wait(c, is, true)
}

// wait looks for an event and, if asked to, takes it.
func wait[T any](c *Client, is func(T) bool, take bool) T {
	c.tb.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		for i, e := range c.events {
			if t, ok := e.(T); ok && (is == nil || is(t)) {
				if take {
					c.events = slices.Delete(c.events, i, i+1)
				}
				c.mu.Unlock()
				return t
			}
		}
		more := c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-deadline.C:
			var zero T
			c.tb.Fatalf("no event of type %T within %s", zero, Patience)
			return zero
		}
	}
}

// Text awaits a message from somebody else with this text.
func (c *Client) Text(text string) *events.Message {
	c.tb.Helper()
	return Await(c, func(m *events.Message) bool {
		return m.Message.GetConversation() == text || m.Message.GetExtendedTextMessage().GetText() == text
	})
}

// Link connects the client, has the phone scan its QR code, and returns when the
// client is logged in and has what its phone gives a new device.
func (c *Client) Link(p *Phone) {
	c.tb.Helper()
	if err := c.Connect(); err != nil {
		c.tb.Fatalf("connect: %v", err)
	}
	p.Scan(Await[*events.QR](c, nil).Codes[0])
	Await[*events.PairSuccess](c, nil)
	Await[*events.Connected](c, nil)
	c.WaitOffline()
	c.bootstrapped()
}

// bootstrapped returns when the client has read what its phone sends to a new device.
// The store in memory cannot bear a message to the phone at the same time.
func (c *Client) bootstrapped() {
	c.tb.Helper()
	wait(c, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetAppStateSyncKeyShare() != nil
	}, false)
	wait(c, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetHistorySyncNotification() != nil
	}, false)
}

// WaitOffline returns when what waited for the client has arrived.
func (c *Client) WaitOffline() {
	c.tb.Helper()
	Await[*events.OfflineSyncCompleted](c, nil)
}

// Digits is what of a pairing code is typed.
func Digits(code string) string { return strings.ReplaceAll(code, "-", "") }
