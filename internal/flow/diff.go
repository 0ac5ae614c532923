package flow

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"recado/internal/i18n"
)

// Change is one difference between two versions of a flow, in an author's terms:
// texts, exits, options, nodes.
type Change struct {
	Kind    string `json:"kind"`
	Path    string `json:"path"`           // in the new version; in the old one for a removal
	Node    NodeID `json:"node,omitempty"` // its id in the new version
	Message string `json:"message"`

	args []string
}

// In returns the change in the language of a locale tag.
func (c Change) In(locale string) Change {
	c.Message = fill(i18n.Text("change."+c.Kind, i18n.LangOf(locale)), c.args, "")
	return c
}

// Diff lists the changes from old to next in the order of the new document,
// removals last. White space, key order and a node's position are no changes; a
// node whose "was" names an old one is renamed, not removed and added.
func Diff(old, next *Def) []Change {
	d := &differ{old: old, next: next}
	a, b := tree(old), tree(next)
	d.top(a, b)
	d.vars(a, b)
	d.list("triggers", a, b)
	d.list("commands", a, b)
	d.kinds = fieldKindsOf()[""]
	d.fields("settings", "", sub(a, "settings"), sub(b, "settings"))
	d.nodes(sub(a, "nodes"), sub(b, "nodes"))
	d.translations(sub(a, "i18n"), sub(b, "i18n"))
	for i := range d.changes {
		d.changes[i] = d.changes[i].In(next.Locale)
	}
	return d.changes
}

func tree(d *Def) map[string]any {
	var m map[string]any
	if err := json.Unmarshal(d.Doc, &m); err != nil {
		panic("flow: a compiled definition holds no JSON: " + err.Error())
	}
	return m
}

func sub(m map[string]any, key string) map[string]any { s, _ := m[key].(map[string]any); return s }

type differ struct {
	old, next *Def
	node      NodeID     // being compared; its id in next
	kinds     fieldKinds // of the fields being compared
	changes   []Change
}

func (d *differ) add(kind, path string, args ...string) {
	d.changes = append(d.changes, Change{Kind: kind, Path: path, Node: d.node, args: clipped(args)})
}

func (d *differ) top(a, b map[string]any) {
	for _, key := range []string{"name", "locale", "start"} {
		if moved := key == "start" && d.same(Ref(asString(a[key])), Ref(asString(b[key]))); a[key] != b[key] && !moved {
			d.add("field_changed", key, key, show(a[key]), show(b[key]))
		}
	}
}

func (d *differ) vars(a, b map[string]any) {
	av, bv := sub(a, "vars"), sub(b, "vars")
	for _, name := range sortedKeys(bv) {
		if _, was := av[name]; !was {
			d.add("var_added", "vars."+name, name)
		} else if !reflect.DeepEqual(av[name], bv[name]) {
			d.add("var_changed", "vars."+name, name)
		}
	}
	for _, name := range sortedKeys(av) {
		if _, is := bv[name]; !is {
			d.add("var_removed", "vars."+name, name)
		}
	}
}

// list compares triggers or commands. They have no names, so one that differs in
// any field was removed and added.
func (d *differ) list(key string, a, b map[string]any) {
	al, _ := a[key].([]any)
	bl, _ := b[key].([]any)
	kind := strings.TrimSuffix(key, "s")
	for i, x := range bl {
		if !contains(al, x) {
			d.add(kind+"_added", key+"."+strconv.Itoa(i), wordsOf(x))
		}
	}
	for i, x := range al {
		if !contains(bl, x) {
			d.add(kind+"_removed", key+"."+strconv.Itoa(i), wordsOf(x))
		}
	}
}

func contains(list []any, x any) bool {
	return slices.ContainsFunc(list, func(y any) bool { return reflect.DeepEqual(x, y) })
}

// wordsOf names a trigger or command by its words, else by its event.
func wordsOf(v any) string {
	m, _ := v.(map[string]any)
	for _, w := range []any{m["words"], sub(m, "match")["words"]} {
		if list, ok := w.([]any); ok {
			return strings.Join(texts(list), ", ")
		}
	}
	return asString(m["on"])
}

func (d *differ) nodes(a, b map[string]any) {
	kept := map[NodeID]bool{}
	for _, id := range d.next.Order {
		d.node = id
		path := "nodes." + string(id)
		before, ok := d.formerly(id)
		if !ok {
			d.add("node_added", path, d.title(d.next, id))
			continue
		}
		kept[before] = true
		if before != id {
			d.add("node_renamed", path, string(before), string(id))
		}
		x, y := sub(a, string(before)), sub(b, string(id))
		if x["type"] != y["type"] {
			d.add("node_type", path, d.title(d.next, id), asString(x["type"]), asString(y["type"]))
			continue
		}
		d.kinds = fieldKindsOf()[d.next.Nodes[id].Type()]
		d.fields(path, "", x, y)
	}
	d.node = ""
	for _, id := range d.old.Order {
		if !kept[id] {
			d.add("node_removed", "nodes."+string(id), d.title(d.old, id))
		}
	}
}

// formerly returns the id that a node of the new version has in the old one.
func (d *differ) formerly(id NodeID) (NodeID, bool) {
	if d.old.Nodes[id] != nil {
		return id, true
	}
	for _, was := range d.next.Nodes[id].Head().Was {
		// An old node that is still there under its name is another one.
		if d.old.Nodes[was] != nil && d.next.Nodes[was] == nil {
			return was, true
		}
	}
	return "", false
}

func (d *differ) title(def *Def, id NodeID) string {
	if t := def.Nodes[id].Head().Title; t != "" {
		return t
	}
	return string(id)
}

// same reports whether two references lead to the same node under its names.
func (d *differ) same(old, next Ref) bool {
	id, ok := next.Node()
	if !ok || d.next.Nodes[id] == nil {
		return old == next
	}
	was, ok := d.formerly(id)
	return ok && Ref(was) == old
}

func (d *differ) translations(a, b map[string]any) {
	for _, lang := range sortedKeys(union(a, b)) {
		x, y := sub(a, lang), sub(b, lang)
		n := 0
		for key := range union(x, y) {
			if x[key] != y[key] {
				n++
			}
		}
		if n > 0 {
			d.add("translation_changed", "i18n."+lang, lang, strconv.Itoa(n))
		}
	}
}
