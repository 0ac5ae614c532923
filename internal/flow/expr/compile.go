package expr

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// syntax makes the parser's configuration: no built-ins, and our own names
// marked as functions, or it would read sum(x) as its own predicate. The maps
// are only read; the struct is fresh because the parser keeps a cache in it.
func syntax() *conf.Config {
	return &conf.Config{MaxNodes: MaxNodes, Functions: ourNames, Disabled: noBuiltins}
}

var (
	ourNames   = functionsTable()
	noBuiltins = builtins()
)

func functionsTable() conf.FunctionsTable {
	t := conf.FunctionsTable{}
	for name := range functions {
		t[name] = &builtin.Function{Name: name}
	}
	return t
}

func builtins() map[string]bool {
	t := map[string]bool{}
	for _, f := range builtin.Builtins {
		t[f.Name] = true
	}
	return t
}

// Compile parses src and checks it against the allow-list. The error is an *Error.
func Compile(src string) (*Program, error) {
	fail := func(code Code, what string, pos int) (*Program, error) {
		return nil, &Error{Code: code, What: what, Pos: pos, Src: clip(src)}
	}
	if utf8.RuneCountInString(src) > MaxSource {
		return fail(TooLong, "", MaxSource)
	}
	if !utf8.ValidString(src) {
		return fail(Syntax, "UTF-8", 0)
	}
	tree, err := parser.ParseWithConfig(src, syntax())
	if err != nil {
		fe, ok := errors.AsType[*file.Error](err)
		if !ok {
			return fail(Syntax, "", 0)
		}
		if strings.Contains(fe.Message, "maximum allowed nodes") {
			return fail(TooComplex, "", 0)
		}
		return fail(Syntax, token(fe.Message), fe.From)
	}
	b := builder{seen: map[string]bool{}}
	root := b.build(tree.Node)
	if b.err != nil {
		b.err.Src = src
		return nil, b.err
	}
	return &Program{src: src, root: root, names: slices.Sorted(maps.Keys(b.seen))}, nil
}

// token returns the quoted token in a message of the parser; the rest of the
// message is in English and not shown to authors.
func token(msg string) string {
	_, rest, ok := strings.Cut(msg, `("`)
	if !ok {
		return ""
	}
	tok, _, ok := strings.Cut(rest, `")`)
	if !ok {
		return ""
	}
	return tok
}

// clip shortens an over-long source for an error.
func clip(src string) string {
	if len(src) <= MaxSource {
		return src
	}
	n := MaxSource
	for n > 0 && !utf8.RuneStart(src[n]) {
		n--
	}
	return src[:n]
}

// builder rebuilds the parser's tree out of allowed nodes and collects the names read.
type builder struct {
	seen   map[string]bool
	inPath bool // inside a path that was collected whole
	count  int
	err    *Error
}

func (b *builder) refuse(n ast.Node, code Code, what string) node {
	if b.err == nil {
		b.err = &Error{Code: code, What: what, Pos: n.Location().From}
	}
	return literal{nil}
}

func (b *builder) build(n ast.Node) node {
	// Counted here too: comparison chains (a < b < c) share sub-trees, which
	// the parser counts once but which are evaluated twice.
	if b.count++; b.count > MaxNodes {
		return b.refuse(n, TooComplex, "")
	}
	if b.err != nil {
		return literal{nil}
	}
	switch n := n.(type) {
	case *ast.NilNode:
		return literal{nil}
	case *ast.BoolNode:
		return literal{n.Value}
	case *ast.IntegerNode:
		return literal{float64(n.Value)}
	case *ast.FloatNode:
		return literal{finite(n.Value)}
	case *ast.StringNode:
		return literal{n.Value}
	case *ast.IdentifierNode:
		return b.name(n)
	case *ast.ChainNode: // members are safe anyway
		return b.build(n.Node)
	case *ast.MemberNode:
		return b.member(n)
	case *ast.UnaryNode:
		if _, ok := unaries[n.Operator]; !ok {
			return b.refuse(n, Forbidden, n.Operator)
		}
		return &unary{op: n.Operator, x: b.build(n.Node)}
	case *ast.BinaryNode:
		if _, ok := binaries[n.Operator]; !ok {
			return b.refuse(n, Forbidden, n.Operator)
		}
		return &binary{op: n.Operator, x: b.build(n.Left), y: b.build(n.Right)}
	case *ast.ConditionalNode:
		return &conditional{b.build(n.Cond), b.build(n.Exp1), b.build(n.Exp2)}
	case *ast.ArrayNode:
		return &array{b.all(n.Nodes)}
	case *ast.CallNode:
		return b.call(n)
	case *ast.BuiltinNode:
		return b.refuse(n, UnknownFunc, n.Name)
	case nil:
		return literal{nil}
	default:
		return b.refuse(n, Forbidden, construct(n))
	}
}

// construct names a refused construct as the author sees it.
func construct(n ast.Node) string {
	switch n.(type) {
	case *ast.SliceNode:
		return "[:]"
	case *ast.MapNode:
		return "{}"
	case *ast.VariableDeclaratorNode:
		return "let"
	case *ast.SequenceNode:
		return ";"
	case *ast.PredicateNode, *ast.PointerNode:
		return "#"
	case *ast.BytesNode:
		return "b''"
	}
	return ""
}

func (b *builder) all(ns []ast.Node) []node {
	out := make([]node, len(ns))
	for i, n := range ns {
		out[i] = b.build(n)
	}
	return out
}

func (b *builder) name(n *ast.IdentifierNode) node {
	if strings.Contains(n.Value, "$") {
		return b.refuse(n, Forbidden, n.Value)
	}
	if _, fn := functions[n.Value]; fn {
		// A function is no value; most likely the brackets were forgotten.
		return b.refuse(n, Syntax, n.Value)
	}
	if !b.inPath {
		b.seen[n.Value] = true
	}
	return &ident{n.Value}
}

func (b *builder) member(n *ast.MemberNode) node {
	path, isPath := dotted(n)
	outer := b.inPath
	if isPath && !outer { // only the longest path is collected
		b.seen[path] = true
		if root, _, _ := strings.Cut(path, "."); strings.Contains(root, "$") {
			return b.refuse(n, Forbidden, root)
		}
	}
	b.inPath = isPath
	x := b.build(n.Node)
	b.inPath = outer
	return &member{x: x, prop: b.build(n.Property)}
}

// dotted returns a member's path when all of it is literal names.
func dotted(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.ChainNode:
		return dotted(n.Node)
	case *ast.MemberNode:
		prop, ok := n.Property.(*ast.StringNode)
		if !ok || n.Method {
			return "", false
		}
		head, ok := dotted(n.Node)
		return head + "." + prop.Value, ok
	}
	return "", false
}

func (b *builder) call(n *ast.CallNode) node {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return b.refuse(n, Forbidden, "()")
	}
	f, ok := functions[callee.Value]
	if !ok {
		return b.refuse(n, UnknownFunc, callee.Value)
	}
	if len(n.Arguments) < f.min || len(n.Arguments) > f.max {
		return b.refuse(n, Arity, callee.Value)
	}
	return &call{name: callee.Value, fn: f.do, args: b.all(n.Arguments)}
}

// Path makes the program that reads a dotted path: "contact.first_name",
// "pedido.items.0". It needs no parsing, and any segment may be a keyword.
func Path(path string) *Program {
	root, rest, more := strings.Cut(path, ".")
	var n node = &ident{root}
	for more {
		var seg string
		seg, rest, more = strings.Cut(rest, ".")
		if i, err := strconv.Atoi(seg); err == nil {
			n = &member{x: n, prop: literal{float64(i)}}
		} else {
			n = &member{x: n, prop: literal{seg}}
		}
	}
	return &Program{src: path, root: n, names: []string{path}}
}
