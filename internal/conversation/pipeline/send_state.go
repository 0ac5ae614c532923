package pipeline

import (
	"slices"
	"time"

	"recado/internal/conversation"
)

// maxOutbox bounds the messages of one conversation in memory; the rest waits in the store.
const maxOutbox = 32

// noOrd is less than every Ord.
const noOrd = -1 << 62

// sendState is what the dispatcher knows of a conversation. owners.mu guards it.
type sendState struct {
	queue     []conversation.OutboxItem // to be sent, in order
	inStore   bool                      // the store has more than that
	refills   int                       // grows whenever inStore was set
	last      int64                     // Ord of the newest item that was ever in queue
	running   bool
	fails     int
	pause     *time.Timer                   // the first item waits: for its time, or after a failure
	typing    *conversation.TypingIndicator // shown once queue is empty
	typingFor string                        // id of the last message before which it was shown
}

func (s *sendState) empty() bool { return len(s.queue) == 0 && !s.inStore }

func (s *sendState) idle() bool { return s.empty() && !s.running && s.pause == nil }

// refill says that the store has messages that memory has not.
func (s *sendState) refill() {
	s.inStore = true
	s.refills++
}

// refilled adds items that were read from the store when refills was as given.
func (s *sendState) refilled(items []conversation.OutboxItem, refills int) {
	s.queue = append(s.queue, items...)
	if len(items) > 0 {
		s.last = items[len(items)-1].Ord
	}
	if len(items) < maxOutbox && s.refills == refills {
		s.inStore = false
	}
}

// reset forgets everything: it is read from the store again.
func (s *sendState) reset() {
	s.queue, s.last = nil, noOrd
	s.refill()
}

// add adds committed items. When there are too many, or the store has or may have
// some that come before, they are read from the store when their turn comes.
func (s *sendState) add(items []conversation.OutboxItem, doubtful bool) {
	for _, item := range items {
		if s.inStore || doubtful || len(s.queue) >= maxOutbox {
			s.refill()
			return
		}
		s.queue = append(s.queue, item)
		s.last = item.Ord
	}
}

// recall removes messages that were dropped before they were sent.
func (s *sendState) recall(dropped []conversation.Message) {
	for _, m := range dropped {
		s.remove(m.ID)
	}
}

func (s *sendState) remove(id string) {
	s.queue = slices.DeleteFunc(s.queue, func(i conversation.OutboxItem) bool { return i.Out.ID == id })
}

// sendable returns the first item when its channel is up.
func (s *sendState) sendable(sh *ownedShop) (conversation.OutboxItem, bool) {
	if len(s.queue) == 0 || !sh.up[s.queue[0].Out.Channel] {
		return conversation.OutboxItem{}, false
	}
	return s.queue[0], true
}

// resetBackoff cancels the send back-off. A pause for another reason goes on.
func (s *sendState) resetBackoff() {
	if s.fails > 0 && s.pause != nil && s.pause.Stop() {
		s.pause = nil
	}
	s.fails = 0
}
