package flow

import (
	"time"

	"recado/internal/flow/expr"
)

// ID names a flow within a shop: a slug, ^[a-z][a-z0-9_]{0,39}$.
type ID string

// NodeID names a node within a flow: a slug like ID.
type NodeID string

// Def is a compiled flow: everything is parsed, defaults are filled in, words
// are folded, so that a step only looks things up. Immutable, safe for
// concurrent use.
type Def struct {
	ID       ID
	Version  int // given by whoever stores it, with At; 0 is a draft
	Name     string
	Locale   string // language that the texts are written in, like "es-MX"
	Start    NodeID
	Vars     map[string]Var
	Triggers []Trigger // in matching order: priority, specificity, document
	Commands []Command // document order
	Settings Settings
	Nodes    map[NodeID]Node
	Order    []NodeID // node ids in document order
	Langs    []string // languages of i18n, sorted
	Names    []string // variables that it declares or saves, sorted
	Hash     string   // hex sha256 of the definition with its keys sorted
	Doc      []byte   // the definition as compact JSON, keys as the author ordered them

	was map[NodeID]NodeID // old id → present id
}

// At returns the definition under a version number.
func (d *Def) At(version int) *Def {
	c := *d
	c.Version = version
	return &c
}

// Node returns the node id, also when id is one of its former names.
func (d *Def) Node(id NodeID) (Node, bool) {
	if n, ok := d.Nodes[id]; ok {
		return n, true
	}
	if now, ok := d.was[id]; ok {
		return d.Nodes[now], true
	}
	return nil, false
}

// Defs is what the engine sees of a shop's flows.
type Defs interface {
	// Published returns the version that new runs of the flow start with.
	Published(id ID) (*Def, bool)
	// Version returns a version that an open conversation is pinned to.
	Version(id ID, version int) (*Def, bool)
	// Flows returns all published flows in a fixed order; their triggers compete.
	Flows() []*Def
}

// Ref is where an exit leads: a node's id or one of the special places. In a
// compiled definition it is never empty where the engine follows it.
type Ref string

// The special places.
const (
	End   Ref = "@end"   // the run ends (in a called flow: returns)
	Human Ref = "@human" // handed to a person, as an empty handoff node would
	Start Ref = "@start" // the flow's start node
	Back  Ref = "@back"  // the question asked before this one
	Retry Ref = "@retry" // this node again
)

// Node returns the id when r names a node rather than a special place.
func (r Ref) Node() (NodeID, bool) {
	if r == "" || r[0] == '@' {
		return "", false
	}
	return NodeID(r), true
}

// VarType is the kind of value that a variable holds.
type VarType string

// The variable types.
const (
	TextVar     VarType = "text"
	NumberVar   VarType = "number"
	BoolVar     VarType = "bool"
	DateVar     VarType = "date"
	ListVar     VarType = "list"
	CartVar     VarType = "cart"
	LocationVar VarType = "location"
	MediaVar    VarType = "media"
	ObjectVar   VarType = "object"
)

// Var declares a variable.
type Var struct {
	Type    VarType
	Contact bool // kept with the contact, beyond the run
	PII     bool
	Title   string
	Default any // nil = unset; a literal as JSON decodes it
}

// Settings of a flow, defaults filled in.
type Settings struct {
	Expire           time.Duration // a silent run ends; 0 = never before the engine's own limit
	ExpireNext       Ref
	Collect          time.Duration // messages this close together are one answer
	StaleAfter       time.Duration // older input is not answered as if it were fresh; 0 = no limit
	Invalid          Say           // said when an answer is not understood
	UnsupportedMedia Say
	Tries            int // answers that may fail before GiveUp
	GiveUp           Ref
	Typing           bool
	Pace             time.Duration // pause between bubbles
	Groups           Groups
	OnNewVersion     NewVersion
}

// Groups says whether the flow answers in groups.
type Groups string

// The group policies.
const (
	IgnoreGroups Groups = "ignore"
	MentionOnly  Groups = "mention_only"
	AllGroups    Groups = "all"
)

// NewVersion says what an open conversation does when a version is published.
type NewVersion string

// The policies.
const (
	Migrate NewVersion = "migrate"
	Finish  NewVersion = "finish"
	Restart NewVersion = "restart"
)

// Command is a word that works anywhere in the flow.
type Command struct {
	Words []string // folded (fold.Key)
	Do    Ref
	When  *Cond // nil = always
}

// Option is one choice of a menu.
type Option struct {
	ID     string
	Label  *Text
	Hint   *Text    // nil = none
	Also   []string // aliases as written
	Keys   []string // folded label (every language, when it has no expression) and aliases
	ShowIf *Cond    // nil = always
	Next   Ref
}

// OptionsFrom makes options out of a list; inside ID, Label and Hint the
// element is the variable "item" and its position, from 1, "index".
type OptionsFrom struct {
	List  *expr.Program
	ID    *expr.Program
	Label *expr.Program
	Hint  *expr.Program // nil = none
}

// Nudge is what happens when the customer stays silent: Say, then Next when it is set.
type Nudge struct {
	After time.Duration // since the question
	Say   Say
	Next  Ref // "" = stay
}

// Assign puts a value into a variable.
type Assign struct {
	Path  string // "total", "cliente.calle"
	Value *Value
}
