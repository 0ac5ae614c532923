package engine

import "recado/internal/flow"

// Status says where a conversation's automation stands.
type Status string

// The states of a Run at rest.
const (
	StatusIdle    Status = ""        // nothing ever ran
	StatusWaiting Status = "waiting" // for Run.Wait
	StatusPaused  Status = "paused"  // a person has the conversation, or the customer opted out
	StatusEnded   Status = "ended"   // the last run is over; a trigger starts another
)

// Run is everything that a conversation's automation remembers: the run under
// way and the state that outlives runs. Its zero value is a new conversation. It is
// stored as JSON; marshalling and unmarshalling changes nothing.
type Run struct {
	Seq    int64  `json:"seq"`             // steps made
	Epoch  int64  `json:"epoch,omitempty"` // see the package comment
	Status Status `json:"status,omitempty"`

	// The run under way; empty when none is.
	ID       string         `json:"id,omitempty"`
	Trigger  string         `json:"trigger,omitempty"` // flow and trigger id that started it
	Started  Instant        `json:"started,omitempty"`
	Expires  Instant        `json:"expires,omitempty"`
	Inputs   int            `json:"inputs,omitempty"`
	Stack    []Frame        `json:"stack,omitempty"` // called flows on top
	Wait     *Wait          `json:"wait,omitempty"`
	Question *Question      `json:"question,omitempty"` // asked by the engine itself, before Wait
	Choice   Choice         `json:"choice,omitzero"`    // the option last chosen, for expressions
	Event    *ExternalEvent `json:"event,omitempty"`    // the event that started the run, for expressions
	Deferred []Message      `json:"queue,omitempty"`    // messages that wait for Wait to be over

	// The conversation.
	LastIn       Instant           `json:"lastIn,omitempty"` // the customer's last message; 0 = never wrote
	Paused       *Pause            `json:"paused,omitempty"`
	OptedOut     Instant           `json:"optedOut,omitempty"`
	Suspended    []SuspendedRun    `json:"held,omitempty"` // interrupted runs, the latest last
	Contact      *Overlay          `json:"contact,omitempty"`
	Throttled    []TriggerThrottle `json:"once,omitempty"`
	Prompts      []Prompt          `json:"prompts,omitempty"` // menus on the customer's screen, the latest last
	Timer        *PendingTimer     `json:"timer,omitempty"`
	ApologizedAt Instant           `json:"sorry,omitempty"` // when it last apologised for a late answer
	Traffic      Traffic           `json:"meter,omitzero"`
}

// Frame is one flow of the stack, pinned to the version it started with.
type Frame struct {
	Flow    flow.ID       `json:"flow"`
	Version int           `json:"ver"`
	Hash    string        `json:"hash,omitempty"` // of the definition, its first 12 digits
	Node    flow.NodeID   `json:"node"`
	Vars    Vars          `json:"vars,omitempty"`
	Trail   []flow.NodeID `json:"trail,omitempty"` // questions asked, for @back
	Stay    bool          `json:"stay,omitempty"`  // migration was not possible: finish here
}

// WaitKind names the input that a run waits for.
type WaitKind string

// The kinds.
const (
	ForReply  WaitKind = "reply"
	ForResult WaitKind = "result"
	ForTimer  WaitKind = "timer"
	ForEvent  WaitKind = "event"
	ForHuman  WaitKind = "human"
)

// Wait is the wait of the node on top of the stack.
type Wait struct {
	Kind    WaitKind  `json:"kind"`
	Since   Instant   `json:"since"`             // when it asked; nudges count from here
	Until   Instant   `json:"until,omitempty"`   // when it gives up waiting
	Typing  bool      `json:"typing,omitempty"`  // ForTimer: show "typing…" meanwhile
	Effect  string    `json:"effect,omitempty"`  // ForResult: key awaited
	Options []Offered `json:"options,omitempty"` // menu: options on screen; empty = all of the node, in order
	Page    int       `json:"page,omitempty"`    // menu: page on screen, from 0
	Tries   int       `json:"tries,omitempty"`   // answers that failed
	Nudge   int       `json:"nudge,omitempty"`   // nudges done
	Refused Instant   `json:"refused,omitempty"` // when media was last refused
	Confirm any       `json:"confirm,omitempty"` // ask: the value to be confirmed
}

// Offered is a menu option as it was shown.
type Offered struct {
	N     int    `json:"n"`
	ID    string `json:"id"`
	Label string `json:"label,omitempty"` // when it is not the node's own static label
}

// Question is one of the engine's own: go on or start over?
type Question struct {
	Kind  string   `json:"kind"` // switch: a trigger came amid a run; return: an interrupted run can go on
	Flow  flow.ID  `json:"flow,omitempty"`
	Start flow.Ref `json:"start,omitempty"`
	Name  string   `json:"name,omitempty"` // trigger id
	Since Instant  `json:"since"`
}

// SuspendedRun is an interrupted run.
type SuspendedRun struct {
	ID      string  `json:"id"`
	Started Instant `json:"started"`
	Expires Instant `json:"expires"`
	Inputs  int     `json:"inputs,omitempty"`
	Stack   []Frame `json:"stack"`
	Wait    *Wait   `json:"wait,omitempty"`
	Trigger string  `json:"trigger,omitempty"`
}

// Pause is why the bot is silent.
type Pause struct {
	Reason   string  `json:"reason"` // human, handoff, manual, bot_loop, limit
	Since    Instant `json:"since"`
	Until    Instant `json:"until,omitempty"`    // 0 = until a Resume command
	Silence  int64   `json:"quiet,omitempty"`    // milliseconds of silence of the person after which it ends
	Taken    bool    `json:"taken,omitempty"`    // a person has written since
	NoAnswer Instant `json:"noAnswer,omitempty"` // when to act because no person has written
}

// Overlay holds changes of the contact by the flow that Env may not show yet.
type Overlay struct {
	Since    Instant        `json:"since"`
	Vars     map[string]any `json:"vars,omitempty"`
	Fields   map[string]any `json:"fields,omitempty"`
	Added    []string       `json:"added,omitempty"`
	Removed  []string       `json:"removed,omitempty"`
	Language string         `json:"language,omitempty"`
}

// TriggerThrottle remembers that a trigger with once_per fired.
type TriggerThrottle struct {
	Trigger string  `json:"t"` // flow and trigger id
	Until   Instant `json:"until"`
}

// Prompt remembers a menu or poll that was sent.
type Prompt struct {
	Key  string      `json:"key"` // of the effect; MessageID makes the message's id of it
	Run  string      `json:"run"`
	Node flow.NodeID `json:"node"`
}

// PendingTimer is the timer that is set.
type PendingTimer struct {
	Token string  `json:"token"`
	Due   Instant `json:"due"`
}

// Active reports whether a run is under way.
func (r Run) Active() bool { return len(r.Stack) > 0 }

// At returns the flow, version and node the run stands at; ok is false when none is under way.
func (r Run) At() (f Frame, ok bool) {
	if len(r.Stack) == 0 {
		return Frame{}, false
	}
	return r.Stack[len(r.Stack)-1], true
}
