package stepper

import (
	"fmt"
	"time"

	"recado/internal/conversation"
	"recado/internal/conversation/aggregate"
	"recado/internal/flow/engine"
	"recado/internal/message"
)

// toInput returns the engine's input of items that belong together; nil when the
// flow does not have to see them.
func toInput(items []conversation.InboxItem, now time.Time) (engine.Input, error) {
	if t := items[0].Timer; t != nil {
		return &engine.Timer{Token: t.Token}, nil
	}
	if q := items[0].Queued; q != nil {
		return engine.DecodeInput(q.Input)
	}
	m := items[0].In
	switch {
	case m.FromMe:
		return phoneInput(m), nil
	case m.Content.Kind == message.MissedCall:
		return callInput(m, now), nil
	}
	ms := make([]*message.In, 0, len(items))
	for _, item := range items {
		if item.In == nil {
			return nil, fmt.Errorf("item %d is not a message", item.N)
		}
		ms = append(ms, item.In)
	}
	return aggregate.Merge(ms), nil
}

// phoneInput is the input of a message that a person of the shop wrote on the
// phone; nil for actions that the customer does not hear.
func phoneInput(m *message.In) engine.Input {
	switch m.Content.Kind {
	case message.ReactionTo, message.Deleted, message.Edited, message.VoteKind, message.Unsupported, message.MissedCall:
		return nil
	default:
		return &engine.HumanSent{At: engine.At(m.At)}
	}
}

// maxCallAge is the age beyond which a missed call starts no flow.
const maxCallAge = time.Hour

func callInput(m *message.In, now time.Time) engine.Input {
	if m.Chat.Group != "" || now.Sub(m.At) > maxCallAge {
		return nil
	}
	return &engine.ExternalEvent{Name: "missed_call", Data: map[string]any{"video": m.Content.Video}}
}
