package stepper

import (
	"encoding/json"
	"maps"

	"recado/internal/contact"
	"recado/internal/conversation"
	"recado/internal/flow/engine"
)

// Request is the JSON of a conversation.Call: a web call, or a notice.
type Request struct {
	engine.HTTP
	Notice *Notice `json:"notice,omitempty"`
}

// Notice is a flow's message to a person outside of the inbox. It is stored like
// a web call, so that it survives a crash and happens once.
type Notice struct {
	To     string `json:"to"` // number, webhook
	Number string `json:"number,omitempty"`
	Text   string `json:"text"`
	Reason string `json:"reason,omitempty"`
}

// apply adds an effect to the commit.
func (s *Stepper) apply(e engine.Effect) {
	switch do := e.Do.(type) {
	case *engine.Send:
		if do.Epoch >= s.run.Epoch {
			s.commit.Sends = append(s.commit.Sends, conversation.Send{
				MessageID: engine.MessageID(e.Key), To: s.batch.Contact.Peer, Quoted: do.Quoted, Content: do.Content,
				By: conversation.ByFlow, NotBefore: do.NotBefore.Time(), Typing: do.Typing && do.NotBefore != 0,
			})
		}
	case *engine.SetTimer:
		timer := conversation.Timer{Token: do.Token, Due: do.Due.Time()}
		s.commit.Timers = append(s.commit.Timers, conversation.TimerChange{Timer: timer})
	case *engine.CancelTimer:
		s.commit.Timers = append(s.commit.Timers, conversation.TimerChange{Timer: conversation.Timer{Token: do.Token}, Cancel: true})
	case *engine.ContactPatch:
		s.commit.Contact = append(s.commit.Contact, patchOf(e.Key, do))
	case *engine.Handoff:
		s.handoff(do.Reason, do.Queue, do.Note)
	case *engine.Notify:
		s.notify(e.Key, do)
	case *engine.HTTP:
		if !s.call(e.Key, do) {
			s.Step(&engine.Result{Effect: e.Key, Error: "unavailable"})
		}
	}
}

func patchOf(key string, p *engine.ContactPatch) contact.Patch {
	patch := contact.Patch{
		Key: key, AddTags: p.AddTags, RemoveTags: p.RemoveTags, Vars: p.Vars, Fields: p.Fields, Language: p.Language,
	}
	if p.Marketing != "" {
		patch.Fields = maps.Clone(p.Fields)
		if patch.Fields == nil {
			patch.Fields = make(map[string]any, 1)
		}
		patch.Fields["marketing"] = p.Marketing
	}
	return patch
}

func (s *Stepper) handoff(reason, queue, note string) {
	s.commit.Handoff = &conversation.HandoffRequest{Reason: reason, Queue: queue, Note: note, At: s.env.Now}
}

// notify adds a notice: to the conversation when it is for the inbox, otherwise
// as a call. A notice that cannot be delivered is better in the inbox than lost.
func (s *Stepper) notify(key string, n *engine.Notify) {
	outside := n.To == "number" || n.To == "webhook"
	if !outside || !s.call(key, map[string]any{"notice": Notice{n.To, n.Number, n.Text, n.Reason}}) {
		s.handoff(n.Reason, n.Queue, n.Text)
	}
}

// call adds a call with that request; false when calls cannot be made.
func (s *Stepper) call(key string, request any) bool {
	if !s.o.CanCall {
		return false
	}
	data, err := json.Marshal(request)
	if err != nil {
		return false
	}
	s.commit.Calls = append(s.commit.Calls, conversation.Call{Key: key, Request: data, At: s.env.Now})
	return true
}

// typing is the indicator of a delay that has begun in this commit; nil when there is none.
func (s *Stepper) typing() *conversation.TypingIndicator {
	w := s.run.Wait
	if w == nil || w.Kind != engine.ForTimer || !w.Typing || s.run.Paused != nil || w.Since != engine.At(s.env.Now) {
		return nil
	}
	return &conversation.TypingIndicator{Channel: s.batch.Conversation.Channel, To: s.batch.Contact.Peer, Until: w.Until.Time()}
}
