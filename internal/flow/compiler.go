package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"recado/internal/flow/expr"
	"recado/internal/spelling"
)

// compiler is the second pass: it turns a tree that fits the schema into typed
// values and adds an issue for every reference to something that is not there.
type compiler struct {
	reg       Registry
	issues    []Issue
	src       source
	locale    string
	settings  Settings                  // of the flow, read before its nodes
	i18n      map[string]map[string]any // language → text key → translation
	texts     map[string]bool           // keys of texts that exist
	names     map[string]bool           // variables that are declared or saved somewhere
	uses      []use
	latencies map[ID]latency // of flows that are called; see calledLatency
}

// use is one place that reads a variable. It is checked at the end, when every
// place that saves one is known.
type use struct {
	name  string
	at    *place
	known []string // names that exist in this place only
}

// flow reads the whole document.
func (c *compiler) flow() *Def {
	o := object{c, c.src.root, nil}
	c.settings = c.decodeSettings(o)
	d := &Def{
		ID: ID(o.str("id")), Name: o.str("name"), Locale: c.locale, Start: NodeID(o.str("start")),
		Nodes: map[NodeID]Node{}, Order: c.src.nodes, former: map[NodeID]NodeID{},
		Langs: sortedKeys(c.i18n), Settings: c.settings,
	}
	c.nodeExists(o.place("start"), Ref(d.Start))
	d.Vars = c.vars(o)
	c.triggers(o, d)
	c.commands(o, d)
	nodes, _ := o.sub("nodes")
	for _, id := range c.src.nodes {
		n, _ := nodes.sub(string(id))
		d.Nodes[id] = c.decodeNode(n, id)
	}
	c.formerIDs(nodes, d)
	c.shadowedCommands(nodes, d)
	c.checkUses()
	c.checkTranslations()
	return d
}

// formerIDs collects the old ids of nodes, none of which may name two nodes.
func (c *compiler) formerIDs(nodes object, d *Def) {
	for _, id := range d.Order {
		for i, old := range d.Nodes[id].Head().Was {
			_, present := d.Nodes[old]
			if other, taken := d.former[old]; present || taken && other != id {
				c.issue(nodes.place(string(id)).key("was").index(i), codeDuplicateFormer, string(old))
				continue
			}
			d.former[old] = id
		}
	}
}

func (c *compiler) issue(at *place, code string, args ...string) {
	c.issues = append(c.issues, *problem(at.String(), code, clipped(args)...))
}

// supports adds an issue for a feature that the engine lacks.
func (c *compiler) supports(at *place, f Feature, code, name string) {
	if c.reg.Supports != nil && !c.reg.Supports(f) {
		c.issue(at, code, name)
	}
}

// exists adds an issue for a name that the shop does not have.
func (c *compiler) exists(at *place, has func(string) bool, name, code string) {
	if name != "" && has != nil && !has(name) {
		c.issue(at, code, name)
	}
}

// ref reads a destination and checks that its node exists.
func (o object) ref(key string, otherwise Ref) Ref {
	r := Ref(o.str(key))
	if r == "" {
		return otherwise
	}
	o.c.nodeExists(o.place(key), r)
	return r
}

func (c *compiler) nodeExists(at *place, r Ref) {
	id, ok := r.Node()
	if !ok {
		return
	}
	if nodes, _ := c.src.root["nodes"].(map[string]any); nodes[string(id)] == nil {
		c.issue(at, codeUnknownNode, string(id), spelling.Nearest(string(id), sortedKeys(nodes)))
	}
}

// expr compiles an expression; nil when there is none or it is wrong. The names
// in known exist in addition to the flow's variables.
func (o object) expr(key string, known ...string) *expr.Program {
	if !o.has(key) {
		return nil
	}
	return o.c.program(o.place(key), o.str(key), known...)
}

func (c *compiler) program(at *place, src string, known ...string) *expr.Program {
	p, err := expr.Compile(src)
	if err != nil {
		c.exprIssue(at, err)
		return nil
	}
	c.reads(at, p.Names(), known)
	return p
}

// variable reads the dotted name of a variable.
func (o object) variable(key string) *expr.Program {
	p := expr.Path(o.str(key))
	o.c.reads(o.place(key), p.Names(), nil)
	return p
}

func (c *compiler) exprIssue(at *place, err error) {
	w := warning(err)
	code := map[expr.Code]string{
		expr.Syntax: codeExprSyntax, expr.TooLong: codeExprLong, expr.TooComplex: codeExprComplex, expr.Forbidden: codeExprForbid,
		expr.UnknownFunc: codeExprFunc, expr.Arity: codeExprArity, expr.Unclosed: codeExprOpen,
	}[w.Code]
	guess := ""
	if w.Code == expr.UnknownFunc {
		guess = spelling.Nearest(w.What, expr.Functions())
	}
	c.issue(at, code, w.Src, strconv.Itoa(w.Pos+1), w.What, guess)
}

// reads records that the variables names are read at a place.
func (c *compiler) reads(at *place, names, known []string) {
	for _, n := range names {
		root, _, _ := strings.Cut(n, ".")
		c.uses = append(c.uses, use{root, at, known})
	}
}

// saves records that a variable gets a value at a place.
func (c *compiler) saves(at *place, path string) {
	root, _, _ := strings.Cut(path, ".")
	switch {
	case root == "":
	case slices.Contains(Roots, root):
		c.issue(at, codeReserved, root)
	default:
		c.names[root] = true
	}
}

func (o object) save() string {
	name := o.str("save")
	o.c.saves(o.place("save"), name)
	return name
}

// checkUses adds an issue for every variable that is read and never saved.
func (c *compiler) checkUses() {
	all := sortedKeys(c.names)
	for _, u := range c.uses {
		if c.names[u.name] || slices.Contains(Roots, u.name) || slices.Contains(u.known, u.name) {
			continue
		}
		c.issue(u.at, codeUnknownVar, u.name, spelling.Nearest(u.name, slices.Concat(all, Roots, u.known)))
	}
}

// checkTranslations adds an issue for every translation of a text that is not there.
func (c *compiler) checkTranslations() {
	keys := sortedKeys(c.texts)
	for lang, table := range c.i18n {
		for key := range table {
			if !c.texts[key] {
				c.issues = append(c.issues, *problem("i18n."+lang+"."+key, codeUnknownText, key, spelling.Nearest(key, keys)))
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
