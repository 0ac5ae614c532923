package flow_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // zones on any machine

	"recado/internal/flow"
	"recado/internal/flow/expr"
)

// condition compiles one condition through a flow.
func condition(t *testing.T, cond string) *flow.Cond {
	t.Helper()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"if","cases":[{"when":`+cond+`,"next":"@end"}],"else":"@end"}`,
		`,"vars":{"v":{"type":"text"},"n":{"type":"number"},"l":{"type":"list"},"d":{"type":"date"},"b":{"type":"bool"},"o":{"type":"object"},"nada":{"type":"text"}}`)), flow.Registry{})
	if d == nil {
		t.Fatalf("%s: %v", cond, issues)
	}
	return d.Nodes["a"].(*flow.IfNode).Cases[0].When
}

func TestCond(t *testing.T) {
	t.Parallel()
	scope := &expr.Scope{Lookup: expr.Vars(map[string]any{
		"v": "Sí, mañana", "n": 5.0, "l": []any{"Rojo", 2.0}, "d": "2026-11-23", "b": false, "o": map[string]any{"x": 1.0},
		"contact": map[string]any{"name": "Ana", "tags": []string{"vip", "Mayorista"}},
	})}
	for cond, want := range map[string]string{ // "warn" is false with a warning
		`{"var":"v","is":"set"}`: "true", `{"var":"nada","is":"set"}`: "false", `{"var":"b","is":"set"}`: "true",
		`{"var":"nada","is":"empty"}`: "true", `{"var":"v","is":"empty"}`: "false", `{"var":"o.y","is":"empty"}`: "true",
		`{"var":"v","is":"eq","to":"si, MANANA"}`: "false", `{"var":"v","is":"eq","to":"SI, mañana"}`: "true", `{"var":"v","is":"ne","to":"x"}`: "true",
		`{"var":"n","is":"eq","to":5}`: "true", `{"var":"n","is":"eq","to":"5"}`: "false", `{"var":"b","is":"eq","to":false}`: "true", `{"var":"nada","is":"eq","to":null}`: "true",
		`{"var":"n","is":"eq","to":{"expr":"2 + 3"}}`: "true", `{"var":"contact.name","is":"eq","to":"{{ contact.name }}"}`: "true",
		`{"var":"n","is":"lt","to":6}`: "true", `{"var":"n","is":"lte","to":5}`: "true", `{"var":"n","is":"gt","to":5}`: "false", `{"var":"n","is":"gte","to":5}`: "true",
		`{"var":"nada","is":"lt","to":6}`: "false", `{"var":"v","is":"lt","to":6}`: "warn", `{"var":"b","is":"lt","to":6}`: "warn", `{"var":"d","is":"lt","to":"2026-12-01"}`: "true",
		`{"var":"v","is":"contains","to":"MAÑANA"}`: "true", `{"var":"v","is":"starts","to":"si"}`: "true", `{"var":"v","is":"ends","to":"x"}`: "false",
		`{"var":"nada","is":"contains","to":"x"}`: "false", `{"var":"n","is":"contains","to":"x"}`: "warn", `{"var":"v","is":"contains","to":["x","si"]}`: "true",
		`{"var":"l","is":"contains","to":"rojo"}`: "true", `{"var":"l","is":"contains","to":3}`: "false",
		`{"var":"v","is":"matches_word","to":"manana"}`: "false", `{"var":"v","is":"matches_word","to":"mañana"}`: "true", `{"var":"v","is":"matches_word","to":"maña"}`: "false",
		`{"var":"n","is":"in","to":[1,5]}`: "true", `{"var":"v","is":"in","to":["sí, mañana"]}`: "true", `{"var":"n","is":"in","to":{"expr":"l"}}`: "false", `{"var":"nada","is":"in","to":[1]}`: "false",
		`{"var":"n","is":"eq","to":[1,5]}`: "true", `{"var":"n","is":"ne","to":[1,5]}`: "false", `{"var":"n","is":"ne","to":[1,2]}`: "true",
		`{"var":"contact.tags","is":"has_tag","to":"VIP"}`: "true", `{"var":"contact","is":"has_tag","to":"mayorista"}`: "true", `{"var":"contact","is":"has_tag","to":"x"}`: "false",
		`{"all":[{"var":"n","is":"set"},{"var":"v","is":"set"}]}`: "true", `{"all":[{"var":"n","is":"set"},{"var":"nada","is":"set"}]}`: "false",
		`{"any":[{"var":"nada","is":"set"},{"var":"v","is":"set"}]}`: "true", `{"any":[{"var":"nada","is":"set"}]}`: "false",
		`{"not":{"var":"nada","is":"set"}}`: "true", `{"not":{"var":"v","is":"lt","to":6}}`: "warn",
		`{"expr":"n > 4 && contact.name == 'Ana'"}`: "true", `{"expr":"nada"}`: "false", `{"expr":"n"}`: "warn", `{"expr":"v * 2 > 1"}`: "warn",
	} {
		ok, warns := condition(t, cond).Eval(scope)
		got := fmt.Sprint(ok)
		if len(warns) > 0 {
			got = "warn"
			if ok {
				got = "true with a warning"
			}
		}
		if got != want {
			t.Errorf("%s: %s %v, want %s", cond, got, warns, want)
		}
	}
}

func TestValuesAreLiteralsTextsAndExpressions(t *testing.T) {
	t.Parallel()
	d, issues := flow.Compile([]byte(doc(`"a":{"type":"http","method":"POST","url":"https://x.com/{{ contact.name }}","json":
		{"n":1,"t":"Hola {{ contact.name }}","e":{"expr":"1 + 1"},"l":[true,null,{"x":"*{{ contact.name }}*"}],"vacio":{},"nada":"{{ contact.nada }}"}}`)), flow.Registry{})
	if d == nil {
		t.Fatal(issues)
	}
	node := d.Nodes["a"].(*flow.HTTPNode)
	scope := &expr.Scope{Lookup: expr.Vars(map[string]any{"contact": map[string]any{"name": "*Ana* & co"}})}
	v, warns := node.JSON.Eval(scope)
	want := "map[e:2 l:[true <nil> map[x:**Ana* & co*]] n:1 nada: t:Hola *Ana* & co vacio:map[]]"
	if fmt.Sprint(v) != want || len(warns) != 1 {
		t.Errorf("got %v %v, want %s and one warning", v, warns, want)
	}
	if url, _ := node.URL.Render(scope, expr.URL); url != "https://x.com/%2AAna%2A%20%26%20co" {
		t.Error(url)
	}
}

func TestCron(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ cron, from, want string }{
		{"0 9 * * *", "2026-11-23 08:59", "2026-11-23 09:00"},
		{"0 9 * * *", "2026-11-23 09:00", "2026-11-24 09:00"},
		{"*/15 * * * *", "2026-11-23 09:16", "2026-11-23 09:30"},
		{"30 9-11/2 * * *", "2026-11-23 09:31", "2026-11-23 11:30"},
		{"0 9 * * 1-5", "2026-11-27 10:00", "2026-11-30 09:00"},
		{"0 9 * * 7", "2026-11-23 10:00", "2026-11-29 09:00"},
		{"0 9 1,15 * *", "2026-11-23 10:00", "2026-12-01 09:00"},
		{"0 0 13 * 5", "2026-11-23 10:00", "2026-11-27 00:00"}, // either day
		{"0 0 29 2 *", "2026-11-23 10:00", "2028-02-29 00:00"},
		{"0 0 30 2 *", "2026-11-23 10:00", ""},
		{"30 2 * * *", "2027-03-13 03:00", "2027-03-15 02:30"}, // 02:30 on the 14th does not exist
		{"30 1 * * *", "2026-11-01 00:00", "2026-11-01 01:30"}, // it comes twice, counts once
	} {
		cron, err := flow.ParseCron(c.cron)
		if err != nil {
			t.Errorf("%s: %v", c.cron, err)
			continue
		}
		from, err := time.ParseInLocation("2006-01-02 15:04", c.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if next, ok := cron.Next(from); ok {
			got = next.Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s after %s is %q, want %q", c.cron, c.from, got, c.want)
		}
		if cron.String() != c.cron {
			t.Errorf("%s prints as %s", c.cron, cron)
		}
	}
	for _, bad := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *", "a * * * *", "+5 * * * *", ", * * * *", "*/ * * * *", "- * * * *"} {
		if _, err := flow.ParseCron(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
