package flow_test

import (
	"encoding/json"
	"os"
	"testing"

	"recado/internal/flow"
)

func TestResolveExits(t *testing.T) {
	t.Parallel()
	got := flow.ResolveExits([]byte(doc(`
		"a":{"type":"menu","say":"¿?","options":[{"id":"o","label":"x","next":"h"},{"id":"p","label":"y"}],"next":"z"},
		"h":{"type":"http","method":"GET","url":"https://x.example/","next":"z","on_fail":"@human"},
		"z":{"type":"handoff","no_answer":{"after":"5m","next":"e"}},"e":{"type":"end"}`)))
	for id, want := range map[flow.NodeID]string{
		"a": `[{"name":"options.o","to":"h"},{"name":"options.p","to":"z","default":true},{"name":"next","to":"z"},{"name":"on_invalid","to":"@human","default":true}]`,
		"h": `[{"name":"on_ok","to":"z","default":true},{"name":"on_fail","to":"@human"}]`,
		"z": `[{"name":"on_resume","to":"@end","default":true},{"name":"no_answer","to":"e"}]`,
		"e": `[]`,
	} {
		if b, err := json.Marshal(got[id]); err != nil || string(b) != want {
			t.Errorf("%s: %s, want %s (%v)", id, b, want, err)
		}
	}
	if got := flow.ResolveExits([]byte(`{}`)); len(got) != 0 {
		t.Errorf("the exits of no flow: %v", got)
	}
}

// The panel's tests draw a flow with the exits that the server would send.
func TestExitsOfThePanelsFlow(t *testing.T) {
	t.Parallel()
	const mock = "../../web/test/mock/"
	doc, err := os.ReadFile(mock + "flow.json")
	if err != nil {
		t.Fatal(err)
	}
	exits, err := json.MarshalIndent(flow.ResolveExits(doc), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	exits = append(exits, '\n')
	if *update {
		if err := os.WriteFile(mock+"exits.json", exits, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(mock + "exits.json"); err != nil || string(want) != string(exits) {
		t.Errorf("web/test/mock/exits.json is not what the server sends for flow.json; run this test with -update (%v)", err)
	}
}
