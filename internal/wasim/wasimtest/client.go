package wasimtest

import (
	"slices"
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
//
// whatsmeow's own reconnecting is off, after a link too, because it has data
// races that the race detector reports; test/strangers covers it in a process
// without the detector. Histories are left for the test to download, because
// whatsmeow's own loop would outlive the test by a minute.
func (s *Sim) Client(d *store.Device) *Client {
	s.tb.Helper()
	c := &Client{Client: whatsmeow.NewClient(d, nil), tb: s.tb, more: make(chan struct{})}
	s.Connect(c.Client)
	c.ManualHistorySyncDownload = true
	c.EnableAutoReconnect = false
	c.DisableLoginAutoReconnect = true
	c.AddEventHandler(c.record)
	s.tb.Cleanup(c.hangUp)
	return c
}

// hangUp closes the connection. Disconnect would clear a callback that
// whatsmeow's reader may be reading, when the server closes at the same time;
// ResetConnection leaves it, and reconnects nothing because that is off.
func (c *Client) hangUp() {
	c.DangerousInternals().ExpectDisconnect() //nolint:staticcheck // deprecated as a warning only: it ends the wait for another connection
	c.ResetConnection()
}

// Connect makes a client reach the simulator under every host name.
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

// Await removes and returns the first event of a type that satisfies is (nil:
// any), past or to come. The test fails when none comes within Patience.
func Await[T any](c *Client, is func(T) bool) T {
	c.tb.Helper()
	return await(c, is, true)
}

// await is Await, which may leave the event where it is.
func await[T any](c *Client, is func(T) bool, remove bool) T {
	c.tb.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		for i, e := range c.events {
			if t, ok := e.(T); ok && (is == nil || is(t)) {
				if remove {
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

// Text awaits a message with this text.
func (c *Client) Text(text string) *events.Message {
	c.tb.Helper()
	return Await(c, func(m *events.Message) bool {
		return m.Message.GetConversation() == text || m.Message.GetExtendedTextMessage().GetText() == text
	})
}

// Link connects the client, has the phone scan its QR code, and returns when the
// client is logged in and has read what its phone sends to a new device.
func (c *Client) Link(p *Phone) {
	c.tb.Helper()
	if err := c.Connect(); err != nil {
		c.tb.Fatalf("connect: %v", err)
	}
	p.Scan(Await[*events.QR](c, nil).Codes[0])
	c.LogIn()
	c.WaitOffline()
	// The store in memory cannot bear a message to the phone at the same time.
	await(c, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetAppStateSyncKeyShare() != nil
	}, false)
	await(c, func(m *events.Message) bool {
		return m.Message.GetProtocolMessage().GetHistorySyncNotification() != nil
	}, false)
}

// LogIn connects a client that has just been linked, as soon as the server asks
// it to.
func (c *Client) LogIn() {
	c.tb.Helper()
	Await[*events.PairSuccess](c, nil)
	Await[*events.ManualLoginReconnect](c, nil)
	c.hangUp()
	if err := c.Connect(); err != nil {
		c.tb.Fatalf("connect: %v", err)
	}
	Await[*events.Connected](c, nil)
}

// WaitOffline returns when the client has received its offline queue.
func (c *Client) WaitOffline() {
	c.tb.Helper()
	Await[*events.OfflineSyncCompleted](c, nil)
}
