package engine

import (
	"strings"

	"recado/internal/i18n"
)

// Sentence describes the event and its reason to people, in the language of locale
// (Spanish, English or Portuguese; Spanish for any other): "«pedio» → opción
// pedir, con un error de dedo". Node, option and variable names are the author's.
func (e Event) Sentence(locale string) string {
	key := "event." + string(e.Kind)
	s, ok := i18n.Find(key + ":" + e.Name)
	if !ok {
		if s, ok = i18n.Find(key); !ok {
			return string(e.Kind)
		}
	}
	if e.Kind == Chosen && e.Text == "" {
		s = i18n.Must("event.chosen_without_text")
	}
	if e.Kind == Ended && e.Name == "" {
		s = i18n.Must("event.ended_plainly")
	}
	lang := i18n.LangOf(locale)
	text := strings.NewReplacer("{node}", string(e.Node), "{name}", e.Name, "{text}", e.Text, "{why}", because(e, lang)).Replace(s.In(lang))
	return strings.TrimRight(text, " ,:")
}

// because puts the rule of an event into words; one without words is shown as it is.
func because(e Event, lang i18n.Lang) string {
	rule := e.Rule
	if rest, old := strings.CutPrefix(rule, "old_"); old {
		return i18n.Text("reason.old", lang) + because(Event{Rule: rest}, lang)
	}
	if s, ok := i18n.Find("reason." + rule); ok {
		return s.In(lang)
	}
	if e.Kind == Invalid || e.Kind == Ignored || e.Kind == Paused || e.Kind == LimitHit {
		if s, ok := i18n.Find("reason." + e.Name); ok && rule == "" {
			return s.In(lang)
		}
		if kind, ok := strings.CutPrefix(e.Name, "not_"); ok && rule == "" {
			return i18n.Text("reason.not_kind", lang) + kind
		}
		if rule == "" {
			return e.Name
		}
	}
	return rule
}
