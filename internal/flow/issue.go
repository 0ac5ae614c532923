package flow

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"recado/internal/i18n"
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

// In returns the issue in the language of a locale tag.
func (i Issue) In(locale string) Issue {
	lang, args := i18n.LangOf(locale), i.args
	if i.Code == codeWrongType {
		args = make([]string, len(i.args))
		for j, a := range i.args {
			args[j] = typeNames(a, lang)
		}
	}
	guess := i18n.Text("issue.guess", lang)
	i.Message = fill(i18n.Text("issue."+i.Code+".message", lang), args, guess)
	i.Fix = fill(i18n.Text("issue."+i.Code+".fix", lang), args, guess)
	return i
}

// typeNames translates JSON's types: "string / array" is "texto o una lista [ ]".
func typeNames(types string, lang i18n.Lang) string {
	var names []string
	for t := range strings.SplitSeq(types, " / ") {
		names = append(names, i18n.Text("json_type."+t, lang))
	}
	return strings.Join(names, i18n.Text("json_type.or", lang))
}

// Failed reports whether any issue is an error.
func Failed(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return i.Severity == SevError })
}

// problem makes an error, unless its code is one of the warnings'.
func problem(path, code string, args ...string) *Issue {
	sev := SevError
	if slices.Contains(warnings, code) {
		sev = SevWarning
	}
	return &Issue{Severity: sev, Path: path, Code: code, args: args}
}

// fill inserts the details; {?1} becomes guess ("Did you mean …?") with detail 1 if that
// is not empty.
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
