package flow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
)

// Compile checks a definition and prepares it for the engine. The Def is nil when
// any issue is an error. Issues are in document order and in the definition's
// language; Issue.In translates them.
//
// It has three passes, each after the one before found no error: the form (size,
// JSON, schema), the references (nodes, variables, files, words, expressions,
// features of the engine), and termination: no path returns to a node without a
// wait.
func Compile(doc []byte, reg Registry) (*Def, []Issue) {
	src, issue := readDoc(doc)
	if issue != nil {
		return nil, arrange([]Issue{*issue}, nil, guessLocale(doc))
	}
	c := &compiler{
		reg: reg, src: src, locale: asString(src.root["locale"]),
		names: map[string]bool{}, texts: map[string]bool{}, i18n: translations(src.root),
	}
	if c.issues = checkSchema(src); Failed(c.issues) {
		return nil, arrange(c.issues, src.nodes, c.locale)
	}
	d := c.flow()
	if !Failed(c.issues) {
		c.checkTermination(d)
	}
	issues := arrange(c.issues, src.nodes, c.locale)
	if Failed(issues) {
		return nil, issues
	}
	d.Doc, d.Hash = canonical(doc, src.root)
	d.Names = slices.Sorted(maps.Keys(c.names))
	return d, issues
}

func translations(root map[string]any) map[string]map[string]any {
	all, _ := root["i18n"].(map[string]any)
	t := make(map[string]map[string]any, len(all))
	for lang, v := range all {
		t[lang], _ = v.(map[string]any)
	}
	return t
}

// canonical returns the document without white space, keys as the author ordered
// them, and its hash with keys sorted, so that a store may reorder keys.
func canonical(doc []byte, root map[string]any) (compact []byte, hash string) {
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		panic("flow: a document that was read cannot be compacted: " + err.Error())
	}
	sorted, err := json.Marshal(root)
	if err != nil {
		panic("flow: a document that was read cannot be written: " + err.Error())
	}
	sum := sha256.Sum256(sorted)
	return b.Bytes(), hex.EncodeToString(sum[:])
}

// guessLocale finds the author's language in a document that is not valid JSON.
func guessLocale(doc []byte) string {
	_, rest, ok := bytes.Cut(doc, []byte(`"locale"`))
	if !ok {
		return ""
	}
	rest = bytes.TrimLeft(rest, ": \t\r\n\"")
	return string(rest[:min(2, len(rest))])
}
