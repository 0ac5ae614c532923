package flow

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Severity of an Issue.
type Severity string

// An error keeps a flow from being published, a warning does not.
const (
	SevError   Severity = "error"
	SevWarning Severity = "warning"
)

// Issue is a mistake in a definition, worded for its author.
//
// Path is the place in the document: keys joined with dots, list
// positions from 0 ("nodes.menu.options.2.next"); "" is the whole document.
// Message and Fix are in the definition's own language; In translates them.
type Issue struct {
	Severity Severity `json:"severity"`
	Path     string   `json:"path"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Fix      string   `json:"fix,omitempty"`

	args []string
}

// In returns the issue in the language of a tag: Spanish, Portuguese, else English.
func (i Issue) In(locale string) Issue {
	t, guess, args := issueTexts[i.Code].in(locale), guesses.in(locale).fix, i.args
	if i.Code == codeWrongType {
		args = make([]string, len(i.args))
		for j, a := range i.args {
			args[j] = kinds(a, locale)
		}
	}
	i.Message, i.Fix = fill(t.message, args, guess), fill(t.fix, args, guess)
	return i
}

// kinds names JSON's types in plain words: "string / array" is "texto o lista".
func kinds(types, locale string) string {
	var names []string
	for t := range strings.SplitSeq(types, " / ") {
		names = append(names, kindNames[t].in(locale).message)
	}
	return strings.Join(names, kindNames["or"].in(locale).message)
}

var kindNames = map[string]issueText{
	"string":  {es: said{message: "texto"}, en: said{message: "text"}, pt: said{message: "texto"}},
	"number":  {es: said{message: "un número"}, en: said{message: "a number"}, pt: said{message: "um número"}},
	"integer": {es: said{message: "un número entero"}, en: said{message: "a whole number"}, pt: said{message: "um número inteiro"}},
	"boolean": {es: said{message: "true o false"}, en: said{message: "true or false"}, pt: said{message: "true ou false"}},
	"null":    {es: said{message: "null"}, en: said{message: "null"}, pt: said{message: "null"}},
	"array":   {es: said{message: "una lista [ ]"}, en: said{message: "a list [ ]"}, pt: said{message: "uma lista [ ]"}},
	"object":  {es: said{message: "un objeto { }"}, en: said{message: "an object { }"}, pt: said{message: "um objeto { }"}},
	"or":      {es: said{message: " o "}, en: said{message: " or "}, pt: said{message: " ou "}},
}

// Failed reports whether any issue is an error.
func Failed(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return i.Severity == SevError })
}

// problem makes an error, unless its code is one of the warnings'.
func problem(path, code string, args ...string) *Issue {
	sev := SevError
	if issueTexts[code].warning {
		sev = SevWarning
	}
	return &Issue{Severity: sev, Path: path, Code: code, args: args}
}

// issueText words a code in three languages; {0}, {1} … stand for the issue's
// details. A detail that is missing is left out.
type issueText struct {
	warning    bool
	es, en, pt said
}

type said struct{ message, fix string }

var guesses = issueText{
	es: said{fix: "¿Quisiste decir «{0}»?"},
	en: said{fix: "Did you mean “{0}”?"},
	pt: said{fix: "Você quis dizer “{0}”?"},
}

func (t issueText) in(locale string) said {
	lang, _, _ := strings.Cut(locale, "-")
	switch lang {
	case "es":
		return t.es
	case "pt":
		return t.pt
	}
	return t.en
}

// fill inserts the details; {?1} becomes "Did you mean …?" when detail 1 is known.
func fill(text string, args []string, guess string) string {
	pairs := make([]string, 0, 16)
	for i := range 4 {
		arg, hint := "", ""
		if i < len(args) && args[i] != "" {
			arg, hint = args[i], strings.Replace(guess, "{0}", args[i], 1)
		}
		n := strconv.Itoa(i)
		pairs = append(pairs, "{"+n+"}", arg, "{?"+n+"}", hint)
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text))
}

// arrange puts issues in document order, errors and warnings together, words them
// in the author's language and drops duplicates.
func arrange(issues []Issue, order []NodeID, locale string) []Issue {
	rank := map[string]int{}
	for i, id := range order {
		rank[string(id)] = i + 1
	}
	section := func(path string) (int, int) {
		key, rest, _ := strings.Cut(path, ".")
		node, _, _ := strings.Cut(rest, ".")
		return slices.Index([]string{"", "format", "id", "name", "locale", "start", "vars", "triggers", "commands", "settings", "nodes"}, key), rank[node]
	}
	slices.SortStableFunc(issues, func(a, b Issue) int {
		as, an := section(a.Path)
		bs, bn := section(b.Path)
		// Unknown sections (-1, and i18n) come last.
		return cmp.Or(cmp.Compare(uint(as), uint(bs)), cmp.Compare(an, bn))
	})
	issues = slices.CompactFunc(issues, func(a, b Issue) bool {
		return a.Path == b.Path && a.Code == b.Code && slices.Equal(a.args, b.args)
	})
	for i := range issues {
		issues[i] = issues[i].In(locale)
	}
	return issues
}

// show writes a value of the document in an issue, cut short.
func show(v any) string {
	if s, ok := v.(string); ok {
		return clip(s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return clip(string(b))
}

func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func texts(vs []any) []string {
	var ss []string
	for _, v := range vs {
		ss = append(ss, show(v))
	}
	return ss
}

func clipped(args []string) []string {
	for i, a := range args {
		args[i] = clip(a)
	}
	return args
}
