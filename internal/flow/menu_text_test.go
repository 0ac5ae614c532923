package flow_test

import (
	"testing"

	"recado/internal/flow"
)

func TestStaticText(t *testing.T) {
	t.Parallel()
	doc := `{"format":"recado-flow/1","id":"t","name":"T","locale":"es-MX","start":"a","triggers":[{"on":"any_message"}],"vars":{"x":{"type":"text"}},
		"nodes":{
		"a":{"type":"menu","say":["Hola","¿Qué?"],"options":[{"id":"uno","label":"Uno","hint":"el primero","next":"b"},{"id":"dos","label":"Dos","next":"c"}]},
		"b":{"type":"menu","say":"{{ x ?? '¿Qué?' }}","options":[{"id":"uno","label":"Uno","next":"c"}]},
		"c":{"type":"menu","say":"¿Qué?","options":[{"id":"uno","label":"Para {{ x }}","next":"d"},{"id":"dos","label":"Dos"}]},
		"d":{"type":"menu","say":"¿Qué?","options":[{"id":"uno","label":"Uno","show_if":{"var":"x","is":"set"},"next":"@end"},{"id":"dos","label":"Dos"}]}},
		"i18n":{"en":{"a.options.uno.label":"One","a.say.1":"What?"}}}`
	def, issues := flow.Compile([]byte(doc), flow.Registry{})
	if def == nil {
		t.Fatal(issues)
	}
	for _, c := range []struct{ node, locale, lines, whole string }{
		{"a", "es-MX", "1. Uno – el primero\n2. Dos", "¿Qué?\n1. Uno – el primero\n2. Dos"},
		{"a", "pt-BR", "1. Uno – el primero\n2. Dos", "¿Qué?\n1. Uno – el primero\n2. Dos"},
		{"a", "en-US", "1. One – el primero\n2. Dos", "What?\n1. One – el primero\n2. Dos"},
		{"b", "es", "1. Uno", ""},
		{"c", "es", "", ""},
		{"d", "es", "", ""},
	} {
		menu, _ := def.Nodes[flow.NodeID(c.node)].(*flow.MenuNode)
		lines, whole, ok := menu.StaticText(c.locale)
		if lines != c.lines || whole != c.whole || ok != (c.lines != "") {
			t.Errorf("%s in %s: %q, %q, %v", c.node, c.locale, lines, whole, ok)
		}
	}
}
