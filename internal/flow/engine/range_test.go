package engine_test

import (
	"fmt"
	"testing"
)

// TestOutOfRangeSaysTheRange holds that a number that is too big gets the range, and
// not the text that a number is needed.
func TestOutOfRangeSaysTheRange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ locale, ask, says, want string }{
		{"es-MX", `"as":"number","min":1,"max":50`, "99", "Tiene que estar entre 1 y 50."},
		{"es-AR", `"as":"number","max":2.5`, "3", "Tiene que ser 2,5 o menos."},
		{"en", `"as":"integer","min":18`, "12", "It has to be 18 or more."},
		{"pt-BR", `"as":"money","min":1500`, "R$ 10", "Tem que ser R$ 15,00 ou mais."},
		{"es-MX", `"as":"text","min":5`, "hey", "Escribe al menos 5 caracteres, por favor."},
		{"es-MX", `"as":"date","min":"2026-12-01"`, "24/11/2026", "Tiene que ser el martes 1 de diciembre o después."},
		{"es-MX", `"as":"time","min":"09:00","max":"18:00"`, "20:00", "La hora tiene que estar entre las 09:00 y las 18:00."},
		{"en", `"as":"number","check":"answer % 2 == 0"`, "3", "That one doesn't work 🙈 Please check it and write it again."},
		{"es-MX", `"as":"number","max":50,"invalid":"Somos pocos."`, "99", "Somos pocos."},
	} {
		k := begin(t, fmt.Sprintf(`{"format":"recado-flow/1","id":"t","name":"T","locale":%q,"start":"a","triggers":[{"on":"any_message"}],
			"nodes":{"a":{"type":"ask","say":"?","save":"x",%s,"next":"@end"}}}`, c.locale, c.ask))
		k.says("hola")
		k.want(k.says(c.says), c.want)
	}
}
