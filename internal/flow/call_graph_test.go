package flow_test

import (
	"strings"
	"testing"

	"recado/internal/flow"
)

func TestCheckCallers(t *testing.T) {
	t.Parallel()
	named := func(id, nodes string) *flow.Def {
		return compiled(t, strings.Replace(doc(nodes), `"id":"x"`, `"id":"`+id+`"`, 1))
	}
	waiting := named("sub", `"a":{"type":"ask","say":"¿?","as":"text","save":"v"}`)
	hasty := named("sub", `"a":{"type":"message","say":"x"}`)
	round := named("sub", `"a":{"type":"call","flow":"lejos"}`)
	all := []*flow.Def{
		waiting, named("otro", `"a":{"type":"end"}`),
		named("cerca", `"a":{"type":"call","flow":"sub","next":"a"}`),
		named("lejos", `"a":{"type":"call","flow":"cerca"}`),
	}
	for _, c := range []struct {
		name string
		next *flow.Def
		want string
	}{
		{"still waits", waiting, ""},
		{"no longer waits", hasty, "cerca"},
		{"calls back", round, "cerca lejos"},
	} {
		var broken []string
		for _, i := range flow.CheckCallers(c.next, flow.Registry{}, all) {
			if i.Code != "breaks_caller" || i.Severity != flow.SevError || i.Fix == "" {
				t.Errorf("%+v", i)
			}
			for _, id := range []string{"cerca", "lejos", "otro"} {
				if strings.Contains(i.Message, "«"+id+"» llama") {
					broken = append(broken, id)
				}
			}
		}
		if got := strings.Join(broken, " "); got != c.want {
			t.Errorf("%s: breaks %q, want %q", c.name, got, c.want)
		}
	}
}
