package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"recado/internal/flow"
)

const before = `"a":{"type":"menu","title":"Bienvenida","say":"Hola","options":[{"id":"o","label":"Pedir","next":"b"},{"id":"p","label":"Factura"},{"id":"q","label":"Salir"}],"next":"@end"},
	"b":{"type":"ask","say":"¿Nombre?","as":"name","save":"v","next":"c"},"c":{"type":"message","say":["Uno","Dos"],"next":"@end"}`

func compiled(t *testing.T, s string) *flow.Def {
	t.Helper()
	d, issues := flow.Compile([]byte(s), flow.Registry{})
	if d == nil {
		t.Fatalf("%v\n%s", issues, s)
	}
	return d
}

func TestDiff(t *testing.T) {
	t.Parallel()
	old := compiled(t, doc(before))
	for _, c := range []struct {
		name, next string
		want       []string // kind path message, in Spanish
	}{
		{"nothing", strings.ReplaceAll(doc(before), `"a":{`, "\n \"a\" : { "), nil},
		{"a text", doc(strings.Replace(before, `"say":"Hola"`, `"say":"Buenas"`, 1)), []string{"text_changed nodes.a.say Cambió el texto de «Bienvenida»: «Hola» → «Buenas»."}},
		{"a bubble", doc(strings.Replace(before, `"Dos"`, `"Tres"`, 1)), []string{"text_changed nodes.c.say Cambió el texto de «c»: «Uno | Dos» → «Uno | Tres»."}},
		{"an option gone", doc(strings.Replace(before, `{"id":"p","label":"Factura"},`, "", 1)), []string{"option_removed nodes.a.options.1 Se quitó la opción «Factura» de «Bienvenida»."}},
		{"an option more", doc(strings.Replace(before, `{"id":"q"`, `{"id":"n","label":"Nueva"},{"id":"q"`, 1)), []string{"option_added nodes.a.options.2 «Bienvenida» tiene una opción nueva: «Nueva»."}},
		{"another label", doc(strings.Replace(before, `"Pedir"`, `"Comprar"`, 1)), []string{"text_changed nodes.a.options.0.label Cambió el texto de «Bienvenida › Comprar»: «Pedir» → «Comprar»."}},
		{"an option elsewhere", doc(strings.Replace(before, `"label":"Pedir","next":"b"`, `"label":"Pedir","next":"c"`, 1) + `,"d":{"type":"goto","to":"b"}`), []string{
			"exit_changed nodes.a.options.0.next «Bienvenida › Pedir» (next) llevaba a b y ahora lleva a c.", "node_added nodes.d Nodo nuevo: «d».",
		}},
		{"another order", doc(strings.Replace(strings.Replace(before, `{"id":"p","label":"Factura"},`, "", 1), `"label":"Salir"}`, `"label":"Salir"},{"id":"p","label":"Factura"}`, 1)), []string{"options_reordered nodes.a.options Las opciones de «Bienvenida» cambiaron de orden."}},
		{"a node gone", doc(strings.Replace(strings.Replace(before, `"next":"c"`, `"next":"@end"`, 1), `,"c":{"type":"message","say":["Uno","Dos"],"next":"@end"}`, "", 1)), []string{
			"exit_changed nodes.b.next «b» (next) llevaba a c y ahora lleva a @end.", "node_removed nodes.c Se quitó el nodo «c».",
		}},
		{"a node renamed", doc(strings.ReplaceAll(strings.ReplaceAll(before, `"b":{`, `"nombre":{"was":["b"],`), `"next":"b"`, `"next":"nombre"`)), []string{"node_renamed nodes.nombre El nodo «b» ahora se llama «nombre»."}},
		{"another type", doc(strings.Replace(before, `"c":{"type":"message","say":["Uno","Dos"],"next":"@end"}`, `"c":{"type":"end"}`, 1)), []string{"node_type nodes.c «c» era un nodo message y ahora es end."}},
		{"another field", doc(strings.Replace(before, `"as":"name"`, `"as":"email"`, 1)), []string{"field_changed nodes.b.as Cambió b › as: de name a email."}},
		{"around the nodes", doc(before, `,"triggers":[{"on":"message","match":{"words":["hola"]}}]`, `,"commands":[{"words":["menú"],"do":"a"}]`, `,"settings":{"tries":2}`, `,"vars":{"v":{"type":"text"}}`, `,"i18n":{"en":{"a.say":"Hi"}}`), []string{
			"var_added vars.v Variable nueva: v.", "trigger_added triggers.0 Ahora el flujo también empieza con: hola.", "trigger_removed triggers.0 El flujo ya no empieza con: any_message.",
			"command_added commands.0 Comando nuevo o distinto: menú.", "field_changed settings.tries Cambió settings › tries: de – a 2.", "translation_changed i18n.en Cambiaron 1 traducciones a «en».",
		}},
	} {
		var got []string
		for _, ch := range flow.Diff(old, compiled(t, c.next)) {
			got = append(got, fmt.Sprintf("%s %s %s", ch.Kind, ch.Path, ch.Message))
			for _, lang := range []string{"en", "pt"} {
				if m := ch.In(lang).Message; m == "" || m == ch.Message {
					t.Errorf("%s: %s says %q", c.name, lang, m)
				}
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}
