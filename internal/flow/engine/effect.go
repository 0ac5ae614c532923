package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"recado/internal/flow"
	"recado/internal/message"
)

// Effect is something to be done outside, once per Key, in the order given.
type Effect struct {
	Key string // see Key; also the Idempotency-Key, and through MessageID the message's id
	Do  Action
}

// Action is one of *Send, *SetTimer, *CancelTimer, *ContactPatch, *Handoff,
// *Notify and *HTTP.
type Action interface{ action() string }

// Send puts a message into the chat.
type Send struct {
	Content   message.Content `json:"content"`
	NotBefore Instant         `json:"notBefore,omitempty"` // the pause between bubbles; 0 = at once
	Typing    bool            `json:"typing,omitempty"`    // show "typing…" until then
	Quoted    string          `json:"quoted,omitempty"`    // id of the message it answers
	Epoch     int64           `json:"epoch"`               // drop it when the Run's Epoch is newer
	Flow      flow.ID         `json:"flow,omitempty"`      // the flow that sends it; "" = the engine itself
	Node      flow.NodeID     `json:"node,omitempty"`
	Render    string          `json:"render,omitempty"`  // buttons, list: draw Choices; "" = Content is all
	Choices   []Choice        `json:"choices,omitempty"` // with Render; Content.Text is the body above them
	Window    Instant         `json:"window,omitempty"`  // free text is allowed until then; 0 = always
}

// Choice is a button or a row of a list. Its ID comes back in a tap.
type Choice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Hint  string `json:"hint,omitempty"`
}

// SetTimer asks for a Timer input with Token at Due, or soon after.
type SetTimer struct {
	Token string  `json:"token"`
	Due   Instant `json:"due"`
}

// CancelTimer takes a timer back. A timer that fires all the same does no harm.
type CancelTimer struct {
	Token string `json:"token"`
}

// ContactPatch changes what the shop stores about the contact. Patches are applied
// once, in order; a nil value removes.
type ContactPatch struct {
	Vars       map[string]any `json:"vars,omitempty"`
	Fields     map[string]any `json:"fields,omitempty"`
	AddTags    []string       `json:"addTags,omitempty"`
	RemoveTags []string       `json:"removeTags,omitempty"`
	Language   string         `json:"language,omitempty"`
	Marketing  string         `json:"marketing,omitempty"` // opt_in, opt_out
}

// Handoff puts the conversation before the people of the shop.
type Handoff struct {
	Queue  string      `json:"queue,omitempty"` // "" = any member of the shop
	Note   string      `json:"note,omitempty"`
	Reason string      `json:"reason"` // flow, command, give_up, limit:<name>, …
	Flow   flow.ID     `json:"flow,omitempty"`
	Node   flow.NodeID `json:"node,omitempty"`
}

// Notify notifies a member of the shop, or a webhook.
type Notify struct {
	To     string `json:"to"` // owner, queue, number, webhook
	Number string `json:"number,omitempty"`
	Queue  string `json:"queue,omitempty"`
	Text   string `json:"text"`
	Reason string `json:"reason,omitempty"` // flow, limit:<name>, bot_loop, opted_out_wrote, no_answer
}

// HTTP calls a web service; its outcome comes back as a Result with this key.
type HTTP struct {
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Headers  map[string]string `json:"headers,omitempty"`
	Secret   string            `json:"secret,omitempty"` // name of the secret sent as authorisation
	Body     json.RawMessage   `json:"body,omitempty"`   // JSON
	Text     string            `json:"text,omitempty"`   // or a text body
	Timeout  time.Duration     `json:"timeout"`          // of one attempt, nanoseconds
	Retry    int               `json:"retry,omitempty"`
	MaxBytes int               `json:"maxBytes"`
}

func (*Send) action() string         { return "send" }
func (*SetTimer) action() string     { return "set_timer" }
func (*CancelTimer) action() string  { return "cancel_timer" }
func (*ContactPatch) action() string { return "contact" }
func (*Handoff) action() string      { return "handoff" }
func (*Notify) action() string       { return "notify" }
func (*HTTP) action() string         { return "http" }

var newActions = map[string]func() Action{
	"send":         func() Action { return new(Send) },
	"set_timer":    func() Action { return new(SetTimer) },
	"cancel_timer": func() Action { return new(CancelTimer) },
	"contact":      func() Action { return new(ContactPatch) },
	"handoff":      func() Action { return new(Handoff) },
	"notify":       func() Action { return new(Notify) },
	"http":         func() Action { return new(HTTP) },
}

// Kind returns the action's stable name: send, set_timer, cancel_timer, contact, handoff, notify, http.
func (e Effect) Kind() string { return e.Do.action() }

// ErrEffect refuses JSON that is no effect.
var ErrEffect = errors.New("not an effect")

// MarshalJSON writes {"key":…,"type":"send","do":{…}}.
func (e Effect) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Key  string `json:"key"`
		Type string `json:"type"`
		Do   Action `json:"do"`
	}{e.Key, e.Do.action(), e.Do})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (e *Effect) UnmarshalJSON(b []byte) error {
	var w struct {
		Key  string          `json:"key"`
		Type string          `json:"type"`
		Do   json.RawMessage `json:"do"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("%w: %w", ErrEffect, err)
	}
	e.Key = w.Key
	newAction, ok := newActions[w.Type]
	if !ok {
		return fmt.Errorf("%w: type %q", ErrEffect, w.Type)
	}
	e.Do = newAction()
	if err := json.Unmarshal(w.Do, e.Do); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrEffect, w.Type, err)
	}
	return nil
}
