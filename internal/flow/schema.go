package flow

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaJSON is the JSON Schema of recado-flow/1, kept by hand.
//
//go:embed schema.json
var schemaJSON []byte

// Schema returns the JSON Schema (2020-12) of the format, for editors.
func Schema() []byte { return bytes.Clone(schemaJSON) }

// schemaTree returns the schema as a tree of its own.
func schemaTree() map[string]any {
	var tree map[string]any
	if err := json.Unmarshal(schemaJSON, &tree); err != nil {
		panic("flow: embedded schema: " + err.Error()) // a broken build, caught by any test
	}
	return tree
}

// validators holds the compiled schema of each node type, and under "" that of
// the document around the nodes. A plain validation of the document would try
// its 21 if/then branches for every node; a look-up by type solves that.
var validators = sync.OnceValue(func() map[string]*jsonschema.Schema {
	all, err := compileSchema(schemaTree())
	if err != nil {
		panic("flow: embedded schema: " + err.Error()) // a broken build, caught by any test
	}
	return all
})

func compileSchema(tree map[string]any) (map[string]*jsonschema.Schema, error) {
	if err := checkNodeTypes(tree); err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("recado:flow/1", tree); err != nil {
		return nil, err
	}
	all := map[string]*jsonschema.Schema{}
	for _, t := range nodeTypes {
		var err error
		if all[string(t.name)], err = c.Compile("recado:flow/1#/$defs/n_" + string(t.name)); err != nil {
			return nil, err
		}
	}
	// The frame is the document's schema with nodes reduced to "has a known type".
	frame := schemaTree()
	delete(dig(frame, "$defs", "node"), "allOf")
	frame["$id"] = "recado:frame/1"
	if err := c.AddResource("recado:frame/1", frame); err != nil {
		return nil, err
	}
	var err error
	all[""], err = c.Compile("recado:frame/1")
	return all, err
}

// checkNodeTypes compares the node types of the schema with nodeTypes, so that
// no node is valid without a decoder.
func checkNodeTypes(schema map[string]any) error {
	enum, _ := dig(schema, "$defs", "node", "properties", "type")["enum"].([]any)
	if got, want := fmt.Sprint(enum), fmt.Sprint(NodeTypes()); got != want {
		return fmt.Errorf("the schema lists the node types %s, the table %s", got, want)
	}
	for name := range dig(schema, "$defs") {
		if t, ok := strings.CutPrefix(name, "n_"); ok && !slices.Contains(NodeTypes(), NodeType(t)) {
			return fmt.Errorf("the schema defines %s, and the table has no such type", name)
		}
	}
	return nil
}

// dig returns the object at a path of keys; nil when there is none.
func dig(tree map[string]any, path ...string) map[string]any {
	for _, key := range path {
		tree, _ = tree[key].(map[string]any)
	}
	return tree
}

// checkSchema is the first pass.
func checkSchema(src source) []Issue {
	vs := validators()
	issues := schemaIssues(vs[""].Validate(src.root), nil)
	nodes, _ := src.root["nodes"].(map[string]any)
	for _, id := range src.nodes {
		node, _ := nodes[string(id)].(map[string]any)
		t, _ := node["type"].(string)
		if v, ok := vs[t]; ok && t != "" {
			issues = append(issues, schemaIssues(v.Validate(node), []string{"nodes", string(id)})...)
		}
	}
	return issues
}

// fieldKinds are the names of fields that Diff words in its own way.
type fieldKinds struct {
	texts map[string]bool // what people read
	refs  map[string]bool // exits
}

// fieldKindsOf holds the kinds of a node type's fields, nested ones included, by
// the definitions that the schema refers to; under "" those of the settings.
var fieldKindsOf = sync.OnceValue(func() map[NodeType]fieldKinds {
	tree := schemaTree()
	defs := dig(tree, "$defs")
	kinds := map[NodeType]fieldKinds{"": kindsIn(defs, dig(tree, "properties", "settings"))}
	for _, t := range NodeTypes() {
		kinds[t] = kindsIn(defs, dig(defs, "n_"+string(t)))
	}
	return kinds
})

func kindsIn(defs, schema map[string]any) fieldKinds {
	k := fieldKinds{texts: map[string]bool{}, refs: map[string]bool{}}
	var walk func(name string, schema map[string]any)
	walk = func(name string, schema map[string]any) {
		ref, _ := schema["$ref"].(string)
		switch def := strings.TrimPrefix(ref, "#/$defs/"); def {
		case "say", "text", "label", "hint":
			k.texts[name] = true
		case "ref":
			k.refs[name] = true
		case "option", "nudges", "nudge":
			walk(name, dig(defs, def))
		}
		for field := range dig(schema, "properties") {
			walk(field, dig(schema, "properties", field))
		}
		if items := dig(schema, "items"); items != nil && items["$ref"] != "#/$defs/text" { // the parameters of a template are no lines of a chat
			walk(name, items)
		}
	}
	walk("", schema)
	return k
}
