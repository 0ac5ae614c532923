package flow_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"recado/internal/flow"
)

// big makes a flow of n nodes: menus, questions, messages, computations and branches in turn.
func big(n int) []byte {
	var b strings.Builder
	for i := range n {
		next := fmt.Sprintf("n%d", (i+1)%n)
		if i > 0 {
			b.WriteString(",")
		}
		id := fmt.Sprintf("n%d", i)
		if i == 0 {
			id, next = "a", "n1"
		}
		if i == n-1 {
			next = "@end"
		}
		fmt.Fprintf(&b, `"%s":`, id)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, `{"type":"menu","say":"Hola {{ contact.first_name ?? 'tú' }}","options":[{"id":"x","label":"Uno","also":["primero","el uno"],"next":"%s"},{"id":"y","label":"Dos","also":["segundo"]},{"id":"z","label":"Tres"}],"next":"%s"}`, next, next)
		case 1:
			fmt.Fprintf(&b, `{"type":"ask","say":"¿Cuántos?","as":"number","save":"v%d","min":1,"max":9,"check":"answer == floor(answer)","next":"%s"}`, i, next)
		case 2:
			fmt.Fprintf(&b, `{"type":"message","say":["Van {{ v%d }}","Total: {{ money(v%d * 2500) }}"],"next":"%s"}`, i-1, i-1, next)
		case 3:
			fmt.Fprintf(&b, `{"type":"set","vars":{"total":{"expr":"(total ?? 0) + v%d * 2500"},"nota":"Son {{ total }}"},"next":"%s"}`, i-2, next)
		default:
			fmt.Fprintf(&b, `{"type":"if","cases":[{"when":{"all":[{"var":"total","is":"gt","to":100},{"var":"contact.tags","is":"has_tag","to":"vip"}]},"next":"%s"}],"else":"%s"}`, next, next)
		}
	}
	return []byte(doc(b.String()))
}

func TestCompileFillsInDefaults(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"Año {{ x }}"},{"id":"p","label":"Sí","also":["CLARO que sí","si"],"next":"b"}],"next":"b"},
		"b":{"type":"ask","say":"¿?","as":"email","save":"x"}`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	menu := d.Nodes["a"].(*flow.MenuNode)
	if got := menu.Options[0]; got.Next != "b" || len(got.Keys) != 0 {
		t.Errorf("option 0: %+v", got)
	}
	if got := fmt.Sprint(menu.Options[1].Keys); got != "[claro que si si]" {
		t.Errorf("keys %v", got)
	}
	if menu.Tries != 3 || menu.OnInvalid != flow.Human || menu.Page != 9 || len(menu.Invalid) != 1 {
		t.Errorf("menu: %+v", menu)
	}
	ask := d.Nodes["b"].(*flow.AskNode)
	if ask.Next != flow.End || ask.Voice != "reject" || !strings.Contains(text(ask.Invalid), "correo") {
		t.Errorf("ask: %+v, %s", ask, text(ask.Invalid))
	}
	if d.Settings.GiveUp != flow.Human || d.Settings.Groups != flow.IgnoreGroups || d.Settings.OnNewVersion != flow.Migrate {
		t.Errorf("settings: %+v", d.Settings)
	}
}

func text(s flow.Say) string { return s[0].(*flow.TextBubble).Text.Source() }

func TestInvalidTextOfTheAuthorWins(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"ask","say":"¿?","as":"email","save":"x","next":"b"},"b":{"type":"ask","say":"¿?","as":"email","save":"y","invalid":"del nodo"}`,
		`,"settings":{"invalid":"del flujo"}`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	if got := text(d.Nodes["a"].(*flow.AskNode).Invalid) + ", " + text(d.Nodes["b"].(*flow.AskNode).Invalid); got != "del flujo, del nodo" {
		t.Error(got)
	}
}

func TestHashIgnoresLayoutAndKeyOrder(t *testing.T) {
	t.Parallel()
	compile := func(s string) *flow.Def {
		d, issues := flow.Compile([]byte(s), flow.Registry{})
		if d == nil {
			t.Fatal(issues)
		}
		return d
	}
	one := compile(`{"format":"recado-flow/1","id":"x","name":"X","locale":"es","start":"a","triggers":[{"on":"any_message"}],"nodes":{"a":{"type":"goto","to":"b"},"b":{"type":"end"}}}`)
	two := compile(`{"id":"x", "format":"recado-flow/1","name":"\u0058","nodes":{"b":{"type":"end"},"a":{"to":"b","type":"goto"}},
		"locale":"es","triggers":[{"on":"any_message"}],"start":"a"}`)
	if one.Hash != two.Hash || len(one.Hash) != 64 {
		t.Errorf("%s, %s", one.Hash, two.Hash)
	}
	if other := compile(strings.Replace(string(one.Doc), `"X"`, `"Y"`, 1)); other.Hash == one.Hash {
		t.Error("another name has the same hash")
	}
	if got := fmt.Sprint(two.Order); got != "[b a]" {
		t.Errorf("order %s", got)
	}
	if again := compile(string(two.Doc)); again.Hash != two.Hash || string(again.Doc) != string(two.Doc) {
		t.Error("a compiled document does not compile to itself")
	}
}

func TestSetOrdersValuesByDependency(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"set","vars":{"total":{"expr":"sub + envio"},"sub":{"expr":"(sub ?? 0) + precio * 2"},"precio":10,"envio":"{{ precio }}","aviso":"Son {{ total }}"}}`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	pos := map[string]int{}
	for i, a := range d.Nodes["a"].(*flow.SetNode).Vars {
		pos[a.Path] = i
	}
	for _, pair := range [][2]string{{"precio", "sub"}, {"precio", "envio"}, {"sub", "total"}, {"envio", "total"}, {"total", "aviso"}} {
		if pos[pair[0]] > pos[pair[1]] {
			t.Errorf("%s comes after %s: %v", pair[0], pair[1], pos)
		}
	}
}

func TestTriggersAreInMatchingOrder(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"end"}`, `,"triggers":[
		{"id":"any","on":"any_message"}, {"id":"media","on":"message","match":{"media":"image"}}, {"id":"prefix","on":"message","match":{"words":["x"],"how":"prefix"}},
		{"id":"word","on":"message","match":{"words":["y"],"how":"any_word"}}, {"id":"all","on":"message","match":{"words":["y"],"how":"all_words"}},
		{"id":"first","on":"message","match":{"words":["z"],"how":"first"}}, {"id":"only","on":"message","match":{"words":["Sí"]}}, {"id":"only2","on":"message","match":{"words":["no"]}},
		{"id":"high","on":"any_message","priority":90}, {"id":"low","on":"message","match":{"words":["w"]},"priority":1}]`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	var ids []string
	for _, tr := range d.Triggers {
		ids = append(ids, tr.ID)
	}
	if got := strings.Join(ids, " "); got != "high only only2 first all word prefix media any low" {
		t.Error(got)
	}
	if got := d.Triggers[1].Match.Words; got[0] != "si" {
		t.Errorf("words are not folded: %v", got)
	}
}

// One wait for the customer, or of a minute, is enough for a cycle.
func TestCyclesWithAWaitCompile(t *testing.T) {
	t.Parallel()
	for name, nodes := range map[string]string{
		"menu":                   `"a":{"type":"message","say":"x","next":"b"},"b":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x"}],"next":"a"}`,
		"menu, invalid":          `"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x"}],"on_invalid":"a"}`,
		"one option always":      `"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x"},{"id":"p","label":"y","show_if":{"var":"contact.name","is":"set"}}],"next":"a"}`,
		"ask":                    `"a":{"type":"ask","say":"¿?","as":"text","save":"v","next":"a"}`,
		"skipped, wrong answers": `"a":{"type":"ask","say":"¿?","as":"text","save":"v","skip_if_set":true,"on_invalid":"a"}`,
		"minute":                 `"a":{"type":"delay","for":"1m","next":"b"},"b":{"type":"message","say":"x","next":"a"}`,
		"nudge of a minute":      `"a":{"type":"ask","say":"¿?","as":"text","save":"v","nudges":[{"after":"1m","next":"a"}]}`,
		"http, then ask":         `"a":{"type":"http","method":"GET","url":"https://x.com","on_ok":"b","on_fail":"b"},"b":{"type":"ask","say":"¿?","as":"text","save":"v","next":"a"}`,
		"back":                   `"a":{"type":"ask","say":"¿?","as":"text","save":"v","next":"b"},"b":{"type":"message","say":"x","next":"@back"}`,
		"handoff":                `"a":{"type":"handoff","on_resume":"a"}`,
	} {
		if d, issues := flow.Compile([]byte(doc(nodes)), flow.Registry{}); d == nil {
			t.Errorf("%s: %v", name, issues)
		}
	}
	call := doc(`"a":{"type":"call","flow":"y","next":"a"}`)
	reg := others(map[string]string{"y": `"a":{"type":"ask","say":"¿?","as":"text","save":"v"}`})
	if d, issues := flow.Compile([]byte(call), reg); d == nil {
		t.Errorf("call that waits: %v", issues)
	}
}

func TestTranslationsAreFoundByLanguage(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"menu","say":"Hola","options":[{"id":"o","label":"Pedir"}]}`,
		`,"i18n":{"en":{"a.say":"Hi","a.options.o.label":"Order"},"pt-BR":{"a.say":"Oi"}}`)), flow.Registry{})
	if d == nil || len(issues) > 0 {
		t.Fatal(issues)
	}
	menu := d.Nodes["a"].(*flow.MenuNode)
	say := menu.Say[0].(*flow.TextBubble).Text
	for locale, want := range map[string]string{"es-MX": "Hola", "en-US": "Hi", "en": "Hi", "pt-BR": "Oi", "pt": "Hola", "": "Hola"} {
		if got := say.In(locale).Source(); got != want {
			t.Errorf("%s: %s, want %s", locale, got, want)
		}
	}
	if got := fmt.Sprint(menu.Options[0].Keys, d.Langs); got != "[pedir order] [en pt-BR]" {
		t.Error(got)
	}
}

func TestNodesAreFoundByFormerNames(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"end","was":["viejo"]}`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	if n, ok := d.Node("viejo"); !ok || n.Head().ID != "a" {
		t.Error("not found")
	}
	if _, ok := d.Node("otro"); ok {
		t.Error("found")
	}
}

func TestTheCompleteExampleCompilesWithoutAnyIssue(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/pedidos.json")
	if err != nil {
		t.Fatal(err)
	}
	if d, issues := flow.Compile(b, flow.Registry{}); d == nil || len(issues) > 0 {
		t.Error(issues)
	}
}

func TestBigFlowsCompile(t *testing.T) {
	t.Parallel()
	if d, issues := flow.Compile(big(300), flow.Registry{}); d == nil || len(d.Nodes) != 300 {
		t.Error(issues)
	}
}

func BenchmarkCompile300Nodes(b *testing.B) {
	doc := big(300)
	b.ReportAllocs()
	for b.Loop() {
		flow.Compile(doc, flow.Registry{})
	}
}

func FuzzCompile(f *testing.F) {
	for _, c := range broken {
		if len(c.doc) < 2000 {
			f.Add([]byte(c.doc))
		}
	}
	if b, err := os.ReadFile("testdata/pedidos.json"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, issues := flow.Compile(b, flow.Registry{})
		if (d == nil) != flow.Failed(issues) {
			t.Fatalf("compiled %v, issues %v", d != nil, issues)
		}
		for _, i := range issues {
			if i.Code == "" || i.Message == "" || i.Fix == "" {
				t.Fatalf("%+v", i)
			}
		}
		if d == nil {
			return
		}
		for _, n := range d.Nodes {
			for _, e := range n.Exits() {
				if id, ok := e.To.Node(); ok && d.Nodes[id] == nil {
					t.Fatalf("%s.%s leads to %q", n.Head().ID, e.Name, e.To)
				}
			}
		}
		if again, issues := flow.Compile(d.Doc, flow.Registry{}); again == nil || again.Hash != d.Hash {
			t.Fatalf("what compiled does not compile again: %v", issues)
		}
	})
}
