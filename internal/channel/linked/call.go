package linked

import (
	"context"
	"slices"
	"strings"
	"sync"

	"recado/internal/message"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// calls are the calls that ring or were taken lately. A linked device takes none
// itself: it hears them ring, and how they end.
type calls struct {
	mu    sync.Mutex
	known []call // the oldest first
}

type call struct {
	id    string
	video bool
	taken bool // somebody answered or declined it
}

// maxCalls bounds the calls that are remembered, maxCallID the name of one, in bytes.
const (
	maxCalls  = 64
	maxCallID = 128
)

func (c *calls) find(id string) *call {
	i := slices.IndexFunc(c.known, func(k call) bool { return k.id == id })
	if i < 0 {
		c.known = append(c.known, call{id: id})
		c.known = c.known[max(0, len(c.known)-maxCalls):]
		i = len(c.known) - 1
	}
	return &c.known[i]
}

func (c *calls) ring(m types.BasicCallMeta, offer *waBinary.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, video := offer.GetOptionalChildByTag("video")
	c.find(m.CallID).video = video
}

func (c *calls) taken(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.find(id).taken = true
}

// about returns what is known of a call.
func (c *calls) about(id string) call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.find(id)
}

// hungUp makes a call durable that nobody took. Calls of groups, and those that
// the phone or another device of the shop took or declined, are nobody's miss.
// whatsmeow acknowledges calls whatever becomes of them here: one that cannot be
// stored is not told of again.
func (s *session) hungUp(ctx context.Context, e *events.CallTerminate) error {
	client, _ := s.live()
	own, caller := ownPeer(client.Store), peerOf(e.CallCreator, e.CallCreatorAlt)
	call := s.calls.about(e.CallID)
	switch {
	case call.taken, strings.HasSuffix(e.Reason, "_elsewhere"), !e.GroupJID.IsEmpty(), caller.IsZero(), e.CallID == "", len(e.CallID) > maxCallID:
		return nil
	case caller.LID != "" && caller.LID == own.LID, caller.Phone != "" && caller.Phone == own.Phone:
		return nil
	}
	if err := fill(ctx, client, &caller); err != nil {
		return err
	}
	return s.sink.Receive(ctx, message.In{
		ID: e.CallID, Chat: caller, Sender: caller, At: e.Timestamp, Offline: s.offline.Load(),
		Content: message.Content{Kind: message.MissedCall, Video: call.video},
	})
}

// ownPeer is the shop's number under both its names.
func ownPeer(d *store.Device) message.Peer { return peerOf(d.GetJID(), d.GetLID()) }
