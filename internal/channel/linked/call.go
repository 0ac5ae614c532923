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

// calls holds the latest calls. A linked device answers none: it is notified of
// their offers and of their ends.
type calls struct {
	mu     sync.Mutex
	recent []call // the oldest first
}

type call struct {
	id       string
	video    bool
	answered bool // or declined, on another device
}

const (
	maxCalls  = 64
	maxCallID = 128 // bytes
)

func (c *calls) find(id string) *call {
	i := slices.IndexFunc(c.recent, func(call call) bool { return call.id == id })
	if i < 0 {
		c.recent = append(c.recent, call{id: id})
		c.recent = c.recent[max(0, len(c.recent)-maxCalls):]
		i = len(c.recent) - 1
	}
	return &c.recent[i]
}

func (c *calls) offered(m types.BasicCallMeta, offer *waBinary.Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, video := offer.GetOptionalChildByTag("video")
	c.find(m.CallID).video = video
}

func (c *calls) answered(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.find(id).answered = true
}

func (c *calls) get(id string) call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.find(id)
}

// callEnded makes a missed call durable. Calls of groups, and calls that the shop
// answered or declined on another device, are not missed. whatsmeow acknowledges
// calls in any case: one that cannot be stored is not delivered again.
func (s *session) callEnded(ctx context.Context, e *events.CallTerminate) error {
	client, _ := s.current()
	own, caller := ownPeer(client.Store), peerOf(e.CallCreator, e.CallCreatorAlt)
	call := s.calls.get(e.CallID)
	switch {
	case call.answered, strings.HasSuffix(e.Reason, "_elsewhere"), !e.GroupJID.IsEmpty(), caller.IsZero(), e.CallID == "", len(e.CallID) > maxCallID:
		return nil
	case caller.LID != "" && caller.LID == own.LID, caller.Phone != "" && caller.Phone == own.Phone:
		return nil
	}
	if err := fillAlias(ctx, client, &caller); err != nil {
		return err
	}
	return s.sink.Receive(ctx, message.In{
		ID: e.CallID, Chat: caller, Sender: caller, At: e.Timestamp, Offline: s.offline.Load(),
		Content: message.Content{Kind: message.MissedCall, Video: call.video},
	})
}

// ownPeer is the shop's own phone and LID.
func ownPeer(d *store.Device) message.Peer { return peerOf(d.GetJID(), d.GetLID()) }
