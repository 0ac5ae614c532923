package flow

// ID names a flow within a shop: a slug, ^[a-z][a-z0-9_]{0,39}$.
type ID string

// NodeID names a node within a flow: a slug like ID.
type NodeID string

// Def is a compiled flow: everything is parsed, defaults are filled in, words
// are normalized, so that a step only looks things up. Immutable, safe for
// concurrent use.
type Def struct {
	ID       ID
	Version  int // assigned by the store, see WithVersion; 0 is a draft
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

	former map[NodeID]NodeID // old id → present id
}

// WithVersion returns the definition under a version number.
func (d *Def) WithVersion(version int) *Def {
	c := *d
	c.Version = version
	return &c
}

// Node returns the node id, also when id is one of its former names.
func (d *Def) Node(id NodeID) (Node, bool) {
	if n, ok := d.Nodes[id]; ok {
		return n, true
	}
	if now, ok := d.former[id]; ok {
		return d.Nodes[now], true
	}
	return nil, false
}

// Defs holds the published flows of a shop, for the engine.
type Defs interface {
	// Published returns the version that new runs of the flow start with.
	Published(id ID) (*Def, bool)
	// Version returns a version that an open conversation is pinned to.
	Version(id ID, version int) (*Def, bool)
	// Flows returns all published flows in a fixed order; their triggers compete.
	Flows() []*Def
}
