package flow_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"recado/internal/flow"
	"recado/internal/flow/engine"
)

// reservedNodes are examples of the types that the engine does not run yet. The
// guide lists them under "Nodes that come later" instead of showing them.
var reservedNodes = map[flow.NodeType]string{
	flow.TypeTemplate: `{"type":"template","template":"aviso"}`,
	flow.TypeCatalog:  `{"type":"catalog","show":"list"}`,
	flow.TypeOrder:    `{"type":"order","steps":["items"]}`,
	flow.TypeAIReply:  `{"type":"ai_reply","prompt":"p","on_fail":"@human"}`,
	flow.TypeAIAgent:  `{"type":"ai_agent","goal":"g","tools":["end"],"on_fail":"@human"}`,
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section returns the part of the guide under a heading, up to the next of its level.
func section(guide, heading string) string {
	_, rest, _ := strings.Cut(guide, "\n"+heading+"\n")
	level, _, _ := strings.Cut(heading, " ")
	part, _, _ := strings.Cut(rest, "\n"+level+" ")
	return part
}

// TestEveryNodeTypeIsComplete names, for every node type, the places that lack it;
// docs/how-to/add-a-node-type.md lists the same places in order.
func TestEveryNodeTypeIsComplete(t *testing.T) {
	t.Parallel()
	types := flow.NodeTypes()
	constants := regexp.MustCompile(`NodeType = "(\w+)"`)
	files, err := filepath.Glob("node_*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, m := range constants.FindAllStringSubmatch(read(t, file), -1) {
			if !slices.Contains(types, flow.NodeType(m[1])) {
				t.Errorf("%s: the table in node.go has no decoder for %s", file, m[1])
			}
		}
	}

	guide := read(t, "../../docs/flows.md")
	tsTypes, tsExits := read(t, "../../web/src/flow/document.gen.ts"), read(t, "../../web/src/flow/exits.ts")
	languages := map[string]string{}
	for _, lang := range []string{"es", "en", "pt"} {
		languages[lang] = read(t, "../../web/src/i18n/"+lang+".json")
	}
	for _, typ := range types {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			missing := func(place, what string) { t.Errorf("%s: %s is missing", place, what) }
			file := "node_" + string(typ) + ".go"
			if src, err := os.ReadFile(file); err != nil || !strings.Contains(string(src), `NodeType = "`+string(typ)+`"`) {
				missing(file, "the constant of the type")
			}
			if !branches(t, typ) {
				missing("schema.json", "the if/then branch of the type in $defs.node")
			}

			page := section(guide, "### "+string(typ))
			example, reserved := reservedNodes[typ]
			node := nodeIn(t, doc(`"a":`+example), typ)
			if reserved {
				if !strings.Contains(section(guide, "### Nodes that come later"), "`"+string(typ)+"`") {
					missing("docs/flows.md", "the reserved type under “Nodes that come later”")
				}
			} else {
				for _, m := range fence.FindAllStringSubmatch(page, -1) {
					if m[1]+m[2] == "jsonnode" && node == nil {
						node = nodeIn(t, fromNodes(t, m[3]), typ)
					}
				}
				if !strings.Contains(page, "\n```chat\n") {
					missing("docs/flows.md", "a conversation (```chat) under the example, which package transcript plays")
				}
			}
			if reserved == engine.Supported(flow.NodeFeature(typ)) {
				missing("engine/features.go", "the type, unless it is among the reserved ones here")
			}

			if !strings.Contains(tsTypes, "n_"+string(typ)+": {") {
				missing("web/src/flow/document.gen.ts", "the type (run npm run types)")
			}
			for lang, dictionary := range languages {
				var words struct {
					Flow struct{ Type map[string]string }
				}
				if err := json.Unmarshal([]byte(dictionary), &words); err != nil || words.Flow.Type[string(typ)] == "" {
					missing("web/src/i18n/"+lang+".json", "flow.type."+string(typ))
				}
			}

			if node == nil {
				missing("docs/flows.md", "a section ### "+string(typ)+" with an example (```json node) that compiles")
				return
			}
			for _, e := range node.Exits() {
				if key, _, _ := strings.Cut(e.Name, "."); !regexp.MustCompile(`(?m)^  ` + key + `: "`).MatchString(tsExits) {
					missing("web/src/flow/exits.ts", "the words for the exit "+key)
				}
			}
		})
	}
}

// branches reports whether the schema checks nodes of a type with its own definition.
func branches(t *testing.T, typ flow.NodeType) bool {
	t.Helper()
	var schema struct {
		Defs struct {
			Node struct {
				AllOf []struct {
					If struct {
						Properties struct{ Type struct{ Const string } }
					}
					Then struct {
						Ref string `json:"$ref"`
					}
				}
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(flow.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, b := range schema.Defs.Node.AllOf {
		if b.If.Properties.Type.Const == string(typ) {
			return b.Then.Ref == "#/$defs/n_"+string(typ)
		}
	}
	return false
}

// nodeIn returns a node of a type in a document; nil when there is none or the
// document does not compile.
func nodeIn(t *testing.T, whole string, typ flow.NodeType) flow.Node {
	t.Helper()
	def, _ := flow.Compile([]byte(whole), flow.Registry{})
	if def == nil {
		return nil
	}
	for _, n := range def.Nodes {
		if n.Type() == typ {
			return n
		}
	}
	return nil
}

// A node type of the schema without a decoder is found when the schema is
// compiled; it cannot become another type.
func TestNoNodeTypeWithoutADecoder(t *testing.T) {
	t.Parallel()
	with := strings.Replace(string(flow.Schema()), "            \"hours\",\n", "            \"hours\",\n            \"nap\",\n", 1)
	if with == string(flow.Schema()) {
		t.Fatal("the schema lists its types in another way")
	}
	if err := flow.CheckNodeTypes([]byte(with)); err == nil || !strings.Contains(err.Error(), "nap") {
		t.Errorf("a schema with a type that has no decoder: %v", err)
	}
	if err := flow.CheckNodeTypes(flow.Schema()); err != nil {
		t.Error(err)
	}
}
