package conversation

import (
	"cmp"
	"fmt"

	"recado/internal/flow/engine"
	"recado/internal/message"
)

// messageOf is what the engine is told of a message.
func messageOf(m *message.In) *engine.Message {
	return &engine.Message{
		ID: m.ID, At: engine.At(m.At), Content: m.Content, Quoted: m.Quoted, Offline: m.Offline,
		Group: m.Chat.Group != "", Mentioned: m.Content.Mentioned, Ad: m.Content.Ad,
	}
}

// together is what the engine is told of messages that are one input. Files are
// found again by the id of the first.
func together(items []InboxItem) (*engine.Message, error) {
	ms := make([]*engine.Message, 0, len(items))
	for _, item := range items {
		if item.In == nil {
			return nil, fmt.Errorf("item %d is no message", item.N)
		}
		ms = append(ms, messageOf(item.In))
	}
	one := engine.MergeMessages(ms)
	one.ID = ms[0].ID
	for _, m := range ms {
		one.Mentioned = one.Mentioned || m.Mentioned
		one.Ad = cmp.Or(one.Ad, m.Ad)
	}
	return one, nil
}
