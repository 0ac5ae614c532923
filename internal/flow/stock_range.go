package flow

import (
	"strconv"
	"strings"

	"recado/internal/flow/expr"
)

// rangeTexts is what is said to an answer that was understood and is outside its
// bounds, or fails the author's check: {a} is the lower bound, {b} the upper one.
var rangeTexts = map[string][3]string{ // Spanish, English, Portuguese
	"value.both": {"Tiene que estar entre {a} y {b}.", "It has to be between {a} and {b}.", "Tem que estar entre {a} e {b}."},
	"value.min":  {"Tiene que ser {a} o más.", "It has to be {a} or more.", "Tem que ser {a} ou mais."},
	"value.max":  {"Tiene que ser {b} o menos.", "It has to be {b} or less.", "Tem que ser {b} ou menos."},
	"text.both":  {"Escribe entre {a} y {b} caracteres, por favor.", "Please write between {a} and {b} characters.", "Escreva entre {a} e {b} caracteres, por favor."},
	"text.min":   {"Escribe al menos {a} caracteres, por favor.", "Please write at least {a} characters.", "Escreva pelo menos {a} caracteres, por favor."},
	"text.max":   {"Escribe como mucho {b} caracteres, por favor.", "Please write at most {b} characters.", "Escreva no máximo {b} caracteres, por favor."},
	"day.both":   {"Tiene que ser entre el {a} y el {b}.", "It has to be between {a} and {b}.", "Tem que ser entre {a} e {b}."},
	"day.min":    {"Tiene que ser el {a} o después.", "It has to be {a} or later.", "Tem que ser {a} ou depois."},
	"day.max":    {"Tiene que ser el {b} o antes.", "It has to be {b} or earlier.", "Tem que ser {b} ou antes."},
	"time.both":  {"La hora tiene que estar entre las {a} y las {b}.", "The time has to be between {a} and {b}.", "O horário tem que estar entre {a} e {b}."},
	"time.min":   {"La hora tiene que ser {a} o más tarde.", "The time has to be {a} or later.", "O horário tem que ser {a} ou mais tarde."},
	"time.max":   {"La hora tiene que ser {b} o más temprano.", "The time has to be {b} or earlier.", "O horário tem que ser {b} ou mais cedo."},
	"check":      {"Ese dato no me sirve 🙈 Revísalo y escríbelo de nuevo, por favor.", "That one doesn't work 🙈 Please check it and write it again.", "Esse dado não serve 🙈 Confira e escreva de novo, por favor."},
}

// outside returns what is said to an answer outside the node's bounds.
func (n *AskNode) outside(locale string) Say {
	if n.Min == nil && n.Max == nil {
		return nil
	}
	form, show := "value", func(b *Bound) string {
		text := strconv.FormatFloat(b.Num, 'f', -1, 64)
		if strings.Contains(text, ".") { // written as the customer's country does
			return "{{ " + text + " }}"
		}
		return text
	}
	switch n.As {
	case AskText, AskName, AskAddress:
		form = "text"
	case AskMoney:
		show = func(b *Bound) string { return "{{ money(" + strconv.FormatFloat(b.Num, 'f', -1, 64) + ") }}" }
	case AskDate:
		form, show = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}` }
	case AskDatetime:
		form, show = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}, {{ time("` + b.Text + `") }}` }
	case AskTime:
		form, show = "time", func(b *Bound) string { return b.Text }
	default: // numbers
	}
	which, low, high := ".both", "", ""
	switch {
	case n.Max == nil:
		which, low = ".min", show(n.Min)
	case n.Min == nil:
		which, high = ".max", show(n.Max)
	default:
		low, high = show(n.Min), show(n.Max)
	}
	return stockRange(form+which, locale, strings.NewReplacer("{a}", low, "{b}", high))
}

// stockRange makes one of rangeTexts, in the flow's language and translated.
func stockRange(key, locale string, bounds *strings.Replacer) Say {
	t := &Text{langs: map[string]*expr.Template{}}
	for i, lang := range []string{"es", "en", "pt"} {
		tmpl, err := expr.Parse(bounds.Replace(rangeTexts[key][i]))
		if err != nil {
			panic("flow: stock text: " + err.Error()) // numbers and dates that were read before
		}
		t.langs[lang] = tmpl
		if t.base == nil && lang == "en" || strings.HasPrefix(locale, lang) {
			t.base = tmpl
		}
	}
	return Say{&TextBubble{t}}
}
