package flow

import (
	"maps"
	"slices"
	"strings"

	"recado/internal/flow/expr"
)

// compiler is the second pass: it turns a tree that fits the schema into typed
// values, and notes whatever refers to something that is not there.
type compiler struct {
	reg    Registry
	issues []Issue
	src    source
	locale string
	i18n   map[string]map[string]any // language → text key → translation
	texts  map[string]bool           // keys of texts that exist
	names  map[string]bool           // variables that are declared or saved somewhere
	uses   []use
	paces  map[ID]pace // of flows that are called; see throughFlow
}

// use is a variable read somewhere; checked when all that save are known.
type use struct {
	name  string
	at    *place
	known []string // names that exist only there
}

func (c *compiler) issue(at *place, code string, args ...string) {
	c.issues = append(c.issues, *problem(at.String(), code, clipped(args)...))
}

// supports notes a feature the engine lacks.
func (c *compiler) supports(at *place, f Feature, code, name string) {
	if c.reg.Supports != nil && !c.reg.Supports(f) {
		c.issue(at, code, name)
	}
}

// exists notes a name that the shop does not have.
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
	o.c.node(o.place(key), r)
	return r
}

func (c *compiler) node(at *place, r Ref) {
	id, ok := r.Node()
	if !ok {
		return
	}
	if nodes, _ := c.src.root["nodes"].(map[string]any); nodes[string(id)] == nil {
		c.issue(at, codeUnknownNode, string(id), nearest(string(id), slices.Sorted(maps.Keys(nodes))))
	}
}

// expr compiles an expression; nil when there is none or it is wrong.
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
	c.read(at, p.Names(), known)
	return p
}

func (c *compiler) read(at *place, names, known []string) {
	for _, n := range names {
		root, _, _ := strings.Cut(n, ".")
		c.uses = append(c.uses, use{root, at, known})
	}
}

// save notes that a variable gets a value here.
func (c *compiler) save(at *place, path string) {
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
	o.c.save(o.place("save"), name)
	return name
}

func (c *compiler) exprIssue(at *place, err error) {
	w := warning(err)
	code := map[expr.Code]string{
		expr.Syntax: codeExprSyntax, expr.TooLong: codeExprLong, expr.TooComplex: codeExprComplex, expr.Forbidden: codeExprForbid,
		expr.UnknownFunc: codeExprFunc, expr.Arity: codeExprArity, expr.Unclosed: codeExprOpen,
	}[w.Code]
	guess := ""
	if w.Code == expr.UnknownFunc {
		guess = nearest(w.What, expr.Functions())
	}
	c.issue(at, code, w.Src, itoa(w.Pos+1), w.What, guess)
}

// path reads the dotted name of a variable.
func (o object) path(key string) *expr.Program {
	p := expr.Path(o.str(key))
	o.c.read(o.place(key), p.Names(), nil)
	return p
}

func clipped(args []string) []string {
	for i, a := range args {
		args[i] = clip(a)
	}
	return args
}
