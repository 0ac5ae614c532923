package flow_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/internal/flow"
	"recado/internal/flow/expr"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+) ?(\\w*)\n(.*?)^```$")

// Everything in the guide for authors compiles, and every function is shown. That
// every node type is shown is part of TestEveryNodeTypeIsComplete.
func TestGuideCompiles(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	functions := map[string]bool{}
	for _, m := range fence.FindAllStringSubmatch(string(guide), -1) {
		lang, kind, block := m[1], m[2], m[3]
		seen[lang+kind]++
		if lang == "chat" || lang == "text" { // package transcript plays the conversations
			continue
		}
		var whole string
		switch kind {
		case "flow":
			whole = block
		case "node":
			whole = fromNodes(t, block)
		case "triggers", "commands", "settings", "vars":
			whole = doc(`"a":{"type":"ask","say":"¿?","as":"text","save":"x"}`, `,"`+kind+`":`+block)
		case "issue":
			guideIssue(t, block)
			continue
		default:
			evalLines(t, block, functions)
			continue
		}
		_, issues := flow.Compile([]byte(whole), flow.Registry{})
		for _, i := range issues {
			if i.Code != "unreachable_node" { // fragments stand alone
				t.Errorf("%s: %s %s\n%s", i.Path, i.Code, i.Message, block)
			}
		}
	}
	if seen["jsonflow"] < 2 || seen["jsonnode"] < 15 || seen["expr"] < 2 || seen["jsonissue"] != 1 {
		t.Errorf("blocks: %v", seen)
	}
	for _, f := range expr.Functions() {
		if !functions[f] {
			t.Errorf("the function %s is not shown", f)
		}
	}
}

// fromNodes makes a flow of a fragment: its first node starts, and the variable
// that fragments read without saving is declared.
func fromNodes(t *testing.T, block string) string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(block))
	var first string
	for range 2 {
		tok, err := dec.Token()
		if err != nil {
			t.Fatalf("%v\n%s", err, block)
		}
		first = fmt.Sprint(tok)
	}
	body := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(block), "{"), "}")
	whole := doc(body, `,"vars":{"cantidad":{"type":"number"}}`)
	return strings.Replace(whole, `"start":"a"`, `"start":"`+first+`"`, 1)
}

func guideIssue(t *testing.T, block string) {
	t.Helper()
	var want flow.Issue
	if err := json.Unmarshal([]byte(block), &want); err != nil {
		t.Fatal(err)
	}
	_, issues := flow.Compile([]byte(doc(`"a":{"type":"goto","to":"menu"},"nombre":{"type":"end"},"menu":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x","next":"nombree"}]}`)), flow.Registry{})
	i := slices.IndexFunc(issues, func(i flow.Issue) bool { return i.Code == want.Code })
	if i < 0 {
		t.Fatal(issues)
	}
	got, err := json.Marshal(issues[i])
	if err != nil {
		t.Fatal(err)
	}
	expected, err := json.Marshal(want)
	if err != nil || string(got) != string(expected) {
		t.Errorf("%v\n%s\n%s", err, got, expected)
	}
}

var call = regexp.MustCompile(`(\w+)\(`)

// evalLines checks "expression → value".
func evalLines(t *testing.T, block string, functions map[string]bool) {
	t.Helper()
	s := &expr.Scope{
		Lookup: expr.Vars(map[string]any{
			"cantidad": 3.0, "cliente": "Ana",
			"contact": map[string]any{"tags": []string{"vip", "cliente"}},
			"pedido": []any{
				map[string]any{"nombre": "Pastor", "cant": 2.0, "precio": 2500.0},
				map[string]any{"nombre": "Bistec", "cant": 1.0, "precio": 2800.0},
			},
		}),
		Locale: "es-MX", Now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
	for line := range strings.Lines(block) {
		src, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "→")
		if !ok {
			t.Errorf("%q", line)
			continue
		}
		for _, m := range call.FindAllStringSubmatch(src, -1) {
			functions[m[1]] = true
		}
		src, want = strings.TrimSpace(src), strings.ReplaceAll(strings.TrimSpace(want), "⏎", "\n")
		p, err := expr.Compile(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		v, err := p.Eval(s)
		got := fmt.Sprint(v)
		if v == nil {
			got = "nil"
		}
		if err != nil || got != want {
			t.Errorf("%s is %q, not %q (%v)", src, got, want, err)
		}
	}
}
