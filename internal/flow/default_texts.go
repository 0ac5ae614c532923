package flow

import (
	"strconv"
	"strings"

	"recado/internal/flow/expr"
	"recado/internal/i18n"
)

// defaultText returns the reply to an answer that does not fit a question of a kind,
// where the author left it open: in the flow's language, with its translations.
func defaultText(kind, locale string) Say {
	t, ok := defaultTexts[kind]
	if !ok {
		t = defaultTexts["text"]
	}
	return translated(t, locale)
}

// defaultTexts are the catalogue's "retry." sentences by the kind of question.
var defaultTexts = func() map[string]templates {
	texts := make(map[string]templates)
	for _, kind := range i18n.Keys("retry.") {
		texts[kind] = parseTemplates(i18n.Must("retry." + kind))
	}
	return texts
}()

// defaultBoundText returns the reply to an answer that was understood and is outside its
// bounds, or fails the author's check: the catalogue's "outside." sentences, with {a}
// for the lower bound and {b} for the upper one.
func defaultBoundText(key, locale string, bounds *strings.Replacer) Say {
	s := i18n.Must("outside." + key)
	for i := range s {
		s[i] = bounds.Replace(s[i])
	}
	return translated(parseTemplates(s), locale)
}

// templates are one text by language.
type templates map[string]*expr.Template

func parseTemplates(s i18n.Sentence) templates {
	t := make(templates, len(s))
	for i, lang := range i18n.Langs {
		tmpl, err := expr.Parse(s[i])
		if err != nil {
			panic("flow: default text: " + err.Error()) // a broken build, caught by any test
		}
		t[string(lang)] = tmpl
	}
	return t
}

// translated returns one bubble of t for a flow of that locale.
func translated(t templates, locale string) Say {
	return Say{&TextBubble{&Text{base: t[string(i18n.LangOf(locale))], langs: t}}}
}

// outsideText is the default of AskNode.Outside; nil for a node without bounds.
func (n *AskNode) outsideText(locale string) Say {
	if n.Min == nil && n.Max == nil {
		return nil
	}
	form, format := "value", func(b *Bound) string {
		text := strconv.FormatFloat(b.Num, 'f', -1, 64)
		if strings.Contains(text, ".") { // formatted for the customer's country
			return "{{ " + text + " }}"
		}
		return text
	}
	switch n.As {
	case AskText, AskName, AskAddress:
		form = "text"
	case AskMoney:
		format = func(b *Bound) string { return "{{ money(" + strconv.FormatFloat(b.Num, 'f', -1, 64) + ") }}" }
	case AskDate:
		form, format = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}` }
	case AskDatetime:
		form, format = "day", func(b *Bound) string { return `{{ date("` + b.Text + `") }}, {{ time("` + b.Text + `") }}` }
	case AskTime:
		form, format = "time", func(b *Bound) string { return b.Text }
	default: // numbers
	}
	which, low, high := ".both", "", ""
	switch {
	case n.Max == nil:
		which, low = ".min", format(n.Min)
	case n.Min == nil:
		which, high = ".max", format(n.Max)
	default:
		low, high = format(n.Min), format(n.Max)
	}
	return defaultBoundText(form+which, locale, strings.NewReplacer("{a}", low, "{b}", high))
}
