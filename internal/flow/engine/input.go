package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"recado/internal/flow"
	"recado/internal/message"
)

// Input is something that happened in a conversation: one of *Message, *Timer,
// *Result, *HumanSent, *Command and *ExternalEvent.
type Input interface{ kind() string }

// Message is a message of the customer.
type Message struct {
	ID        string            `json:"id"`
	At        Instant           `json:"at"`                  // when it was sent; 0 = now
	Content   message.Content   `json:"content"`             // the message; of several that belong together, the first
	Also      []message.Content `json:"also,omitempty"`      // further ones, in order: an album, two lines written together
	Quoted    string            `json:"quoted,omitempty"`    // id of the message it answers
	Offline   bool              `json:"offline,omitempty"`   // it waited while the shop was away
	Group     bool              `json:"group,omitempty"`     // written in a group
	Mentioned bool              `json:"mentioned,omitempty"` // in a group: the shop was addressed
	Ad        string            `json:"ad,omitempty"`        // id of the ad that led here
}

// Timer says that the moment of a SetTimer effect has come.
type Timer struct {
	Token string `json:"token"`
}

// Result is the outcome of an effect that the run waits for.
type Result struct {
	Effect  string            `json:"effect"` // key of the effect
	OK      bool              `json:"ok"`     // an answer arrived, whatever its status
	Code    int               `json:"code,omitempty"`
	Headers map[string]string `json:"headers,omitempty"` // lower-case names
	Body    json.RawMessage   `json:"body,omitempty"`    // JSON; text bodies as a JSON string
	Error   string            `json:"error,omitempty"`   // timeout, refused, too_large, …: why not OK
}

// HumanSent says that a person of the shop wrote to the customer, on the phone
// itself or from the inbox.
type HumanSent struct {
	At Instant `json:"at,omitempty"`
	By string  `json:"by,omitempty"` // user id; "" = from the phone
}

// Command is an order of a person of the shop, or of the system.
type Command struct {
	Do   CommandKind `json:"do"`
	By   string      `json:"by,omitempty"`
	Flow flow.ID     `json:"flow,omitempty"` // start: which flow
	Node flow.NodeID `json:"node,omitempty"` // start, goto: where; "" = the flow's start
}

// CommandKind is the action that a Command orders.
type CommandKind string

// The orders.
const (
	StartFlow CommandKind = "start"
	Stop      CommandKind = "stop"    // end the run, recall queued messages
	PauseBot  CommandKind = "pause"   // be silent until resume
	Resume    CommandKind = "resume"  // the person is done
	GotoNode  CommandKind = "goto"    // continue at a node of the current flow
	Retract   CommandKind = "retract" // the version was withdrawn: leave it through give_up
)

// ExternalEvent is an event outside the chat: an order was paid, a tag was added.
// Names "schedule:<flow>:<trigger>", "tag:<tag>" and "missed_call" stand for
// the triggers of these kinds; every other name is the shop's own.
type ExternalEvent struct {
	Name string         `json:"name"`
	Data map[string]any `json:"data,omitempty"` // JSON values
}

func (*Message) kind() string       { return "message" }
func (*Timer) kind() string         { return "timer" }
func (*Result) kind() string        { return "result" }
func (*HumanSent) kind() string     { return "human_sent" }
func (*Command) kind() string       { return "command" }
func (*ExternalEvent) kind() string { return "event" }

var newInputs = map[string]func() Input{
	"message":    func() Input { return new(Message) },
	"timer":      func() Input { return new(Timer) },
	"result":     func() Input { return new(Result) },
	"human_sent": func() Input { return new(HumanSent) },
	"command":    func() Input { return new(Command) },
	"event":      func() Input { return new(ExternalEvent) },
}

// ErrInput refuses JSON that is no input.
var ErrInput = errors.New("not an input")

// EncodeInput writes an input as JSON: {"type":"message","id":…}.
func EncodeInput(in Input) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode input: %w", err)
	}
	head := `{"type":"` + in.kind() + `"`
	if len(body) > 2 {
		head += ","
	}
	return append([]byte(head), body[1:]...), nil
}

// DecodeInput is the inverse of EncodeInput.
func DecodeInput(b []byte) (Input, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	newInput, ok := newInputs[head.Type]
	if !ok {
		return nil, fmt.Errorf("%w: type %q", ErrInput, head.Type)
	}
	in := newInput()
	if err := json.Unmarshal(b, in); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return in, nil
}
