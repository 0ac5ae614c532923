package engine

import "recado/internal/flow"

// Event is one line of the trace: a decision of the engine and its reason. Events hold no
// answer of a customer, only names of variables, options and rules.
type Event struct {
	Kind    EventKind   `json:"kind"`
	Flow    flow.ID     `json:"flow,omitempty"`
	Version int         `json:"version,omitempty"`
	Node    flow.NodeID `json:"node,omitempty"`
	Name    string      `json:"name,omitempty"` // option, exit, variable, limit, trigger, outcome: see the kinds
	Rule    string      `json:"rule,omitempty"` // why: the rung of the ladder, the reason
	Text    string      `json:"text,omitempty"` // the author's word or expression meant
}

// EventKind names what happened.
type EventKind string

// The kinds, with the contents of Name, Rule and Text.
const (
	Started      EventKind = "started"       // Name trigger id, Rule how it came about, Text the word
	NodeEntered  EventKind = "node_entered"  //
	Branch       EventKind = "branch"        // Name exit
	Chosen       EventKind = "chosen"        // Name option id, Rule rung, Text key that matched
	Ambiguous    EventKind = "ambiguous"     // Rule rung, Text key
	AnswerSaved  EventKind = "answer_saved"  // Name variable
	Invalid      EventKind = "invalid"       // Name the problem
	MediaRefused EventKind = "media_refused" // Name kind of media
	CommandGiven EventKind = "command"       // Name where it leads, Text the word
	Interrupted  EventKind = "interrupted"   // Name trigger id
	Continued    EventKind = "continued"     // an interrupted run goes on
	Nudged       EventKind = "nudged"        // Name its number, from 0
	Expired      EventKind = "expired"       //
	Ended        EventKind = "ended"         // Name outcome
	Paused       EventKind = "paused"        // Name reason
	Resumed      EventKind = "resumed"       // Name why
	OptedOut     EventKind = "opted_out"     // Text the word
	OptedIn      EventKind = "opted_in"      // Text the word
	Stale        EventKind = "stale"         // an old message is not taken for a fresh answer
	Queued       EventKind = "queued"        // kept until the current wait is over
	Ignored      EventKind = "ignored"       // Name why
	Warned       EventKind = "warning"       // Name code, Text expression
	LimitHit     EventKind = "limit_hit"     // Name limit
	Migrated     EventKind = "migrated"      // Name "to" version
	Returned     EventKind = "returned"      // a called flow came back; Name its id
	Answered     EventKind = "result"        // Name ok, fail; Rule status or error
	Internal     EventKind = "internal"      // a defect of the engine; never seen in a healthy one
)
