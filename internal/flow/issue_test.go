package flow_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recado/internal/flow"
)

var update = flag.Bool("update", false, "rewrite golden files")

// doc makes a whole document of nodes and more top-level fields, each beginning
// with a comma; it starts at "a".
func doc(nodes string, more ...string) string {
	triggers := `,"triggers":[{"on":"any_message"}]`
	if slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(m, `,"triggers"`) }) {
		triggers = ""
	}
	return `{"format":"recado-flow/1","id":"x","name":"X","locale":"es-MX","start":"a"` + triggers + strings.Join(more, "") + `,"nodes":{` + nodes + `}}`
}

const end = `"z":{"type":"end"}`

// ask makes a document around the fields of an ask node.
func ask(fields string) string {
	return doc(`"a":{"type":"ask","say":"¿?","save":"v","next":"z",` + fields + `},` + end)
}

// say makes a document of one message.
func say(text string) string { return doc(`"a":{"type":"message","say":"` + text + `"}`) }

// menu makes a document of one menu.
func menu(options string, more ...string) string {
	return doc(`"a":{"type":"menu","say":"¿?","options":[`+options+`]}`, more...)
}

// lacks is the registry of an engine without some features.
func lacks(features ...flow.Feature) flow.Registry {
	return flow.Registry{Supports: func(f flow.Feature) bool { return !slices.Contains(features, f) }}
}

// none is the registry of a shop that has nothing.
func none() flow.Registry {
	no := func(string) bool { return false }
	return flow.Registry{
		Flow:  func(flow.ID) (*flow.Def, bool) { return nil, false },
		Asset: no, Secret: no, Template: no, Queue: no, Calendar: no,
	}
}

var broken = []struct {
	name, doc  string
	reg        flow.Registry
	path, code string
}{
	// reading
	{name: "empty", doc: "", code: "not_json"},
	{name: "not an object", doc: `[1]`, code: "not_object"},
	{name: "trailing comma", doc: "{\n\"a\": 1,\n}", code: "not_json"},
	{name: "two documents", doc: `{} {}`, code: "not_json"},
	{name: "not UTF-8", doc: "{\"a\":\"\xff\"}", code: "not_json"},
	{name: "a number beyond all numbers", doc: `{"a":[1e999]}`, path: "a.0", code: "not_json"},
	{name: "cut off", doc: `{"nodes":{"a":`, code: "not_json"},
	{name: "too large", doc: say(strings.Repeat("x", 257<<10)), code: "too_large"},
	{name: "too deep", doc: strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), path: strings.TrimSuffix(strings.Repeat("a.", 32), "."), code: "too_deep"},
	{name: "same node twice", doc: doc(end + `,"a":{"type":"end"},"a":{"type":"end"}`), path: "nodes.a", code: "duplicate_key"},

	// form
	{name: "no start", doc: strings.Replace(doc(`"a":{"type":"end"}`), `"start":"a",`, "", 1), path: "start", code: "missing_field"},
	{name: "no nodes", doc: doc(""), path: "nodes", code: "too_few"},
	{name: "another format", doc: strings.Replace(say("x"), "flow/1", "flow/9", 1), path: "format", code: "bad_format"},
	{name: "bad locale", doc: strings.Replace(say("x"), "es-MX", "español", 1), path: "locale", code: "bad_locale"},
	{name: "node name with accent", doc: doc(`"a":{"type":"end"},"menú":{"type":"end"}`), path: "nodes.menú", code: "bad_name"},
	{name: "unknown node type", doc: doc(`"a":{"type":"mesage","say":"x"}`), path: "nodes.a.type", code: "unknown_node_type"},
	{name: "no node type", doc: doc(`"a":{"say":"x"}`), path: "nodes.a.type", code: "missing_field"},
	{name: "no text", doc: doc(`"a":{"type":"message"}`), path: "nodes.a.say", code: "missing_field"},
	{name: "empty text", doc: say(""), path: "nodes.a.say", code: "empty_text"},
	{name: "long text", doc: say(strings.Repeat("x", 4097)), path: "nodes.a.say", code: "too_long"},
	{name: "text is a number", doc: doc(`"a":{"type":"message","say":5}`), path: "nodes.a.say", code: "wrong_type"},
	{name: "six bubbles", doc: doc(`"a":{"type":"message","say":["1","2","3","4","5","6"]}`), path: "nodes.a.say", code: "too_many"},
	{name: "misspelt field", doc: doc(`"a":{"type":"message","say":"x","nxt":"a"}`), path: "nodes.a.nxt", code: "unknown_field"},
	{name: "media without file", doc: doc(`"a":{"type":"message","say":[{"media":{"kind":"image"}}]}`), path: "nodes.a.say.0.media.asset", code: "missing_field"},
	{name: "media with two files", doc: doc(`"a":{"type":"message","say":[{"media":{"kind":"image","asset":"x","url":"https://x.com/x"}}]}`), path: "nodes.a.say.0.media.asset", code: "unknown_field"},
	{name: "bubble of two kinds", doc: doc(`"a":{"type":"message","say":[{"location":{"lat":1,"lng":1},"contact":{"name":"x","phone":"5255123456"}}]}`), path: "nodes.a.say.0", code: "too_many"},
	{name: "latitude out of the world", doc: doc(`"a":{"type":"message","say":[{"location":{"lat":91,"lng":1}}]}`), path: "nodes.a.say.0.location.lat", code: "too_big"},
	{name: "contact's phone", doc: doc(`"a":{"type":"message","say":[{"contact":{"name":"x","phone":"llámame"}}]}`), path: "nodes.a.say.0.contact.phone", code: "bad_phone"},
	{name: "31 options", doc: menu(strings.TrimSuffix(func() (s string) {
		for i := range 31 {
			s += fmt.Sprintf(`{"id":"o%d","label":"opción %d"},`, i, i)
		}
		return s
	}(), ",")), path: "nodes.a.options", code: "too_many"},
	{name: "menu without options", doc: doc(`"a":{"type":"menu","say":"¿?"}`), path: "nodes.a.options", code: "missing_field"},
	{name: "long label", doc: menu(`{"id":"o","label":"` + strings.Repeat("x", 73) + `"}`), path: "nodes.a.options.0.label", code: "too_long"},
	{name: "kind of answer", doc: ask(`"as":"color"`), path: "nodes.a.as", code: "not_allowed"},
	{name: "bad duration", doc: doc(`"a":{"type":"delay","for":"media hora"}`), path: "nodes.a.for", code: "bad_duration"},
	{name: "bad place", doc: doc(`"a":{"type":"goto","to":"@fin"}`), path: "nodes.a.to", code: "bad_ref"},
	{name: "too many tries", doc: ask(`"as":"text","tries":9`), path: "nodes.a.tries", code: "too_big"},
	{name: "no tries", doc: ask(`"as":"text","tries":0`), path: "nodes.a.tries", code: "too_small"},
	{name: "nudge that does nothing", doc: ask(`"as":"text","nudges":[{"after":"5m"}]`), path: "nodes.a.nudges.0.say", code: "missing_field"},
	{name: "condition without test", doc: doc(`"a":{"type":"if","cases":[{"when":{"var":"v"},"next":"@end"}],"else":"@end"}`), path: "nodes.a.cases.0.when.is", code: "missing_field"},
	{name: "condition deep inside", doc: doc(`"a":{"type":"if","cases":[{"when":{"all":[{"not":{"var":"v","is":"igual","to":1}}]},"next":"@end"}],"else":"@end"}`), path: "nodes.a.cases.0.when.all.0.not.is", code: "not_allowed"},
	{name: "value that is an object", doc: doc(`"a":{"type":"set","vars":{"v":{"x":1}}}`), path: "nodes.a.vars.v.expr", code: "missing_field"},

	// references
	{name: "dangling next", doc: doc(`"a":{"type":"message","say":"x","next":"menuu"},"menu":{"type":"end"}`), path: "nodes.a.next", code: "unknown_node"},
	{name: "dangling start", doc: doc(`"b":{"type":"end"}`), path: "start", code: "unknown_node"},
	{name: "dangling option", doc: menu(`{"id":"o","label":"x","next":"nada"}`), path: "nodes.a.options.0.next", code: "unknown_node"},
	{name: "dangling command", doc: doc(`"a":{"type":"end"}`, `,"commands":[{"words":["x"],"do":"nada"}]`), path: "commands.0.do", code: "unknown_node"},
	{name: "dangling trigger", doc: doc(`"a":{"type":"end"}`, `,"triggers":[{"on":"any_message","start":"nada"}]`), path: "triggers.0.start", code: "unknown_node"},
	{name: "dangling give_up", doc: doc(`"a":{"type":"end"}`, `,"settings":{"give_up":"nada"}`), path: "settings.give_up", code: "unknown_node"},
	{name: "dangling nudge", doc: ask(`"as":"text","nudges":[{"after":"5m","next":"nada"}]`), path: "nodes.a.nudges.0.next", code: "unknown_node"},
	{name: "unknown variable", doc: doc(`"a":{"type":"message","say":"Hola {{ clente }}","next":"b"},"b":{"type":"ask","say":"¿?","as":"name","save":"cliente"}`), path: "nodes.a.say", code: "unknown_var"},
	{name: "unknown variable in a condition", doc: doc(`"a":{"type":"if","cases":[{"when":{"var":"v.x","is":"set"},"next":"@end"}],"else":"@end"}`), path: "nodes.a.cases.0.when.var", code: "unknown_var"},
	{name: "answer outside of a check", doc: say("{{ answer }}"), path: "nodes.a.say", code: "unknown_var"},
	{name: "save under a reserved name", doc: strings.Replace(ask(`"as":"text"`), `"save":"v"`, `"save":"contact"`, 1), path: "nodes.a.save", code: "reserved_name"},
	{name: "unknown file", doc: doc(`"a":{"type":"message","say":[{"media":{"kind":"image","asset":"carta.jpg"}}]}`), reg: none(), path: "nodes.a.say.0.media.asset", code: "unknown_asset"},
	{name: "unknown secret", doc: doc(`"a":{"type":"http","method":"GET","url":"https://x.com","secret":"pos"}`), reg: none(), path: "nodes.a.secret", code: "unknown_secret"},
	{name: "unknown flow", doc: doc(`"a":{"type":"call","flow":"otro"}`), reg: none(), path: "nodes.a.flow", code: "unknown_flow"},
	{name: "unknown queue", doc: doc(`"a":{"type":"handoff","queue":"ventas"}`), reg: none(), path: "nodes.a.queue", code: "unknown_queue"},
	{name: "unknown calendar", doc: doc(`"a":{"type":"hours","calendar":"verano","open":"@end","closed":"@end"}`), reg: none(), path: "nodes.a.calendar", code: "unknown_calendar"},
	{name: "unknown template", doc: doc(`"a":{"type":"template","template":"promo"}`), reg: none(), path: "nodes.a.template", code: "unknown_template"},
	{name: "node that comes later", doc: doc(`"a":{"type":"http","method":"GET","url":"https://x.com"}`), reg: lacks("node:http"), path: "nodes.a", code: "unsupported_node"},
	{name: "answer kind that comes later", doc: ask(`"as":"date"`), reg: lacks("ask:date"), path: "nodes.a.as", code: "unsupported_feature"},
	{name: "trigger that comes later", doc: doc(`"a":{"type":"end"}`, `,"triggers":[{"on":"schedule","cron":"0 9 * * *"}]`), reg: lacks("trigger:schedule"), path: "triggers.0.on", code: "unsupported_feature"},
	{name: "bubble that comes later", doc: doc(`"a":{"type":"message","say":[{"location":{"lat":1,"lng":1}}]}`), reg: lacks("bubble:location"), path: "nodes.a.say.0.location", code: "unsupported_feature"},
	{name: "nudges that come later", doc: ask(`"as":"text","nudges":[{"after":"5m","say":"¿Sigues?"}]`), reg: lacks("nudges"), path: "nodes.a.nudges", code: "unsupported_feature"},
	{name: "option twice", doc: menu(`{"id":"o","label":"x"},{"id":"o","label":"y"}`), path: "nodes.a.options.1.id", code: "duplicate_option"},
	{name: "labels alike after folding", doc: menu(`{"id":"o","label":"Sí"},{"id":"p","label":"SI!"}`), path: "nodes.a.options.1", code: "duplicate_alias"},
	{name: "alias of another option", doc: menu(`{"id":"o","label":"Envío","also":["casa"]},{"id":"p","label":"Casa"}`), path: "nodes.a.options.1", code: "duplicate_alias"},
	{name: "option over a command", doc: menu(`{"id":"o","label":"Humano"}`, `,"commands":[{"words":["humano"],"do":"@human"}]`), path: "nodes.a.options.0", code: "shadowed_command"},
	{name: "word of two commands", doc: doc(`"a":{"type":"end"}`, `,"commands":[{"words":["menú"],"do":"a"},{"words":["MENU"],"do":"@end"}]`), path: "commands.1.words", code: "duplicate_command"},
	{name: "unreachable node", doc: doc(`"a":{"type":"end"},"b":{"type":"end"}`), path: "nodes.b", code: "unreachable_node"},
	{name: "former name of two nodes", doc: doc(`"a":{"type":"goto","to":"b","was":["viejo"]},"b":{"type":"end","was":["viejo"]}`), path: "nodes.b.was.0", code: "duplicate_was"},
	{name: "former name of a present node", doc: doc(`"a":{"type":"goto","to":"b","was":["b"]},"b":{"type":"end"}`), path: "nodes.a.was.0", code: "duplicate_was"},
	{name: "values computed from each other", doc: doc(`"a":{"type":"set","vars":{"p":{"expr":"q+1"},"q":"{{ p }}"}}`), path: "nodes.a.vars", code: "set_cycle"},
	{name: "keyword trigger without words", doc: doc(`"a":{"type":"end"}`, `,"triggers":[{"on":"message"}]`), path: "triggers.0.match", code: "missing_field"},
	{name: "event trigger without event", doc: doc(`"a":{"type":"end"}`, `,"triggers":[{"on":"event"}]`), path: "triggers.0.event", code: "missing_field"},
	{name: "bad schedule", doc: doc(`"a":{"type":"end"}`, `,"triggers":[{"on":"schedule","cron":"a las 9"}]`), path: "triggers.0.cron", code: "bad_schedule"},
	{name: "no triggers", doc: doc(`"a":{"type":"end"}`, `,"triggers":[]`), path: "triggers", code: "no_triggers"},
	{name: "min over max", doc: ask(`"as":"number","min":5,"max":1`), path: "nodes.a.max", code: "bad_bounds"},
	{name: "bound of the wrong kind", doc: ask(`"as":"date","min":5`), path: "nodes.a.min", code: "bad_bounds"},
	{name: "bound of something without size", doc: ask(`"as":"email","min":5`), path: "nodes.a.min", code: "bad_bounds"},
	{name: "test without comparison", doc: doc(`"a":{"type":"if","cases":[{"when":{"var":"contact.name","is":"eq"},"next":"@end"}],"else":"@end"}`), path: "nodes.a.cases.0.when.to", code: "missing_to"},
	{name: "default of the wrong type", doc: doc(`"a":{"type":"end"}`, `,"vars":{"v":{"type":"number","default":"tres"}}`), path: "vars.v.default", code: "wrong_default"},
	{name: "if without else", doc: doc(`"a":{"type":"if","cases":[{"when":{"var":"contact.name","is":"set"},"next":"@end"}]}`), path: "nodes.a.else", code: "no_else"},
	{name: "variable decides the server", doc: doc(`"a":{"type":"http","method":"GET","url":"https://{{ contact.name }}/x"}`), path: "nodes.a.url", code: "bad_url"},
	{name: "no address", doc: doc(`"a":{"type":"http","method":"GET","url":"x.com"}`), path: "nodes.a.url", code: "bad_url"},
	{name: "address without encryption", doc: doc(`"a":{"type":"http","method":"GET","url":"http://x.com/x"}`), path: "nodes.a.url", code: "insecure_url"},
	{name: "two bodies", doc: doc(`"a":{"type":"http","method":"POST","url":"https://x.com","json":{"a":1},"body":"x"}`), path: "nodes.a.body", code: "two_bodies"},
	{name: "notify without number", doc: doc(`"a":{"type":"notify","to":["number"],"text":"x"}`), path: "nodes.a.number", code: "missing_field"},
	{name: "translation of nothing", doc: doc(`"a":{"type":"message","say":"x"}`, `,"i18n":{"en":{"a.sya":"y"}}`), path: "i18n.en.a.sya", code: "unknown_text"},
	{name: "translation with a mistake", doc: doc(`"a":{"type":"message","say":"x"}`, `,"i18n":{"en":{"a.say":"{{ x"}}`), path: "i18n.en.a.say", code: "expr_unclosed"},

	// expressions
	{name: "unclosed braces", doc: say("Hola {{ contact.name"), path: "nodes.a.say", code: "expr_unclosed"},
	{name: "expression that cannot be read", doc: say("{{ contact.name + }}"), path: "nodes.a.say", code: "expr_syntax"},
	{name: "environment", doc: say("{{ $env }}"), path: "nodes.a.say", code: "expr_forbidden"},
	{name: "range", doc: doc(`"a":{"type":"set","vars":{"v":{"expr":"1..9999999"}}}`), path: "nodes.a.vars.v.expr", code: "expr_forbidden"},
	{name: "unknown function", doc: say("{{ mony(5) }}"), path: "nodes.a.say", code: "expr_unknown_function"},
	{name: "arguments", doc: say("{{ plural(5) }}"), path: "nodes.a.say", code: "expr_arguments"},
	{name: "long expression", doc: say("{{ '" + strings.Repeat("x", 600) + "' }}"), path: "nodes.a.say", code: "expr_too_long"},
	{name: "complicated expression", doc: ask(`"as":"number","check":"1` + strings.Repeat("+1", 120) + `"`), path: "nodes.a.check", code: "expr_too_complex"},

	// termination
	{name: "goto itself", doc: doc(`"a":{"type":"goto","to":"a"}`), path: "nodes.a.to", code: "loop_without_wait"},
	{name: "retry of a message", doc: doc(`"a":{"type":"message","say":"x","next":"@retry"}`), path: "nodes.a.next", code: "loop_without_wait"},
	{name: "two messages in a circle", doc: doc(`"a":{"type":"message","say":"x","next":"b"},"b":{"type":"message","say":"y","next":"@start"}`), path: "nodes.b.next", code: "loop_without_wait"},
	{name: "closed shop back to the hours", doc: doc(`"a":{"type":"hours","open":"@end","closed":"c"},"c":{"type":"message","say":"Cerrado","next":"a"}`), path: "nodes.c.next", code: "loop_without_wait"},
	{name: "circle through an if", doc: doc(`"a":{"type":"set","vars":{"n":{"expr":"(n ?? 0) + 1"}},"next":"b"},"b":{"type":"if","cases":[{"when":{"var":"n","is":"lt","to":9},"next":"a"}],"else":"@end"}`), path: "nodes.b.cases.0.next", code: "loop_without_wait"},
	{name: "circle through a question that is skipped", doc: doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"v","skip_if_set":true,"next":"b"},"b":{"type":"message","say":"x","next":"a"}`), path: "nodes.b.next", code: "loop_without_wait"},
	{name: "circle through a menu that may be empty", doc: doc(`"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x","show_if":{"var":"contact.name","is":"set"}}],"next":"a"}`), path: "nodes.a.next", code: "loop_without_wait"},
	{name: "flood through http", doc: doc(`"a":{"type":"http","method":"GET","url":"https://x.com","on_ok":"b"},"b":{"type":"message","say":"x","next":"a"}`), path: "nodes.b.next", code: "loop_without_customer"},
	{name: "flood through http that fails", doc: doc(`"a":{"type":"http","method":"GET","url":"https://x.com","on_fail":"@retry"}`), path: "nodes.a.on_fail", code: "loop_without_customer"},
	{name: "flood through a short delay", doc: doc(`"a":{"type":"delay","for":"59s","next":"b"},"b":{"type":"message","say":"x","next":"a"}`), path: "nodes.b.next", code: "loop_without_customer"},
	{name: "flood through a delay until a moment that may be past", doc: doc(`"a":{"type":"delay","for":"1h","until":"contact.fields.cita","next":"a"}`), path: "nodes.a.next", code: "loop_without_customer"},
	{name: "flood through a short nudge", doc: doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"v","nudges":[{"after":"5s","next":"a"}]}`), path: "nodes.a.nudges.0.next", code: "loop_without_customer"},
	{name: "calls itself", doc: doc(`"a":{"type":"call","flow":"x"}`), path: "nodes.a.flow", code: "calls_itself"},
	{name: "flows that call each other", doc: doc(`"a":{"type":"call","flow":"y"}`), reg: others(map[string]string{"y": `"a":{"type":"call","flow":"w"}`, "w": `"a":{"type":"ask","say":"¿?","as":"text","save":"v","next":"b"},"b":{"type":"call","flow":"x"}`}), path: "nodes.a.flow", code: "call_cycle"},
	{name: "calls too deep", doc: doc(`"a":{"type":"call","flow":"f0"}`), reg: others(func() map[string]string {
		m := map[string]string{"f9": end + `,"a":{"type":"end"}`}
		for i := range 9 {
			m[fmt.Sprintf("f%d", i)] = fmt.Sprintf(`"a":{"type":"call","flow":"f%d"}`, i+1)
		}
		return m
	}()), path: "nodes.a.flow", code: "call_too_deep"},
	{name: "circle through a call that never waits", doc: doc(`"a":{"type":"call","flow":"y","next":"a"}`), reg: others(map[string]string{"y": `"a":{"type":"message","say":"x"}`}), path: "nodes.a.next", code: "loop_without_wait"},
	{name: "flood through a call", doc: doc(`"a":{"type":"call","flow":"y","next":"a"}`), reg: others(map[string]string{"y": `"a":{"type":"delay","for":"2s"}`}), path: "nodes.a.next", code: "loop_without_customer"},
}

// others is the registry of a shop with more flows, by id and nodes.
func others(nodes map[string]string) flow.Registry {
	defs := map[flow.ID]*flow.Def{}
	for id, n := range nodes {
		d, issues := flow.Compile([]byte(strings.Replace(doc(n), `"id":"x"`, `"id":"`+id+`"`, 1)), flow.Registry{})
		if d == nil {
			panic(fmt.Sprint(id, issues))
		}
		defs[flow.ID(id)] = d
	}
	return flow.Registry{Flow: func(id flow.ID) (*flow.Def, bool) {
		d, ok := defs[id]
		return d, ok
	}}
}

func TestIssuesOfBrokenDocuments(t *testing.T) {
	t.Parallel()
	var golden strings.Builder
	for _, c := range broken {
		d, issues := flow.Compile([]byte(c.doc), c.reg)
		at := slices.IndexFunc(issues, func(i flow.Issue) bool { return i.Path == c.path && i.Code == c.code })
		if at < 0 {
			t.Errorf("%s: got %+v, want %s at %q", c.name, issues, c.code, c.path)
			continue
		}
		if (d == nil) != flow.Failed(issues) {
			t.Errorf("%s: compiled: %v with issues %+v", c.name, d != nil, issues)
		}
		i := issues[at]
		fmt.Fprintf(&golden, "%s\n  %s %s %s\n", c.name, i.Severity, i.Code, i.Path)
		for _, lang := range []string{"es", "en", "pt"} {
			said := i.In(lang)
			if said.Message == "" || said.Fix == "" || strings.ContainsAny(said.Message+said.Fix, "\n") {
				t.Errorf("%s: %s says %+v", c.name, lang, said)
			}
			fmt.Fprintf(&golden, "  %s: %s → %s\n", lang, said.Message, said.Fix)
		}
		if len(issues) > 3 {
			t.Errorf("%s: %d issues for one mistake: %+v", c.name, len(issues), issues)
		}
	}
	compareGolden(t, "issues.golden", golden.String())
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it and run with -update.\ngot:\n%s", file, got)
	}
}
